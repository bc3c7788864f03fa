//! Enum types: selectable columns, orders, values of enum tables.

use super::{EnumValue, MutationType, RoleSchema, TableKey, TypeKey};
use std::sync::Arc;

impl EnumValue {
    /// A value that is shown by the name it is kept by.
    pub fn new(name: Arc<str>, description: Option<Arc<str>>) -> Self {
        EnumValue {
            value: name.clone(),
            name,
            description,
        }
    }
}

impl RoleSchema<'_> {
    /// All values of an enum type, by the names the engine goes by.
    pub(super) fn kept_enum_values(&self, key: &TypeKey) -> Vec<EnumValue> {
        match key {
            TypeKey::SelectColumn(k) => self.select_column_values(*k),
            TypeKey::AggregateBoolExpArguments(k, f) => self
                .aggregate_argument_columns(*k, *f)
                .into_iter()
                .map(|(name, _)| EnumValue::new(name, Some("column name".into())))
                .collect(),
            TypeKey::EnumValues(k) => self
                .table(*k)
                .and_then(|t| t.enum_values.as_ref())
                .map(|values| {
                    values
                        .iter()
                        .map(|(name, description)| {
                            EnumValue::new(name.clone(), description.clone())
                        })
                        .collect()
                })
                .unwrap_or_default(),
            TypeKey::Mutation(k, MutationType::Constraint) => self.constraint_values(*k),
            TypeKey::Mutation(k, MutationType::UpdateColumn) => self.update_column_values(*k),
            TypeKey::Builtin("order_by" | "OrderBy") => fixed(&[
                ("asc", "in ascending order, nulls last"),
                ("asc_nulls_first", "in ascending order, nulls first"),
                ("asc_nulls_last", "in ascending order, nulls last"),
                ("desc", "in descending order, nulls first"),
                ("desc_nulls_first", "in descending order, nulls first"),
                ("desc_nulls_last", "in descending order, nulls last"),
            ]),
            TypeKey::Builtin("cursor_ordering" | "CursorOrdering") => fixed(&[
                ("ASC", "ascending ordering of the cursor"),
                ("DESC", "descending ordering of the cursor"),
            ]),
            _ => Vec::new(),
        }
    }

    fn select_column_values(&self, key: TableKey) -> Vec<EnumValue> {
        self.readable_columns(key)
            .into_iter()
            .map(|(name, _)| EnumValue::new(name, Some("column name".into())))
            .collect()
    }
}

fn fixed(values: &[(&str, &str)]) -> Vec<EnumValue> {
    values
        .iter()
        .map(|(name, description)| EnumValue::new((*name).into(), Some((*description).into())))
        .collect()
}
