//! `order_by`, checked against the tables and the role's rights.

use super::Lowering;
use super::order_arguments::OrderItem;
use crate::model::RelationshipKind;
use crate::rules::no_related_permission;
use howdah_error::{Code, Error, Result, Within};
use howdah_ir::permit::SelectPermit;
use howdah_ir::query::{OrderBy, OrderTerm};
use howdah_ir::scalars::{Family, facts};

impl Lowering<'_> {
    pub fn order(&self, permit: &SelectPermit, items: &[OrderItem<'_>]) -> Result<Vec<OrderTerm>> {
        items
            .iter()
            .enumerate()
            .map(|(i, item)| {
                let by = self.order_path(permit, &item.path).within(i)?;
                Ok(OrderTerm {
                    by,
                    direction: item.direction,
                })
            })
            .collect()
    }

    fn order_path(&self, permit: &SelectPermit, path: &[&str]) -> Result<OrderBy> {
        let (column, relationships) = path
            .split_last()
            .ok_or_else(|| Error::parse_failed("col/rel cannot be empty"))?;
        let mut permit = permit.clone();
        let mut steps = Vec::with_capacity(relationships.len());
        for name in relationships {
            let (mapping, next) = self.order_step(&permit, name)?;
            steps.push((mapping, next.target()));
            permit = next;
        }
        let mut by = self.order_column(&permit, column)?;
        for (mapping, target) in steps.into_iter().rev() {
            by = OrderBy::Related {
                mapping,
                target,
                by: Box::new(by),
            };
        }
        Ok(by)
    }

    fn order_step(
        &self,
        permit: &SelectPermit,
        name: &str,
    ) -> Result<(
        Vec<(howdah_ir::ColumnId, howdah_ir::ColumnId)>,
        SelectPermit,
    )> {
        let table = self.table_of(permit.table())?;
        let Some(relationship) = table.relationships.get(name) else {
            return Err(if self.column_named(table.id, name).is_some() {
                unexpected(format!(
                    "{name:?} is a Postgres column and cannot be chained further"
                ))
            } else if table.computed_fields.contains_key(name) {
                unexpected(format!(
                    "{name:?} is a computed field and can't be used in 'order_by'"
                ))
            } else {
                Error::not_exists(format!("{name:?} does not exist"))
            });
        };
        if relationship.kind == RelationshipKind::Array {
            return Err(unexpected(format!(
                "{name:?} is an array relationship and can't be used in 'order_by'"
            )));
        }
        let target = relationship.target;
        let next = self.select_permit(target, "").map_err(|_| {
            no_related_permission(self.source, self.role(), "relationship", name, target)
        })?;
        Ok((relationship.mapping.clone(), next))
    }

    fn order_column(&self, permit: &SelectPermit, name: &str) -> Result<OrderBy> {
        let table = self.table_of(permit.table())?;
        let Some(column) = self.column_named(table.id, name) else {
            return Err(if table.relationships.contains_key(name) {
                unexpected(format!("{name:?} is a relationship and should be expanded"))
            } else if table.computed_fields.contains_key(name) {
                unexpected(format!(
                    "{name:?} is a computed field and can't be used in 'order_by'"
                ))
            } else {
                Error::not_exists(format!("{name:?} does not exist"))
            });
        };
        let column_use = self.readable_column(permit, name)?;
        let catalog = &self.source.catalog;
        let ty = catalog.column(table.id, column).ty;
        if matches!(
            facts(catalog, ty).family,
            Family::Geometry | Family::Geography
        ) {
            return Err(unexpected(format!(
                "{name:?} has type 'geometry' and cannot be used in order_by"
            )));
        }
        Ok(OrderBy::Column(column_use))
    }
}

fn unexpected(message: String) -> Error {
    Error::new(Code::UnexpectedPayload, message)
}
