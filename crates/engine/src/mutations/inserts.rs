//! Inserts of any depth: each level of a tree is one statement for all its rows.
//!
//! Rows that must come first (object relationships whose key the parent holds) are written before
//! their parents, the others after them. A level hands its rows out as one text, in order of
//! insertion; keys are read from it and put into the rows of the next level. Where rows may be
//! skipped (`on_conflict`) and others hang on them, they are written one by one, so that it is known
//! which was skipped.

use super::{Run, check_failed, rows_text};
use bytes::Bytes;
use howdah_error::{Error, JsonPath, Result, Segment};
use howdah_ir::catalog::{ColumnId, TableId};
use howdah_ir::mutation::{
    Insert, InsertTree, MutationField, MutationFieldValue, MutationOutput, NestedInsert,
    NestedOrder, WriteValue,
};
use howdah_ir::params::{Param, ParamSource, Params, ValueType};
use howdah_ir::predicate::Operand;
use howdah_postgres::translate;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

/// The rows of a level after they were written.
struct Written {
    /// Rows on this level and below.
    affected: u64,
    /// The rows as texts of arrays, one per statement, in order.
    rows: Vec<Arc<str>>,
}

/// Keys of one row as texts; `None` when the row was skipped.
type Keys = Option<Vec<Option<Arc<str>>>>;

impl Run<'_> {
    /// Writes the rows of a root field and answers.
    pub(super) async fn insert(&self, tree: &InsertTree, params: &Params) -> Result<Bytes> {
        let place = level_path(tree);
        if tree.nested.is_empty() {
            let statement = translate::insert(&self.context(params), &tree.insert)?;
            return self
                .write(&statement, params, &place)
                .await
                .map_err(|e| located(e, &place));
        }
        let mut params = params.clone();
        let table = tree.insert.permit.table();
        let written = self.level(tree.clone(), &mut params).await?;
        let output = with_total(&tree.insert.output, written.affected);
        let rows = join_rows(&written.rows);
        let read = translate::answer_from_rows(&self.context(&params), table, &output)?;
        self.read(&read, &params, Some(&rows)).await
    }

    /// Writes a level and everything below it.
    fn level<'f>(
        &'f self,
        mut tree: InsertTree,
        params: &'f mut Params,
    ) -> Pin<Box<dyn Future<Output = Result<Written>> + Send + 'f>> {
        Box::pin(async move {
            let mut affected = 0;
            let nested = std::mem::take(&mut tree.nested);
            let (before, after): (Vec<_>, Vec<_>) = nested
                .into_iter()
                .partition(|n| n.order == NestedOrder::BeforeParent);
            for group in groups(before) {
                affected += self.before(group, &mut tree, params).await?;
            }
            let place = level_path(&tree);
            let table = tree.insert.permit.table();
            let one_by_one = tree.insert.on_conflict.is_some() && !after.is_empty();
            let inserts: Vec<(Insert, JsonPath)> = if one_by_one {
                tree.insert
                    .rows
                    .iter()
                    .zip(&tree.paths)
                    .map(|(row, path)| (with_rows(&tree.insert, vec![row.clone()]), path.clone()))
                    .collect()
            } else {
                vec![(tree.insert.clone(), place.clone())]
            };
            let mut rows = Vec::with_capacity(inserts.len());
            for (insert, path) in &inserts {
                let statement = translate::insert_rows(&self.context(params), insert)?;
                let (root, holds) = self
                    .checked(&statement, params)
                    .await
                    .map_err(|e| located(e, path))?;
                if !holds {
                    return Err(check_failed(path));
                }
                rows.push(rows_text(&root)?);
            }
            // Counting needs no column, reading keys needs those that other levels refer to.
            let mut columns: Vec<ColumnId> = after
                .iter()
                .flat_map(|n| n.mapping.iter().map(|(own, _)| *own))
                .collect();
            columns.sort_unstable();
            columns.dedup();
            let keys = self
                .keys(table, &columns, &rows, one_by_one, params)
                .await?;
            affected += keys.iter().flatten().count() as u64;
            for group in groups(after) {
                affected += self.after(group, &columns, &keys, params).await?;
            }
            Ok(Written { affected, rows })
        })
    }

    /// Writes the rows that come before their parents, and gives the parents their keys.
    async fn before(
        &self,
        group: Vec<NestedInsert>,
        parents: &mut InsertTree,
        params: &mut Params,
    ) -> Result<u64> {
        for nested in &group {
            let given = parents.insert.rows.get(nested.row).into_iter().flatten();
            let taken = given.filter(|(c, _)| nested.mapping.iter().any(|(own, _)| own == c));
            let names: Vec<String> = taken
                .map(|(c, _)| self.column_name(parents.insert.permit.table(), *c))
                .collect();
            if !names.is_empty() {
                return Err(Error::validation(format!(
                    "cannot insert object relationship {:?} as {} column values are already determined",
                    &*nested.relationship,
                    names.join(", ")
                ))
                .at(nested.path.clone()));
            }
        }
        let mut affected = 0;
        for (tree, members) in merged(group) {
            let columns: Vec<ColumnId> = members
                .first()
                .map(|n| n.mapping.iter().map(|(_, target)| *target).collect())
                .unwrap_or_default();
            let table = tree.insert.permit.table();
            let expected = members.len();
            let written = self.level(tree, params).await?;
            affected += written.affected;
            let keys = self
                .keys(table, &columns, &written.rows, false, params)
                .await?;
            if keys.len() != expected {
                let (path, relationship) = members
                    .first()
                    .map(|n| (n.path.clone(), n.relationship.clone()))
                    .unwrap_or_default();
                return Err(Error::not_supported(format!(
                    "cannot proceed to insert object relation {relationship:?} since insert to table {:?} affects zero rows",
                    self.table_name(table)
                ))
                .at(path));
            }
            let parent_table = parents.insert.permit.table();
            for (nested, keys) in members.iter().zip(keys) {
                let Some(row) = parents.insert.rows.get_mut(nested.row) else {
                    continue;
                };
                for ((own, _), key) in nested.mapping.iter().zip(keys.into_iter().flatten()) {
                    row.push((*own, self.key_value(parent_table, *own, key, params)));
                }
            }
        }
        Ok(affected)
    }

    /// Writes the rows that come after their parents, with the parents' keys.
    async fn after(
        &self,
        group: Vec<NestedInsert>,
        columns: &[ColumnId],
        keys: &[Keys],
        params: &mut Params,
    ) -> Result<u64> {
        let mut ready = Vec::with_capacity(group.len());
        for mut nested in group {
            let target = nested.tree.insert.permit.table();
            let Some(Some(parent)) = keys.get(nested.row) else {
                return Err(Error::not_supported(
                    "cannot proceed to insert array relations since insert to table affects zero rows",
                )
                .at(nested.path.clone()));
            };
            for (i, row) in nested.tree.insert.rows.iter_mut().enumerate() {
                let taken: Vec<String> = row
                    .iter()
                    .filter(|(c, _)| nested.mapping.iter().any(|(_, t)| t == c))
                    .map(|(c, _)| self.column_name(target, *c))
                    .collect();
                if !taken.is_empty() {
                    let path = nested.tree.paths.get(i).cloned().unwrap_or_default();
                    return Err(Error::validation(format!(
                        "cannot insert {} columns as their values are already being determined by parent insert",
                        taken.join(", ")
                    ))
                    .at(path));
                }
                for (own, column) in &nested.mapping {
                    let key = columns
                        .iter()
                        .position(|c| c == own)
                        .and_then(|i| parent.get(i))
                        .cloned()
                        .flatten();
                    row.push((*column, self.key_value(target, *column, key, params)));
                }
            }
            ready.push(nested);
        }
        let mut affected = 0;
        for (tree, _) in merged(ready) {
            affected += self.level(tree, params).await?.affected;
        }
        Ok(affected)
    }

    /// The keys of written rows. With one statement per row a statement without a row stands for a
    /// skipped one.
    async fn keys(
        &self,
        table: TableId,
        columns: &[ColumnId],
        rows: &[Arc<str>],
        one_by_one: bool,
        params: &Params,
    ) -> Result<Vec<Keys>> {
        let statement = translate::columns_of_rows(&self.context(params), table, columns)?;
        let mut all = Vec::new();
        for text in rows {
            let answer = self.read(&statement, params, Some(text)).await?;
            let keys: Vec<Vec<Option<Arc<str>>>> =
                serde_json::from_slice(&answer).map_err(|e| {
                    Error::unexpected(format!("the database answered with odd keys: {e}"))
                })?;
            if one_by_one && keys.is_empty() {
                all.push(None);
            }
            all.extend(keys.into_iter().map(Some));
        }
        Ok(all)
    }

    fn key_value(
        &self,
        table: TableId,
        column: ColumnId,
        key: Option<Arc<str>>,
        params: &mut Params,
    ) -> WriteValue {
        let Some(text) = key else {
            return WriteValue::Null;
        };
        let ty = ValueType::One(self.catalog.column(table, column).ty);
        let id = params.push(Param {
            ty,
            text: Some(text),
            source: ParamSource::Literal,
        });
        WriteValue::Operand(Operand::Param(id))
    }

    fn column_name(&self, table: TableId, column: ColumnId) -> String {
        format!("{:?}", &*self.catalog.column(table, column).name)
    }

    fn table_name(&self, table: TableId) -> String {
        let info = self.catalog.table(table);
        howdah_schema::rules::qualified(&info.schema, &info.name)
    }
}

/// Nested rows by relationship, in the order of their first occurrence.
fn groups(nested: Vec<NestedInsert>) -> Vec<Vec<NestedInsert>> {
    let mut groups: Vec<Vec<NestedInsert>> = Vec::new();
    for item in nested {
        match groups.iter_mut().find(|g| {
            g.first()
                .is_some_and(|n| n.relationship == item.relationship)
        }) {
            Some(group) => group.push(item),
            None => groups.push(vec![item]),
        }
    }
    groups
}

/// Trees of a group that can be written together: all of them, unless some have rules for conflicts.
fn merged(group: Vec<NestedInsert>) -> Vec<(InsertTree, Vec<NestedInsert>)> {
    let together = group.iter().all(|n| n.tree.insert.on_conflict.is_none());
    let mut batches: Vec<(InsertTree, Vec<NestedInsert>)> = Vec::new();
    for mut nested in group {
        let empty = with_rows(&nested.tree.insert, Vec::new());
        let tree = std::mem::replace(
            &mut nested.tree,
            InsertTree {
                insert: empty,
                nested: Vec::new(),
                paths: Vec::new(),
            },
        );
        match batches.first_mut().filter(|_| together) {
            None => batches.push((tree, vec![nested])),
            Some((all, members)) => {
                let offset = all.insert.rows.len();
                all.insert.rows.extend(tree.insert.rows);
                all.paths.extend(tree.paths);
                all.nested.extend(tree.nested.into_iter().map(|mut n| {
                    n.row += offset;
                    n
                }));
                members.push(nested);
            }
        }
    }
    batches
}

fn with_rows(insert: &Insert, rows: Vec<Vec<(ColumnId, WriteValue)>>) -> Insert {
    Insert {
        permit: insert.permit.clone(),
        rows,
        on_conflict: insert.on_conflict.clone(),
        output: insert.output.clone(),
    }
}

/// The output with the number of rows of all levels.
fn with_total(output: &MutationOutput, total: u64) -> MutationOutput {
    match output {
        MutationOutput::Single(..) => output.clone(),
        MutationOutput::Response(fields) => MutationOutput::Response(
            fields
                .iter()
                .map(|field| MutationField {
                    key: field.key.clone(),
                    value: match &field.value {
                        MutationFieldValue::AffectedRows => MutationFieldValue::Known(total),
                        other => other.clone(),
                    },
                })
                .collect(),
        ),
    }
}

/// Several array literals as one.
fn join_rows(rows: &[Arc<str>]) -> Arc<str> {
    match rows {
        [one] => one.clone(),
        many => {
            let inner: Vec<&str> = many
                .iter()
                .filter_map(|text| text.strip_prefix('{')?.strip_suffix('}'))
                .filter(|inner| !inner.is_empty())
                .collect();
            format!("{{{}}}", inner.join(",")).into()
        }
    }
}

/// Where a level stands in the request: the list of its rows, or its one row.
fn level_path(tree: &InsertTree) -> JsonPath {
    let Some(first) = tree.paths.first() else {
        return JsonPath::root();
    };
    let steps = first.segments();
    match steps.last() {
        Some(Segment::Index(_)) if tree.paths.len() > 1 || tree.nested.is_empty() => {
            steps.iter().take(steps.len() - 1).cloned().collect()
        }
        _ => first.clone(),
    }
}

/// An error of the database, put at the level that it came from.
fn located(error: Error, place: &JsonPath) -> Error {
    if error.path().is_root() {
        error.at(place.clone())
    } else {
        error
    }
}
