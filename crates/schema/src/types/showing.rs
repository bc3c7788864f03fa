//! How names are shown under a naming convention: the one place where kept names become shown ones.

use super::{EnumValue, FieldInfo, FieldKind, InputInfo, InputKind, RoleSchema, TypeKey, TypeRef};
use crate::model::{RootMember, SourceId};
use std::sync::Arc;

impl RoleSchema<'_> {
    /// The source that a type belongs to; none for roots and builtin types.
    pub(super) fn source_of(&self, key: &TypeKey) -> Option<SourceId> {
        match key {
            TypeKey::Scalar(s, _)
            | TypeKey::Comparison(s, _)
            | TypeKey::ArrayComparison(s, _)
            | TypeKey::Cast(s, _)
            | TypeKey::Near(s, _)
            | TypeKey::RasterGeometry(s, _)
            | TypeKey::FunctionArgs(s, _)
            | TypeKey::Namespace(_, s) => Some(*s),
            other => other.table().map(|table| table.0),
        }
    }

    /// A field as shown.
    pub(super) fn show_field(&self, key: &TypeKey, mut field: FieldInfo) -> FieldInfo {
        let source = match field.kind {
            FieldKind::Root(
                RootMember::Table(source, ..)
                | RootMember::Function(source, _)
                | RootMember::FunctionAggregate(source, _)
                | RootMember::Native(source, _)
                | RootMember::Namespace(source),
            ) => Some(source),
            _ => self.source_of(key),
        };
        let Some(style) = source
            .map(|s| &self.source(s).names)
            .filter(|s| s.renames())
        else {
            return field;
        };
        if matches!(
            field.kind,
            FieldKind::Aggregate
                | FieldKind::Nodes
                | FieldKind::Count
                | FieldKind::AggregateOver(_)
                | FieldKind::AffectedRows
                | FieldKind::Returning
        ) {
            field.name = style.builtin(&field.name);
        }
        field.args = self.show_inputs(source, field.args);
        field
    }

    /// Inputs as shown.
    pub(super) fn show_inputs(
        &self,
        source: Option<SourceId>,
        mut inputs: Vec<InputInfo>,
    ) -> Vec<InputInfo> {
        let Some(style) = source
            .map(|s| &self.source(s).names)
            .filter(|s| s.renames())
        else {
            return inputs;
        };
        for input in &mut inputs {
            if matches!(
                input.kind,
                InputKind::Named
                    | InputKind::And
                    | InputKind::Or
                    | InputKind::Not
                    | InputKind::Function(_)
                    | InputKind::Operator(_)
            ) {
                input.shown = Some(style.builtin(&input.name));
            }
            rename_builtin(&mut input.ty);
        }
        inputs
    }

    /// All values of an enum type, as shown.
    pub fn enum_values(&self, key: &TypeKey) -> Vec<EnumValue> {
        let mut values = self.kept_enum_values(key);
        let upper = match key {
            TypeKey::Builtin("OrderBy" | "CursorOrdering") => true,
            // Columns go by the names of their fields, constraints by those of the database.
            TypeKey::EnumValues(table) => self.source(table.0).names.renames(),
            _ => false,
        };
        if upper {
            let style = crate::naming::NameStyle {
                convention: crate::naming::Convention::GraphqlDefault,
                ..crate::naming::NameStyle::default()
            };
            for value in &mut values {
                let shown: Arc<str> = style.enum_value(&value.name);
                value.name = shown;
            }
        }
        values
    }
}

/// Builtin enums have another name under the convention.
fn rename_builtin(ty: &mut TypeRef) {
    match ty {
        TypeRef::Named(TypeKey::Builtin(name)) => match *name {
            "order_by" => *name = "OrderBy",
            "cursor_ordering" => *name = "CursorOrdering",
            _ => {}
        },
        TypeRef::Named(_) => {}
        TypeRef::NonNull(inner) | TypeRef::List(inner) => rename_builtin(inner),
    }
}
