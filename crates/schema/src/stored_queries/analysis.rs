//! A stored query held against the schema that administrators see.
//!
//! Fields, selection sets and the types of variables must fit; arguments, directives and conditions
//! of fragments are not asked for. Faults are told with the path that leads to them; what lies below
//! one is not looked at, everything beside it is.

use super::input_types::InputTypes;
use super::needs::Needs;
use super::outline::{Node, Operation, Outline};
use crate::document::OperationKind;
use crate::introspection;
use crate::model::Snapshot;
use crate::types::{NO_QUERIES, RoleSchema, TableKey, TypeKey, TypeKind, TypeRef, builtin};
use howdah_ir::session::ADMIN;
use howdah_metadata::Metadata;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};

/// How many fields of a query are looked at once fragments are put in: no operation that selects
/// more runs.
const MAX_FIELDS: usize = 20_000;

/// Checks the queries of a snapshot, one after another. What was found out for one is not worked
/// out again for the next.
pub(super) struct Checker<'s> {
    schema: RoleSchema<'s>,
    /// Whether parts of the schema are not known that have root fields and types of their own.
    has_unknown_parts: bool,
    fields: HashMap<TypeKey, HashMap<Box<str>, Found>>,
    inputs: InputTypes<'s>,
}

/// What a field name means on a type.
#[derive(Debug, Clone)]
enum Found {
    Field(TypeRef),
    /// It may be a field of a part that is not served.
    Believed,
    /// It is one of Apollo Federation, which is not served, if any table takes part in that.
    Federated,
    Missing,
}

impl<'s> Checker<'s> {
    pub(super) fn new(snapshot: &'s Snapshot) -> Self {
        let schema = RoleSchema {
            snapshot,
            role: ADMIN,
            backend: true,
        };
        Checker {
            schema,
            has_unknown_parts: has_unknown_parts(&snapshot.metadata),
            fields: HashMap::new(),
            inputs: InputTypes::new(schema),
        }
    }

    /// What a query goes by, or what is wrong with it, in the order of its text.
    pub(super) fn check(&mut self, outline: &Outline) -> Result<Needs, Vec<String>> {
        let operation = match &outline.operation {
            Ok(Some(operation)) => operation,
            Ok(None) => return Ok(Needs::default()),
            Err(error) => return Err(vec![error.clone()]),
        };
        let mut walk = Walk {
            checker: self,
            operation,
            path: Vec::new(),
            errors: Vec::new(),
            needs: Needs::default(),
            left: MAX_FIELDS,
        };
        walk.operation();
        match walk.errors.is_empty() {
            true => Ok(walk.needs),
            false => Err(walk.errors),
        }
    }

    fn find(&mut self, on: &TypeKey, name: &str) -> Found {
        if let Some(found) = self.fields.get(on).and_then(|fields| fields.get(name)) {
            return found.clone();
        }
        let found = self.look_up(on, name);
        let fields = self.fields.entry(on.clone()).or_default();
        fields.insert(name.into(), found.clone());
        found
    }

    fn look_up(&self, on: &TypeKey, name: &str) -> Found {
        let is_root = matches!(
            on,
            TypeKey::QueryRoot | TypeKey::MutationRoot | TypeKey::SubscriptionRoot
        );
        let ty = match (name, on) {
            ("__typename", _) => Some(builtin("String").non_null()),
            ("__schema", _) if is_root => Some(builtin("__Schema").non_null()),
            ("__type", _) if is_root => Some(builtin("__Type")),
            (_, TypeKey::Builtin(of)) => introspection::meta_fields(of)
                .into_iter()
                .find(|field| &*field.name == name)
                .map(|field| field.ty),
            _ => self.schema.field(on, name).map(|field| field.ty),
        };
        let metadata = &self.schema.snapshot.metadata;
        match ty {
            Some(ty) => Found::Field(ty),
            None if is_root && self.has_unknown_parts => Found::Believed,
            None if *on == TypeKey::QueryRoot && is_federated(metadata, name) => Found::Federated,
            None => match on {
                TypeKey::Row(key) if self.leads_elsewhere(*key, name) => Found::Believed,
                _ => Found::Missing,
            },
        }
    }

    /// Whether a field of a table is one of a remote relationship, or of its aggregate.
    fn leads_elsewhere(&self, key: TableKey, name: &str) -> bool {
        let source = self.schema.source(key.0);
        if self.schema.native(key).is_some() {
            return false;
        }
        let table = source.catalog.table(key.1);
        let entry = self
            .schema
            .snapshot
            .metadata
            .source(&source.name)
            .and_then(|source| {
                source.tables.iter().find(|entry| {
                    *entry.table.schema == *table.schema && *entry.table.name == *table.name
                })
            });
        let relationships = entry.map_or(&[][..], |entry| &entry.remote_relationships);
        relationships.iter().any(|relationship| {
            let own = relationship.get("name").and_then(Value::as_str);
            own.and_then(|own| name.strip_prefix(own))
                .is_some_and(|rest| matches!(rest, "" | "_aggregate" | "Aggregate"))
        })
    }
}

/// Whether the metadata has parts that are kept and not served, and that give a schema root fields
/// and types.
fn has_unknown_parts(metadata: &Metadata) -> bool {
    !metadata.actions.is_empty()
        || !metadata.remote_schemas.is_empty()
        || !metadata.opaque_sources.is_empty()
        || metadata.custom_types.is_some()
}

/// Whether a root field is one that a table gives to Apollo Federation.
fn is_federated(metadata: &Metadata, name: &str) -> bool {
    matches!(name, "_service" | "_entities")
        && metadata
            .sources
            .iter()
            .flat_map(|source| &source.tables)
            .any(|table| table.apollo_federation_config.is_some())
}

/// One query on its way through the schema.
struct Walk<'c, 's, 'q> {
    checker: &'c mut Checker<'s>,
    operation: &'q Operation,
    path: Vec<&'q str>,
    errors: Vec<String>,
    needs: Needs,
    left: usize,
}

/// What is selected by response key.
type Shape<'q> = BTreeMap<&'q str, Selected<'q>>;

/// A field that was found.
struct Selected<'q> {
    ty: TypeRef,
    kind: TypeKind,
    below: Shape<'q>,
}

impl<'q> Walk<'_, '_, 'q> {
    fn operation(&mut self) {
        let operation = self.operation;
        if let Err(error) = self.root(operation) {
            self.errors.push(error);
        }
        for (name, ty) in &operation.variables {
            let schema = self.checker.schema;
            let text = match self.checker.inputs.find(ty) {
                Some(key) if schema.type_kind(key) == TypeKind::Object => {
                    format!("object '{ty}' cannot be used in an input type")
                }
                Some(key) => {
                    self.needs.note_type(key);
                    continue;
                }
                None if self.checker.has_unknown_parts => continue,
                None => format!("type '{ty}' not found in the schema"),
            };
            self.path.push(name);
            let error = self.error(&text);
            self.path.pop();
            self.errors.push(error);
        }
    }

    fn root(&mut self, operation: &'q Operation) -> Result<(), String> {
        let schema = self.checker.schema;
        let (key, exists) = match operation.kind {
            OperationKind::Query => (TypeKey::QueryRoot, true),
            OperationKind::Mutation => (TypeKey::MutationRoot, schema.has_mutations()),
            OperationKind::Subscription => (TypeKey::SubscriptionRoot, schema.has_subscriptions()),
        };
        if !exists && !self.checker.has_unknown_parts {
            let name = schema.type_name(&key);
            return Err(self.error(&format!("type '{name}' not found in the schema")));
        }
        self.object(&key, &operation.selection).map(drop)
    }

    /// What is selected on an object. A fault of one of its fields is noted; an error is one of the
    /// selection as a whole.
    fn object(&mut self, on: &TypeKey, selection: &'q [Node]) -> Result<Shape<'q>, String> {
        let parts: Vec<Shape<'q>> = selection.iter().map(|node| self.node(on, node)).collect();
        let mut merged = Shape::new();
        for part in parts {
            self.merge(&mut merged, part)?;
        }
        Ok(merged)
    }

    fn node(&mut self, on: &TypeKey, node: &'q Node) -> Shape<'q> {
        match node {
            Node::Field {
                name,
                alias,
                selection,
            } => {
                let Some(left) = self.left.checked_sub(1) else {
                    return Shape::new();
                };
                self.left = left;
                self.path.push(name);
                let found = self.field(on, name, selection);
                self.path.pop();
                match found {
                    Ok(Some(selected)) => {
                        let key = alias.as_ref().unwrap_or(name);
                        Shape::from([(&**key, selected)])
                    }
                    Ok(None) => Shape::new(),
                    Err(error) => {
                        self.errors.push(error);
                        Shape::new()
                    }
                }
            }
            Node::Inline(selection) => self.fragment(on, selection),
            Node::Spread(place) => {
                let operation = self.operation;
                match operation.fragments.get(*place) {
                    Some(selection) => self.fragment(on, selection),
                    None => Shape::new(),
                }
            }
        }
    }

    /// What a fragment selects. Within one, the first of a response key counts.
    fn fragment(&mut self, on: &TypeKey, selection: &'q [Node]) -> Shape<'q> {
        let mut shape = Shape::new();
        for node in selection {
            for (key, selected) in self.node(on, node) {
                shape.entry(key).or_insert(selected);
            }
        }
        shape
    }

    fn field(
        &mut self,
        on: &TypeKey,
        name: &'q str,
        selection: &'q [Node],
    ) -> Result<Option<Selected<'q>>, String> {
        let schema = self.checker.schema;
        let ty = match self.checker.find(on, name) {
            Found::Field(ty) => ty,
            Found::Believed => {
                self.note(on, name, on);
                return Ok(None);
            }
            Found::Federated => {
                self.needs.note_anything();
                return Ok(None);
            }
            Found::Missing => {
                let on = schema.type_name(on);
                return Err(self.error(&format!("field '{name}' not found in object '{on}'")));
            }
        };
        self.note(on, name, ty.key());
        let kind = schema.type_kind(ty.key());
        let of = |this: &Self, before: &str, after: &str| {
            let name = schema.type_name(ty.key());
            Err(this.error(&format!("{before} '{name}' {after}")))
        };
        let below = match kind {
            TypeKind::Object if selection.is_empty() => {
                return of(self, "object of type", "must have a selection set");
            }
            TypeKind::Object => self.object(ty.key(), selection)?,
            TypeKind::Scalar if !selection.is_empty() => {
                return of(self, "scalar", "does not accept a selection set");
            }
            TypeKind::Enum if !selection.is_empty() => {
                return of(self, "enum", "does not accept a selection set");
            }
            TypeKind::Input => return of(self, "input object", "cannot be used for output"),
            TypeKind::Scalar | TypeKind::Enum => Shape::new(),
        };
        Ok(Some(Selected { ty, kind, below }))
    }

    /// Notes what a field goes by.
    fn note(&mut self, on: &TypeKey, name: &str, ty: &TypeKey) {
        if name == NO_QUERIES {
            // It is there until any other field is.
            self.needs.note_anything();
        } else if on.root().is_some() {
            self.needs.note_root(on, name);
        }
        self.needs.note_type(on);
        self.needs.note_type(ty);
    }

    /// Adds what is selected by one element to what is selected by those before it.
    fn merge(&self, into: &mut Shape<'q>, part: Shape<'q>) -> Result<(), String> {
        for (key, selected) in part {
            let Some(known) = into.get_mut(key) else {
                into.insert(key, selected);
                continue;
            };
            if known.kind != selected.kind || !self.same(&known.ty, &selected.ty) {
                let schema = self.checker.schema;
                return Err(self.error(&format!(
                    "field '{key}' seen with two different types: {} and {}",
                    schema.display(&known.ty),
                    schema.display(&selected.ty)
                )));
            }
            self.merge(&mut known.below, selected.below)?;
        }
        Ok(())
    }

    /// Whether two types have the same form and name: several types of a database are one scalar.
    fn same(&self, one: &TypeRef, other: &TypeRef) -> bool {
        let schema = self.checker.schema;
        one == other || schema.display(one) == schema.display(other)
    }

    /// What is wrong where the walk stands.
    fn error(&self, text: &str) -> String {
        let mut error = String::from("$");
        for step in &self.path {
            error.push('.');
            error.push_str(step);
        }
        error.push_str(": ");
        error.push_str(text);
        error
    }
}
