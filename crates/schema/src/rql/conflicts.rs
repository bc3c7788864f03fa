//! `on_conflict` of `insert`.

use super::Lowering;
use super::arguments::OnConflict as Arguments;
use crate::model::Table;
use howdah_error::{Code, Error, Result, Within};
use howdah_ir::catalog::ColumnId;
use howdah_ir::mutation::{ConflictUpdate, OnConflict};
use howdah_ir::permit::UpdatePermit;
use howdah_ir::predicate::Predicate;
use std::collections::BTreeSet;
use std::sync::Arc;

impl Lowering<'_> {
    /// `given` are the columns that the objects have.
    pub fn on_conflict(
        &self,
        table: &Table,
        arguments: &Arguments<'_>,
        given: &[ColumnId],
    ) -> Result<OnConflict> {
        let writable = self.source.catalog.table(table.id).writable.update;
        let Some(permit) = self.open_update(table.id).filter(|_| writable) else {
            return Err(Error::new(
                Code::PermissionDenied,
                format!(
                    "upsert is not allowed for role {:?} since update permissions are not defined",
                    self.role()
                ),
            ));
        };
        let constraint = match (arguments.constraint, &arguments.constraint_on) {
            (Some(_), Some(_)) => {
                return Err(Error::new(
                    Code::UnexpectedPayload,
                    "'constraint' and 'constraint_on' cannot be set at a time",
                ));
            }
            (Some(name), None) => Some(self.constraint(table, name)?),
            (None, Some(columns)) => Some(self.constraint_on(table, columns)?),
            (None, None) if arguments.update => {
                return Err(Error::new(
                    Code::UnexpectedPayload,
                    "Expecting 'constraint' or 'constraint_on' when the 'action' is 'update'",
                ));
            }
            (None, None) => None,
        };
        let update = if arguments.update {
            self.conflict_update(table, permit, given)?
        } else {
            None
        };
        Ok(OnConflict { constraint, update })
    }

    fn constraint(&self, table: &Table, name: &str) -> Result<Arc<str>> {
        let keys = self.source.catalog.table(table.id);
        keys.keys()
            .find(|key| &*key.name == name)
            .map(|key| key.name.clone())
            .ok_or_else(|| {
                Error::unexpected(format!(
                    "constraint {name:?} for table {:?} does not exist",
                    self.table_text(table.id)
                ))
                .with_status(400)
                .within("constraint")
            })
    }

    /// The constraint on exactly these columns.
    fn constraint_on(&self, table: &Table, names: &[&str]) -> Result<Arc<str>> {
        let mut wanted = BTreeSet::new();
        for (i, name) in names.iter().enumerate() {
            let column = self
                .written_column(table, name, "")
                .within(i)
                .within("constraint_on")?;
            wanted.insert(column);
        }
        let keys = self.source.catalog.table(table.id);
        keys.keys()
            .find(|key| key.columns.iter().copied().collect::<BTreeSet<_>>() == wanted)
            .map(|key| key.name.clone())
            .ok_or_else(|| {
                Error::new(
                    Code::ConstraintError,
                    "there is no unique or exclusion constraint on target column(s)",
                )
            })
    }

    fn conflict_update(
        &self,
        table: &Table,
        permit: UpdatePermit,
        given: &[ColumnId],
    ) -> Result<Option<ConflictUpdate>> {
        let mut presets = Vec::new();
        if let Some(rules) = permit.rules() {
            for column in given {
                let preset = rules.presets.iter().any(|(preset, _)| preset == column);
                if preset || !rules.columns.contains(column) {
                    let name = &self.source.catalog.column(table.id, *column).name;
                    return Err(Error::validation(format!(
                        "column {name:?} is not updatable"
                    )));
                }
            }
            presets.clone_from(&rules.presets);
        }
        if given.is_empty() && presets.is_empty() {
            return Ok(None);
        }
        Ok(Some(ConflictUpdate {
            permit,
            columns: given.to_vec(),
            presets,
            filter: Predicate::TRUE,
        }))
    }
}
