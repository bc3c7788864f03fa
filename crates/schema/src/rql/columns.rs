//! `columns` of a selection: columns, computed fields and relationships.

use super::Lowering;
use super::arguments::{Column, Query};
use super::select::Shape;
use crate::model::{ComputedReturn, RelationshipKind, Table};
use crate::rules::{no_related_permission, simple_call};
use howdah_error::{Code, Error, Result, Within};
use howdah_ir::permit::SelectPermit;
use howdah_ir::predicate::ComputedUse;
use howdah_ir::query::{Field, FieldValue, Related, RowSource};
use std::sync::Arc;

impl Lowering<'_> {
    /// The fields of an answer. What stands by name comes first, then what the stars add.
    pub fn fields(&mut self, permit: &SelectPermit, columns: &[Column<'_>]) -> Result<Vec<Field>> {
        let table = self.table_of(permit.table())?;
        let mut fields: Vec<Field> = Vec::with_capacity(columns.len());
        let mut named = Vec::with_capacity(columns.len());
        let mut stars = 0;
        for (i, column) in columns.iter().enumerate() {
            let (name, field) = match column {
                Column::Star(depth) => {
                    stars = stars.max(*depth);
                    continue;
                }
                Column::Name(name) => (*name, self.plain_field(table, permit, name)),
                Column::Expanded { name, alias, query } => (
                    *name,
                    self.expanded_field(table, name, alias.unwrap_or(name), query),
                ),
            };
            let field = field.within(i)?;
            named.push(name);
            if let Some(same) = fields.iter().find(|f| f.key == field.key) {
                if matches!(column, Column::Name(_)) && same.value == field.value {
                    // The same column twice is one key of the answer.
                    continue;
                }
                return Err(Error::new(
                    Code::UnexpectedPayload,
                    format!("two columns have the name {:?} in the answer", field.key),
                )
                .within(i));
            }
            fields.push(field);
        }
        if stars > 0 {
            let added = self.wildcard(permit, stars)?;
            for (name, field) in added {
                if !named.contains(&&*name) && fields.iter().all(|f| f.key != field.key) {
                    fields.push(field);
                }
            }
        }
        Ok(fields)
    }

    fn plain_field(&self, table: &Table, permit: &SelectPermit, name: &str) -> Result<Field> {
        let value = if let Some(computed) = table.computed_fields.get(name)
            && matches!(computed.returns, ComputedReturn::Scalar(_))
        {
            let redaction = permit.computed_field(name).ok_or_else(|| {
                Error::new(
                    Code::PermissionDenied,
                    format!(
                        "role {:?} does not have permission to select computed field {name:?}",
                        self.role()
                    ),
                )
            })?;
            let call = simple_call(self.source, computed)?;
            FieldValue::Computed {
                computed: ComputedUse { call, redaction },
                path: None,
            }
        } else {
            FieldValue::Column {
                column: self.readable_column(permit, name)?,
                path: None,
            }
        };
        Ok(Field {
            key: name.into(),
            value,
        })
    }

    fn expanded_field(
        &mut self,
        table: &Table,
        name: &str,
        key: &str,
        query: &Query<'_>,
    ) -> Result<Field> {
        let key: Arc<str> = key.into();
        if let Some(computed) = table.computed_fields.get(name)
            && let ComputedReturn::Rows(target) = computed.returns
        {
            let permit = self.related_permit("computed field", name, target)?;
            let source = RowSource::Function(simple_call(self.source, computed)?);
            let rows = self.rows(permit, query, Shape::List, source)?;
            return Ok(Field {
                key,
                value: FieldValue::ComputedRows(Box::new(rows)),
            });
        }
        let Some(relationship) = table.relationships.get(name) else {
            return Err(self.no_relationship(table, name).within("name"));
        };
        let permit = self.related_permit("relationship", name, relationship.target)?;
        let shape = match relationship.kind {
            RelationshipKind::Object => Shape::Object,
            RelationshipKind::Array => Shape::List,
        };
        let sliced = query.filter.is_some()
            || query.order.is_some()
            || query.limit.is_some()
            || query.offset.is_some();
        let rows = self.rows(permit, query, shape, RowSource::Table)?;
        if shape == Shape::Object && sliced {
            return Err(Error::new(
                Code::UnexpectedPayload,
                "when selecting an 'obj_relationship' 'where', 'order_by', 'limit' and 'offset'  can't be used",
            ));
        }
        Ok(Field {
            key,
            value: FieldValue::Related(Box::new(Related {
                mapping: relationship.mapping.clone(),
                rows,
            })),
        })
    }

    fn related_permit(
        &self,
        what: &str,
        name: &str,
        target: howdah_ir::TableId,
    ) -> Result<SelectPermit> {
        self.select_permit(target, "")
            .map_err(|_| no_related_permission(self.source, self.role(), what, name, target))
    }

    fn no_relationship(&self, table: &Table, name: &str) -> Error {
        let found = if self.column_named(table.id, name).is_some() {
            "postgres column"
        } else if table.computed_fields.contains_key(name) {
            "computed field"
        } else {
            return Error::not_exists(format!("relationship {name:?} does not exist"));
        };
        Error::new(
            Code::UnexpectedPayload,
            format!(
                "expecting a relationship; but, {name:?} is a {found}; only relationships can be expanded"
            ),
        )
    }
}
