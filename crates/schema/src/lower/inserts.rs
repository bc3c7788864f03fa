//! `insert_t` and `insert_t_one`: rows, rows of relationships, what to do on conflicts.

use super::Lowerer;
use super::selection::Collected;
use super::values::Input;
use crate::model::RelationshipKind;
use crate::types::{InputInfo, InputKind, MutationType, TableKey, TypeKey, TypeRef};
use howdah_error::{JsonPath, Result, Segment};
use howdah_ir::catalog::ColumnId;
use howdah_ir::mutation::{
    ConflictUpdate, Insert, InsertTree, MutationOutput, NestedInsert, NestedOrder, OnConflict,
    WriteValue,
};
use howdah_ir::predicate::Predicate;
use std::collections::HashMap;
use std::sync::Arc;

impl<'a> Lowerer<'a> {
    /// Many rows.
    pub(super) fn insert(&mut self, key: TableKey, field: &Collected<'a>) -> Result<InsertTree> {
        let on_conflict = self.on_conflict_of(key, self.argument(field, "on_conflict"))?;
        let output = self.response(key, field)?;
        let Some(input) = self.argument(field, "objects") else {
            return Err(self.fail("missing required field 'objects'"));
        };
        self.within(["args", "objects"], |l| {
            l.objects(key, input, on_conflict, output)
        })
    }

    /// One row.
    pub(super) fn insert_one(
        &mut self,
        key: TableKey,
        field: &Collected<'a>,
    ) -> Result<InsertTree> {
        let on_conflict = self.on_conflict_of(key, self.argument(field, "on_conflict"))?;
        let output = self.single(key, field)?;
        let Some(input) = self.argument(field, "object") else {
            return Err(self.fail("missing required field 'object'"));
        };
        self.within(["args", "object"], |l| {
            let mut tree = l.one_object(key, input, on_conflict, output)?;
            if !tree.nested.is_empty() {
                // Errors of the database tell the row as if it stood in a list.
                first_of_list(&mut tree, l.path.segments().len());
            }
            Ok(tree)
        })
    }

    fn on_conflict_of(
        &mut self,
        key: TableKey,
        input: Option<Input<'a>>,
    ) -> Result<Option<OnConflict>> {
        match input {
            Some(input) => self.within(["args", "on_conflict"], |l| l.on_conflict(key, input)),
            None => Ok(None),
        }
    }

    fn objects(
        &mut self,
        key: TableKey,
        input: Input<'a>,
        on_conflict: Option<OnConflict>,
        output: MutationOutput,
    ) -> Result<InsertTree> {
        let element = TypeRef::from(TypeKey::Mutation(key, MutationType::InsertInput)).non_null();
        let input = self.resolve_shape(input, &element.clone().list().non_null())?;
        if self.absent(input) {
            return Err(self.fail("expected a list, but found null"));
        }
        let mut tree = self.empty_tree(key, on_conflict, output)?;
        for (i, item) in input.items().into_iter().enumerate() {
            self.at_index(i, |l| l.object_row(key, item, &element, &mut tree))?;
        }
        Ok(tree)
    }

    fn one_object(
        &mut self,
        key: TableKey,
        input: Input<'a>,
        on_conflict: Option<OnConflict>,
        output: MutationOutput,
    ) -> Result<InsertTree> {
        let element = TypeRef::from(TypeKey::Mutation(key, MutationType::InsertInput)).non_null();
        let mut tree = self.empty_tree(key, on_conflict, output)?;
        self.object_row(key, input, &element, &mut tree)?;
        Ok(tree)
    }

    fn empty_tree(
        &self,
        key: TableKey,
        on_conflict: Option<OnConflict>,
        output: MutationOutput,
    ) -> Result<InsertTree> {
        let Some(permit) = self.schema.insert_permit(key) else {
            return Err(self.fail("the table cannot be inserted into"));
        };
        let insert = Insert {
            permit,
            rows: Vec::new(),
            on_conflict,
            output,
        };
        Ok(InsertTree {
            insert,
            nested: Vec::new(),
            paths: Vec::new(),
        })
    }

    /// What a row may give, by name; made once for all rows.
    fn insert_inputs(&mut self, key: TableKey) -> Arc<HashMap<Arc<str>, InputInfo>> {
        if let Some(known) = self.insert_inputs.get(&key) {
            return known.clone();
        }
        let inputs = self
            .schema
            .inputs(&TypeKey::Mutation(key, MutationType::InsertInput))
            .into_iter()
            .map(|info| (info.shown().clone(), info))
            .collect();
        let inputs: Arc<HashMap<Arc<str>, InputInfo>> = Arc::new(inputs);
        self.insert_inputs.insert(key, inputs.clone());
        inputs
    }

    fn object_row(
        &mut self,
        key: TableKey,
        input: Input<'a>,
        element: &TypeRef,
        tree: &mut InsertTree,
    ) -> Result<()> {
        let ty = TypeKey::Mutation(key, MutationType::InsertInput);
        let input = self.resolve_shape(input, element)?;
        let rules = tree.insert.permit.rules();
        let webhook = rules.and_then(|rules| rules.validation.clone());
        self.judge_row(key, webhook, input)?;
        let mut row: Vec<(ColumnId, WriteValue)> = Vec::new();
        let position = tree.insert.rows.len();
        let known = self.insert_inputs(key);
        for (name, value) in self.object(&ty, input)? {
            let Some(info) = known.get(name) else {
                return Err(self.no_input(&ty, name));
            };
            self.path.push(name);
            match info.kind {
                InputKind::Column(column) => {
                    if let Some(value) = self.write_value(key, column, &info.ty, value)? {
                        row.push((column, value));
                    }
                }
                InputKind::Relationship(i) => {
                    let value = self.resolve_shape(value, &info.ty)?;
                    if !self.absent(value) {
                        let nested = self.nested(key, i, value, position)?;
                        tree.nested.extend(nested);
                    }
                }
                _ => return Err(self.no_input(&ty, name)),
            }
            self.path.pop();
        }
        if let Some(rules) = tree.insert.permit.rules() {
            row.extend(rules.presets.iter().cloned());
        }
        tree.insert.rows.push(row);
        tree.paths.push(self.path.clone());
        Ok(())
    }

    fn nested(
        &mut self,
        key: TableKey,
        index: usize,
        value: Input<'a>,
        row: usize,
    ) -> Result<Option<NestedInsert>> {
        let table = self.schema.table(key);
        let Some((name, relationship)) = table.and_then(|t| t.relationships.get_index(index))
        else {
            return Err(self.fail("the relationship does not exist"));
        };
        let target = TableKey(key.0, relationship.target);
        let is_object = relationship.kind == RelationshipKind::Object;
        let ty = TypeKey::Mutation(
            target,
            if is_object {
                MutationType::ObjectRelationInsert
            } else {
                MutationType::ArrayRelationInsert
            },
        );
        let entries = self.object(&ty, value)?;
        let mut data = None;
        let mut on_conflict = None;
        for (part, given) in entries {
            let Some(info) = self.schema.input_field(&ty, part) else {
                return Err(self.no_input(&ty, part));
            };
            if &*info.name == "data" {
                data = Some(given);
            } else {
                on_conflict = self.within([part], |l| l.on_conflict(target, given))?;
            }
        }
        let Some(data) = data else {
            self.path.push("data");
            return Err(self.fail("missing required field 'data'"));
        };
        let path = self.path.clone();
        let output = MutationOutput::Response(Vec::new());
        let tree = self.within(["data"], |l| {
            if is_object {
                let mut tree = l.one_object(target, data, on_conflict, output)?;
                if !relationship.insert_first {
                    // It is written as a list of one row.
                    first_of_list(&mut tree, l.path.segments().len());
                }
                Ok(tree)
            } else {
                l.objects(target, data, on_conflict, output)
            }
        })?;
        if tree.insert.rows.is_empty() {
            return Ok(None);
        }
        let order = if is_object && relationship.insert_first {
            NestedOrder::BeforeParent
        } else {
            NestedOrder::AfterParent
        };
        Ok(Some(NestedInsert {
            row,
            relationship: name.clone(),
            mapping: relationship.mapping.clone(),
            order,
            tree,
            path,
        }))
    }

    fn on_conflict(&mut self, key: TableKey, input: Input<'a>) -> Result<Option<OnConflict>> {
        let ty = TypeKey::Mutation(key, MutationType::OnConflict);
        let input = self.resolve_shape(input, &ty.clone().into())?;
        if matches!(input, Input::Absent) {
            return Ok(None);
        }
        let (mut constraint, mut columns, mut filter) = (None, Vec::new(), Predicate::TRUE);
        for (name, value) in self.object(&ty, input)? {
            let Some(info) = self.schema.input_field(&ty, name) else {
                return Err(self.no_input(&ty, name));
            };
            self.path.push(name);
            match &*info.name {
                "constraint" => {
                    let value = self.resolve_shape(value, &info.ty)?;
                    constraint = Some(self.enum_value(info.ty.key(), value)?);
                }
                "update_columns" => columns = self.update_columns(key, &info.ty, value)?,
                _ => filter = self.condition_input(key, value)?,
            }
            self.path.pop();
        }
        let Some(constraint) = constraint else {
            self.path.push("constraint");
            return Err(self.fail("missing required field 'constraint'"));
        };
        let update = if columns.is_empty() {
            None
        } else {
            let Some(permit) = self.schema.update_permit(key) else {
                return Err(self.fail("the table cannot be updated"));
            };
            let presets = permit
                .rules()
                .map(|r| r.presets.clone())
                .unwrap_or_default();
            Some(ConflictUpdate {
                permit,
                columns,
                presets,
                filter,
            })
        };
        Ok(Some(OnConflict {
            constraint: Some(constraint),
            update,
        }))
    }

    fn update_columns(
        &mut self,
        key: TableKey,
        ty: &TypeRef,
        value: Input<'a>,
    ) -> Result<Vec<ColumnId>> {
        let value = self
            .variables
            .resolve(value, ty, true)
            .map_err(|e| e.at(self.path.clone()))?;
        if let Some(name) = value.variable() {
            self.variables.note_shape(name);
        }
        if self.absent(value) {
            return Err(self.fail("expected a list, but found null"));
        }
        let enum_type = TypeKey::Mutation(key, MutationType::UpdateColumn);
        let element = TypeRef::from(enum_type.clone()).non_null();
        let updatable = self.schema.updatable_columns(key);
        let mut columns = Vec::new();
        for (i, item) in value.items().into_iter().enumerate() {
            let name = self.at_index(i, |l| {
                let item = l.resolve_shape(item, &element)?;
                l.enum_value(&enum_type, item)
            })?;
            let Some((_, column)) = updatable.iter().find(|(n, _)| *n == name) else {
                // The placeholder of a role that may update nothing.
                self.path.pop();
                return Err(self.fail("erroneous column name"));
            };
            columns.push(*column);
        }
        Ok(columns)
    }
}

/// Puts the index of a list's first element at a depth of all paths.
fn first_of_list(tree: &mut InsertTree, depth: usize) {
    let indexed = |path: &JsonPath| -> JsonPath {
        let (list, rest) = path.segments().split_at(depth.min(path.segments().len()));
        let index = [Segment::Index(0)];
        list.iter().chain(&index).chain(rest).cloned().collect()
    };
    for path in &mut tree.paths {
        *path = indexed(path);
    }
    for nested in &mut tree.nested {
        nested.path = indexed(&nested.path);
        first_of_list(&mut nested.tree, depth);
    }
}
