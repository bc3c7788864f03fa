//! `*`, `*.*` and so on: every readable column, with relationships as deep as the stars say.

use super::Lowering;
use crate::model::RelationshipKind;
use howdah_error::{Error, Result};
use howdah_ir::permit::SelectPermit;
use howdah_ir::predicate::Predicate;
use howdah_ir::query::{Field, FieldValue, Output, Related, RowSource, Rows};
use std::sync::Arc;

/// Fields that stars may stand for: relationships that lead to each other make the number grow
/// with a power of the depth.
const MAX_FIELDS: usize = 5_000;

impl Lowering<'_> {
    /// The fields that so many stars stand for, with the names of what they show.
    pub fn wildcard(&self, permit: &SelectPermit, stars: usize) -> Result<Vec<(Arc<str>, Field)>> {
        let mut budget = MAX_FIELDS;
        self.expand(permit, stars, &mut budget)
    }

    fn expand(
        &self,
        permit: &SelectPermit,
        stars: usize,
        budget: &mut usize,
    ) -> Result<Vec<(Arc<str>, Field)>> {
        let table = self.table_of(permit.table())?;
        let mut fields = Vec::new();
        for (id, column) in self.source.catalog.table(table.id).columns_with_ids() {
            if let Some(column_use) = permit.column(id) {
                spend(budget)?;
                let value = FieldValue::Column {
                    column: column_use,
                    path: None,
                };
                let key = column.name.clone();
                fields.push((key.clone(), Field { key, value }));
            }
        }
        if stars <= 1 {
            return Ok(fields);
        }
        for (name, relationship) in &table.relationships {
            // Tables that the role may not read are left out.
            let Some(permit) = self
                .source
                .roles
                .open_select(self.role(), relationship.target)
            else {
                continue;
            };
            spend(budget)?;
            let inner = self.expand(&permit, stars - 1, budget)?;
            let inner = inner.into_iter().map(|(_, field)| field).collect();
            let rows = Rows {
                permit,
                source: RowSource::Table,
                filter: Predicate::TRUE,
                distinct_on: Vec::new(),
                order: Vec::new(),
                limit: None,
                offset: None,
                output: match relationship.kind {
                    RelationshipKind::Object => Output::Object(inner),
                    RelationshipKind::Array => Output::List(inner),
                },
            };
            let value = FieldValue::Related(Box::new(Related {
                mapping: relationship.mapping.clone(),
                rows,
            }));
            let key = name.clone();
            fields.push((key.clone(), Field { key, value }));
        }
        Ok(fields)
    }
}

fn spend(budget: &mut usize) -> Result<()> {
    *budget = budget
        .checked_sub(1)
        .ok_or_else(|| Error::not_supported("the stars stand for too many columns"))?;
    Ok(())
}
