//! Many rows in one insert.
//!
//! ```sql
//! insert into "public"."article" as t2 ("title", "author_id")
//! select t3.x0::text, $2::int4 from unnest($1::text[]) as t3(x0)
//! ```
//!
//! Rows that all give the same columns travel as one array of texts a column: few parameters
//! whatever their number (a statement takes 65,535), and one text for every number of rows, so that
//! it is parsed once. Rows that differ (what a row lacks is DEFAULT) stand as `values`.

use super::Compiler;
use crate::sql::tree::InsertSource;
use crate::sql::{Binding, ColumnName, Expr, FromItem, Name, Select, SqlType};
use howdah_error::{Error, Result};
use howdah_ir::catalog::{ColumnId, TableId};
use howdah_ir::mutation::WriteValue;
use howdah_ir::params::{ParamId, ValueType};
use howdah_ir::predicate::Operand;
use std::collections::{BTreeMap, BTreeSet};

/// A row as it was given.
type Given = Vec<(ColumnId, WriteValue)>;

/// Where the value of a column comes from.
enum Source<'a> {
    /// The same value in all rows.
    Same(&'a WriteValue),
    /// A value of each row, of one type.
    Each(ValueType, Vec<Option<ParamId>>),
}

impl Compiler<'_> {
    /// The columns that rows give, in the table's order, and the rows.
    pub(super) fn insert_source(
        &self,
        table: TableId,
        rows: &[Given],
    ) -> Result<(Vec<Name>, InsertSource)> {
        if let Some((columns, select)) = self.side_by_side(rows)? {
            return Ok((self.names_of(table, &columns), select));
        }
        let mut columns: BTreeSet<ColumnId> = rows.iter().flatten().map(|(id, _)| *id).collect();
        if columns.is_empty() && rows.len() > 1 {
            // `default values` makes one row; many take the default of any one column.
            match self.table(table).columns.first() {
                Some(_) => columns.insert(ColumnId(0)),
                None => {
                    return Err(Error::not_supported(
                        "a table without columns takes one row at a time",
                    ));
                }
            };
        }
        let values = rows
            .iter()
            .map(|row| {
                let row: BTreeMap<ColumnId, &WriteValue> =
                    row.iter().map(|(id, value)| (*id, value)).collect();
                columns
                    .iter()
                    .map(|id| match row.get(id) {
                        Some(value) => self.write_value(value),
                        None => Ok(Expr::Default),
                    })
                    .collect()
            })
            .collect::<Result<_>>()?;
        let columns: Vec<ColumnId> = columns.into_iter().collect();
        Ok((self.names_of(table, &columns), InsertSource::Values(values)))
    }

    fn names_of(&self, table: TableId, columns: &[ColumnId]) -> Vec<Name> {
        columns
            .iter()
            .map(|id| self.column_name(table, *id).clone())
            .collect()
    }

    /// The rows as arrays side by side, where they are alike.
    fn side_by_side(&self, rows: &[Given]) -> Result<Option<(Vec<ColumnId>, InsertSource)>> {
        let Some(sources) = self.sources(rows) else {
            return Ok(None);
        };
        let alias = self.alias();
        let mut arrays = Vec::new();
        let mut values = Vec::with_capacity(sources.len());
        let columns = sources.keys().copied().collect();
        for source in sources.into_values() {
            let value = match source {
                Source::Same(value) => self.write_value(value)?,
                Source::Each(ty, ids) => {
                    let column = Expr::Column(alias, nth(arrays.len()));
                    arrays.push(Expr::Placeholder(Binding::Gathered(ids), SqlType::texts()));
                    self.typed(ty, |sql| column.cast(sql))
                }
            };
            values.push((value, None));
        }
        if arrays.is_empty() {
            return Ok(None);
        }
        let select = Select {
            columns: values,
            from: Some(FromItem::Unnest(arrays, alias)),
            ..Select::default()
        };
        Ok(Some((columns, InsertSource::Select(Box::new(select)))))
    }

    fn sources<'r>(&self, rows: &'r [Given]) -> Option<BTreeMap<ColumnId, Source<'r>>> {
        let [first, _, ..] = rows else {
            return None;
        };
        // What a row gives twice counts as it stands last.
        let mut of_columns: BTreeMap<ColumnId, Vec<&'r WriteValue>> =
            first.iter().map(|(id, _)| (*id, Vec::new())).collect();
        for (n, row) in rows.iter().enumerate() {
            for (id, value) in row {
                let values = of_columns.get_mut(id)?;
                values.truncate(n);
                values.push(value);
            }
            if of_columns.values().any(|values| values.len() != n + 1) {
                return None;
            }
        }
        of_columns
            .into_iter()
            .map(|(id, values)| Some((id, self.column_source(values)?)))
            .collect()
    }

    fn column_source<'r>(&self, values: Vec<&'r WriteValue>) -> Option<Source<'r>> {
        let first = *values.first()?;
        if matches!(first, WriteValue::Default) {
            return None;
        }
        if !matches!(first, WriteValue::Operand(Operand::Param(_)))
            && values.iter().all(|value| *value == first)
        {
            return Some(Source::Same(first));
        }
        let mut ty = None;
        let mut ids = Vec::with_capacity(values.len());
        for value in values {
            match value {
                WriteValue::Null => ids.push(None),
                WriteValue::Operand(Operand::Param(id)) => {
                    let own = self.params.get(*id).ty;
                    if *ty.get_or_insert(own) != own {
                        return None;
                    }
                    ids.push(Some(*id));
                }
                _ => return None,
            }
        }
        Some(Source::Each(ty?, ids))
    }
}

/// The name of an array's column.
fn nth(position: usize) -> ColumnName {
    ColumnName::Extra(u32::try_from(position).unwrap_or(u32::MAX))
}
