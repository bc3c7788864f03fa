//! Inserts of any depth: each level of a tree is one statement for all its rows.
//!
//! Rows that must come first (object relationships whose key the parent holds) are written before
//! their parents, the others after them. A level hands its rows out as one text, in order of
//! insertion, together with the keys that go into the rows of the next level. Where rows may be
//! skipped (`on_conflict`) and others hang on them, they are a statement each, sent together, so that
//! it is known which was skipped. When a row is refused, or a trigger skips one unasked, everything is
//! rolled back and done again carefully: row by row, each with all that hangs on it before the next, as
//! if the rows had been sent one after the other. So an error is that of the first row that has one,
//! and says which.

use super::{Run, check_failed, rows_text};
use bytes::Bytes;
use howdah_error::{Code, Error, JsonPath, Result, Segment};
use howdah_ir::catalog::{ColumnId, TableId};
use howdah_ir::mutation::{
    Insert, InsertTree, MutationField, MutationFieldValue, MutationOutput, NestedInsert,
    NestedOrder, WriteValue,
};
use howdah_ir::params::{Param, ParamSource, Params, ValueType};
use howdah_ir::predicate::Operand;
use howdah_postgres::translate::{self, Statement, Wanted};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

/// The rows of a level after they were written.
struct Written {
    /// Rows on this level and below.
    affected: u64,
    /// The rows as texts of arrays, one per statement, in order; if they were asked for.
    rows: Vec<Arc<str>>,
    /// The keys that were asked for, for each row that was to be written.
    keys: Vec<Keys>,
}

/// Keys of one row as texts; `None` when the row was skipped.
type Keys = Option<Vec<Option<Arc<str>>>>;

/// What is asked of a level.
#[derive(Clone, Copy)]
struct Asked<'a> {
    rows: bool,
    keys: &'a [ColumnId],
}

/// Rows of a level, in parts that are a statement each.
struct Level {
    tree: InsertTree,
    /// Numbers of rows, in order; none is one statement for all.
    parts: Vec<usize>,
    /// Whether its rows are told apart in errors: others hang on some of them.
    indexed: bool,
}

impl Level {
    fn new(tree: InsertTree, parts: Vec<usize>) -> Level {
        let indexed = !tree.nested.is_empty();
        Level {
            tree,
            parts,
            indexed,
        }
    }

    /// Each row as a level of its own.
    fn apart(self) -> Vec<Level> {
        let InsertTree {
            insert,
            nested,
            paths,
        } = self.tree;
        let mut levels: Vec<Level> = insert
            .rows
            .iter()
            .zip(paths)
            .map(|(row, path)| Level {
                tree: InsertTree {
                    insert: with_rows(&insert, vec![row.clone()]),
                    nested: Vec::new(),
                    paths: vec![path],
                },
                parts: Vec::new(),
                indexed: self.indexed,
            })
            .collect();
        for mut item in nested {
            if let Some(level) = levels.get_mut(item.row) {
                item.row = 0;
                level.tree.nested.push(item);
            }
        }
        levels
    }

    /// Where an error of the whole level is.
    fn place(&self) -> JsonPath {
        match self.tree.paths.as_slice() {
            [one] if self.indexed => one.clone(),
            _ => level_path(&self.tree),
        }
    }
}

impl Run<'_, '_> {
    /// Writes the rows of a root field and answers.
    pub(super) async fn insert(&mut self, tree: &InsertTree, params: &Params) -> Result<Bytes> {
        let place = level_path(tree);
        if tree.nested.is_empty() {
            let closing = self.closing();
            let statement =
                translate::closing_insert(&self.context(params), &tree.insert, closing)?;
            return self
                .write(&statement, closing, params, &place)
                .await
                .map_err(|e| located(e, &place));
        }
        let mut params = params.clone();
        let table = tree.insert.permit.table();
        let asked = Asked {
            rows: needs_rows(&tree.insert.output),
            keys: &[],
        };
        let level = Level::new(tree.clone(), Vec::new());
        let written = match self.level(level, asked, &mut params).await {
            Err(error) if !self.careful && is_of_a_row(&error) => {
                self.unclear = true;
                return Err(error);
            }
            other => other?,
        };
        let output = with_total(&tree.insert.output, written.affected);
        if let Some(answer) = known(&output) {
            return Ok(answer);
        }
        let rows = join_rows(&written.rows);
        let read = translate::answer_from_rows(&self.context(&params), table, &output)?;
        self.read(&read, &params, Some(&rows)).await
    }

    /// Writes a level and everything below it.
    fn level<'f>(
        &'f mut self,
        level: Level,
        asked: Asked<'f>,
        params: &'f mut Params,
    ) -> Pin<Box<dyn Future<Output = Result<Written>> + Send + 'f>> {
        Box::pin(async move {
            if self.careful && level.indexed && level.tree.insert.rows.len() > 1 {
                return self.one_after_the_other(level, asked, params).await;
            }
            let mut level = level;
            let mut affected = 0;
            let nested = std::mem::take(&mut level.tree.nested);
            let (before, after): (Vec<_>, Vec<_>) = nested
                .into_iter()
                .partition(|n| n.order == NestedOrder::BeforeParent);
            for group in groups(before) {
                affected += self.before(group, &mut level.tree, params).await?;
            }
            let mut columns: Vec<ColumnId> = after
                .iter()
                .flat_map(|n| n.mapping.iter().map(|(own, _)| *own))
                .chain(asked.keys.iter().copied())
                .collect();
            columns.sort_unstable();
            columns.dedup();
            // Where it matters which rows were skipped.
            let one_by_one =
                !columns.is_empty() && (self.careful || level.tree.insert.on_conflict.is_some());
            if one_by_one {
                level.parts = vec![1; level.tree.insert.rows.len()];
            }
            let wanted = Wanted {
                rows: asked.rows,
                keys: &columns,
            };
            let (rows, found) = self.rows(&level, wanted, params).await?;
            affected += found.iter().map(Found::number).sum::<u64>();
            let keys = self.keys_of(found, one_by_one, &level)?;
            for group in groups(after) {
                let table = level.tree.insert.permit.table();
                affected += self.after(table, group, &columns, &keys, params).await?;
            }
            Ok(Written {
                affected,
                rows,
                keys: keys
                    .into_iter()
                    .map(|keys| Some(chosen(&columns, asked.keys, &keys?)))
                    .collect(),
            })
        })
    }

    /// Writes the rows of a level, each with all that hangs on it.
    async fn one_after_the_other(
        &mut self,
        level: Level,
        asked: Asked<'_>,
        params: &mut Params,
    ) -> Result<Written> {
        let mut all = Written {
            affected: 0,
            rows: Vec::new(),
            keys: Vec::new(),
        };
        for row in level.apart() {
            let written = self.level(row, asked, params).await?;
            all.affected += written.affected;
            all.rows.extend(written.rows);
            all.keys.extend(written.keys);
        }
        Ok(all)
    }

    /// Writes the rows of a level.
    async fn rows(
        &mut self,
        level: &Level,
        wanted: Wanted<'_>,
        params: &Params,
    ) -> Result<(Vec<Arc<str>>, Vec<Found>)> {
        let Level { tree, parts, .. } = level;
        let mut inserts: Vec<(Statement, JsonPath)> = Vec::with_capacity(parts.len().max(1));
        let context = self.context(params);
        if parts.len() < 2 {
            let statement = translate::insert_level(&context, &tree.insert, wanted)?;
            inserts.push((statement, level.place()));
        } else {
            let mut rest = tree.insert.rows.as_slice();
            let mut places = tree.paths.as_slice();
            for size in parts {
                let (own, more) = rest.split_at((*size).min(rest.len()));
                let (at, further) = places.split_at((*size).min(places.len()));
                (rest, places) = (more, further);
                let insert = with_rows(&tree.insert, own.to_vec());
                let statement = translate::insert_level(&context, &insert, wanted)?;
                inserts.push((statement, at.first().cloned().unwrap_or_default()));
            }
        }
        let statements: Vec<&Statement> = inserts.iter().map(|(s, _)| s).collect();
        let answers = self.many(&statements, params).await?;
        let mut rows = Vec::new();
        let mut found = Vec::with_capacity(answers.len());
        for (answer, (_, place)) in answers.into_iter().zip(&inserts) {
            let answer = answer.map_err(|e| located(e, place))?;
            if !answer.holds {
                return Err(check_failed(place));
            }
            if wanted.rows {
                rows.push(rows_text(&answer.root)?);
            }
            found.push(Found::read(answer.keys.as_deref().unwrap_or_default())?);
        }
        Ok((rows, found))
    }

    /// The keys for each row that was to be written. With one statement per row a statement without
    /// a row stands for a skipped one.
    fn keys_of(&mut self, found: Vec<Found>, one_by_one: bool, level: &Level) -> Result<Vec<Keys>> {
        let mut all: Vec<Keys> = Vec::new();
        for found in found {
            let Found::Keys(keys) = found else {
                return Ok(Vec::new());
            };
            if one_by_one && keys.is_empty() {
                all.push(None);
            }
            all.extend(keys.into_iter().map(Some));
        }
        let tree = &level.tree;
        if all.len() != tree.insert.rows.len() {
            self.unclear = !self.careful;
            return Err(Error::not_supported(format!(
                "the database wrote {} rows of {:?} where it was given {}",
                all.len(),
                self.table_name(tree.insert.permit.table()),
                tree.insert.rows.len()
            ))
            .at(level.place()));
        }
        Ok(all)
    }

    /// Writes the rows that come before their parents, and gives the parents their keys.
    async fn before(
        &mut self,
        group: Vec<NestedInsert>,
        parents: &mut InsertTree,
        params: &mut Params,
    ) -> Result<u64> {
        let parent_table = parents.insert.permit.table();
        let preset = preset_columns(&parents.insert);
        for nested in &group {
            let given = parents.insert.rows.get(nested.row).into_iter().flatten();
            let taken = given.filter(|(c, _)| {
                nested.mapping.iter().any(|(own, _)| own == c) && !preset.contains(c)
            });
            let names: Vec<String> = taken
                .map(|(c, _)| self.column_name(parent_table, *c))
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
        for (level, members) in merged(group) {
            let columns: Vec<ColumnId> = members
                .first()
                .map(|n| n.mapping.iter().map(|(_, target)| *target).collect())
                .unwrap_or_default();
            let table = level.tree.insert.permit.table();
            let asked = Asked {
                rows: false,
                keys: &columns,
            };
            let written = self.level(level, asked, params).await?;
            affected += written.affected;
            for (nested, keys) in members.iter().zip(written.keys) {
                let Some(keys) = keys else {
                    return Err(Error::not_supported(format!(
                        "cannot proceed to insert object relation {:?} since insert to table {:?} affects zero rows",
                        &*nested.relationship,
                        self.table_name(table)
                    ))
                    .at(nested.path.clone()));
                };
                let Some(row) = parents.insert.rows.get_mut(nested.row) else {
                    continue;
                };
                let free = nested.mapping.iter().zip(keys);
                for ((own, _), key) in free.filter(|((own, _), _)| !preset.contains(own)) {
                    row.push((*own, self.key_value(parent_table, *own, key, params)));
                }
            }
        }
        Ok(affected)
    }

    /// Writes the rows that come after their parents, with the parents' keys.
    async fn after(
        &mut self,
        table: TableId,
        group: Vec<NestedInsert>,
        columns: &[ColumnId],
        keys: &[Keys],
        params: &mut Params,
    ) -> Result<u64> {
        let mut ready = Vec::with_capacity(group.len());
        for mut nested in group {
            let target = nested.tree.insert.permit.table();
            let preset = preset_columns(&nested.tree.insert);
            let Some(Some(parent)) = keys.get(nested.row) else {
                let mut row = nested.path.clone();
                row.pop();
                return Err(Error::not_supported(format!(
                    "cannot proceed to insert array relations since insert to table {:?} affects zero rows",
                    self.table_name(table)
                ))
                .at(row));
            };
            for (i, row) in nested.tree.insert.rows.iter_mut().enumerate() {
                let taken: Vec<String> = row
                    .iter()
                    .filter(|(c, _)| {
                        nested.mapping.iter().any(|(_, t)| t == c) && !preset.contains(c)
                    })
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
                let free = nested.mapping.iter();
                for (own, column) in free.filter(|(_, column)| !preset.contains(column)) {
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
        let asked = Asked {
            rows: false,
            keys: &[],
        };
        for (level, _) in merged(ready) {
            affected += self.level(level, asked, params).await?.affected;
        }
        Ok(affected)
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

/// The columns that the role's rules fill in. No relationship may change them: the rules win.
fn preset_columns(insert: &Insert) -> Vec<ColumnId> {
    let presets = insert.permit.rules().map(|rules| rules.presets.iter());
    presets
        .into_iter()
        .flatten()
        .map(|(column, _)| *column)
        .collect()
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

/// The trees of a group as levels: together where they have the same rule for conflicts. Rows with
/// a rule keep a statement for each tree, as a row can be updated only once by one.
fn merged(group: Vec<NestedInsert>) -> Vec<(Level, Vec<NestedInsert>)> {
    let mut levels: Vec<(Level, Vec<NestedInsert>)> = Vec::new();
    for mut nested in group {
        let empty = InsertTree {
            insert: with_rows(&nested.tree.insert, Vec::new()),
            nested: Vec::new(),
            paths: Vec::new(),
        };
        let tree = std::mem::replace(&mut nested.tree, empty);
        let size = tree.insert.rows.len();
        let rule = &tree.insert.on_conflict;
        match levels.last_mut() {
            Some((all, members)) if all.tree.insert.on_conflict == *rule => {
                all.indexed |= !tree.nested.is_empty();
                let offset = all.tree.insert.rows.len();
                all.tree.insert.rows.extend(tree.insert.rows);
                all.tree.paths.extend(tree.paths);
                all.tree.nested.extend(tree.nested.into_iter().map(|mut n| {
                    n.row += offset;
                    n
                }));
                if rule.is_some() {
                    all.parts.push(size);
                }
                members.push(nested);
            }
            _ => {
                let parts = match rule {
                    Some(_) => vec![size],
                    None => Vec::new(),
                };
                levels.push((Level::new(tree, parts), vec![nested]));
            }
        }
    }
    levels
}

/// What a level's statement tells of its rows.
enum Found {
    /// How many.
    Number(u64),
    /// Keys of each.
    Keys(Vec<Vec<Option<Arc<str>>>>),
}

impl Found {
    fn read(json: &[u8]) -> Result<Found> {
        let odd = |e| Error::unexpected(format!("the database answered with odd keys: {e}"));
        match json.first() {
            Some(b'[') => serde_json::from_slice(json).map(Found::Keys).map_err(odd),
            _ => serde_json::from_slice(json).map(Found::Number).map_err(odd),
        }
    }

    fn number(&self) -> u64 {
        match self {
            Found::Number(number) => *number,
            Found::Keys(keys) => keys.len() as u64,
        }
    }
}

/// The values of some columns of a row of keys.
fn chosen(
    columns: &[ColumnId],
    asked: &[ColumnId],
    keys: &[Option<Arc<str>>],
) -> Vec<Option<Arc<str>>> {
    asked
        .iter()
        .map(|column| {
            let position = columns.iter().position(|c| c == column)?;
            keys.get(position)?.clone()
        })
        .collect()
}

/// Whether an answer cannot be made without the rows.
fn needs_rows(output: &MutationOutput) -> bool {
    match output {
        MutationOutput::Single(..) => true,
        MutationOutput::Response(fields) => fields
            .iter()
            .any(|field| matches!(field.value, MutationFieldValue::Returning(..))),
    }
}

/// An answer that is known already.
fn known(output: &MutationOutput) -> Option<Bytes> {
    let MutationOutput::Response(fields) = output else {
        return None;
    };
    let mut answer = serde_json::Map::new();
    for field in fields {
        let value = match &field.value {
            MutationFieldValue::Literal(text) => (**text).into(),
            MutationFieldValue::Known(number) => (*number).into(),
            MutationFieldValue::AffectedRows | MutationFieldValue::Returning(..) => return None,
        };
        answer.insert(field.key.to_string(), value);
    }
    Some(serde_json::Value::Object(answer).to_string().into())
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

/// Whether an error is about what was to be written, and not about the connection or the moment.
fn is_of_a_row(error: &Error) -> bool {
    matches!(
        error.code(),
        Code::ConstraintViolation
            | Code::DataException
            | Code::PermissionError
            | Code::NotSupported
            | Code::ValidationFailed
    )
}

/// An error of the database, put at the level that it came from.
fn located(error: Error, place: &JsonPath) -> Error {
    if error.path().is_root() {
        error.at(place.clone())
    } else {
        error
    }
}
