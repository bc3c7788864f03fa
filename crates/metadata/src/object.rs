//! What an object of the document is called: in lists of inconsistent objects, in dependency
//! errors and in reasons. Also takes objects out of a document. Finding out whether an object
//! is inconsistent is for others.

use crate::document::Metadata;
use crate::export::to_value;
use crate::lookup::json_name;
use crate::name::QualifiedName;
use crate::permission::{Permission, PermissionKind, SelectPermission};
use crate::relationship::RelationshipKind;
use crate::source::Source;
use crate::table::Table;
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::fmt;

/// The identity of one object of the document.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum MetadataObject {
    /// A source.
    Source(String),
    /// Something in a source.
    InSource {
        /// The source.
        source: String,
        /// What is in it.
        object: SourceObject,
    },
    /// A role made of roles.
    InheritedRole(String),
    /// A query of a collection. Its text belongs to it: nothing keeps two of a name out of an imported
    /// collection.
    StoredQuery {
        /// The collection.
        collection: String,
        /// The query's name.
        name: String,
        /// The query.
        text: String,
    },
}

/// The identity of an object within a source.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SourceObject {
    /// A tracked table.
    Table(QualifiedName),
    /// Something on a table.
    InTable {
        /// The table.
        table: QualifiedName,
        /// What is on it.
        object: TableObject,
    },
    /// A tracked function.
    Function(QualifiedName),
    /// The right to call a function.
    FunctionPermission {
        /// The function.
        function: QualifiedName,
        /// Whose right.
        role: String,
    },
    /// A native query.
    NativeQuery(String),
    /// A logical model.
    LogicalModel(String),
    /// Something on the shape of rows.
    InModel {
        /// Whose shape.
        model: ModelPlace,
        /// What is on it.
        object: ModelObject,
    },
}

/// Where the shape of rows is written.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ModelPlace {
    /// In a logical model.
    Model(String),
    /// In a native query that has a shape of its own.
    Query(String),
}

impl ModelPlace {
    /// The name of the logical model or native query.
    pub fn name(&self) -> &str {
        match self {
            ModelPlace::Model(name) | ModelPlace::Query(name) => name,
        }
    }

    /// The object that it is.
    pub fn object(&self, source: &str) -> MetadataObject {
        match self {
            ModelPlace::Model(name) => MetadataObject::logical_model(source, name),
            ModelPlace::Query(name) => MetadataObject::native_query(source, name),
        }
    }

    fn permissions<'s>(&self, source: &'s Source) -> Option<&'s [Permission<SelectPermission>]> {
        match self {
            ModelPlace::Model(name) => source.logical_model(name).map(|m| &*m.select_permissions),
            ModelPlace::Query(name) => {
                let own = source.native_query(name)?.returns.own();
                own.map(|m| &*m.select_permissions)
            }
        }
    }

    /// Its permissions, to be changed.
    pub(crate) fn permissions_mut<'s>(
        &self,
        source: &'s mut Source,
    ) -> Option<&'s mut Vec<Permission<SelectPermission>>> {
        match self {
            ModelPlace::Model(name) => source
                .logical_model_mut(name)
                .map(|model| &mut model.select_permissions),
            ModelPlace::Query(name) => {
                let queries = &mut source.native_queries;
                let query = queries.iter_mut().find(|q| q.root_field_name == *name)?;
                query
                    .returns
                    .own_mut()
                    .map(|own| &mut own.select_permissions)
            }
        }
    }
}

/// The identity of an object on the shape of rows.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ModelObject {
    /// A role's right to read it.
    SelectPermission(String),
}

/// The identity of an object on a table.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TableObject {
    /// A relationship.
    Relationship(RelationshipKind, String),
    /// A computed field.
    ComputedField(String),
    /// A remote relationship.
    RemoteRelationship(String),
    /// A role's permission.
    Permission(PermissionKind, String),
    /// An event trigger.
    EventTrigger(String),
}

impl MetadataObject {
    /// A tracked table.
    pub fn table(source: impl Into<String>, table: QualifiedName) -> Self {
        Self::in_source(source, SourceObject::Table(table))
    }

    /// A tracked function.
    pub fn function(source: impl Into<String>, function: QualifiedName) -> Self {
        Self::in_source(source, SourceObject::Function(function))
    }

    /// A native query.
    pub fn native_query(source: impl Into<String>, name: impl Into<String>) -> Self {
        Self::in_source(source, SourceObject::NativeQuery(name.into()))
    }

    /// A logical model.
    pub fn logical_model(source: impl Into<String>, name: impl Into<String>) -> Self {
        Self::in_source(source, SourceObject::LogicalModel(name.into()))
    }

    /// A role's right to read rows of a shape.
    pub fn model_permission(
        source: impl Into<String>,
        model: ModelPlace,
        role: impl Into<String>,
    ) -> Self {
        Self::in_source(
            source,
            SourceObject::InModel {
                model,
                object: ModelObject::SelectPermission(role.into()),
            },
        )
    }

    /// Something on a table.
    pub fn in_table(source: impl Into<String>, table: QualifiedName, object: TableObject) -> Self {
        Self::in_source(source, SourceObject::InTable { table, object })
    }

    /// Something in a source.
    pub fn in_source(source: impl Into<String>, object: SourceObject) -> Self {
        MetadataObject::InSource {
            source: source.into(),
            object,
        }
    }

    /// The source it is or lies in.
    pub fn source(&self) -> Option<&str> {
        match self {
            MetadataObject::Source(source) | MetadataObject::InSource { source, .. } => {
                Some(source)
            }
            MetadataObject::InheritedRole(_) | MetadataObject::StoredQuery { .. } => None,
        }
    }

    /// The table it is or lies on, with its source.
    pub fn table_of(&self) -> Option<(&str, &QualifiedName)> {
        match self {
            MetadataObject::InSource {
                source,
                object: SourceObject::Table(table) | SourceObject::InTable { table, .. },
            } => Some((source, table)),
            _ => None,
        }
    }

    /// The `type` of an inconsistent object: `object_relation`, `select_permission` …
    pub fn type_name(&self) -> &'static str {
        match self {
            MetadataObject::Source(_) => "source",
            MetadataObject::InheritedRole(_) => "inherited_role",
            MetadataObject::StoredQuery { .. } => "query_collections",
            MetadataObject::InSource { object, .. } => match object {
                SourceObject::Table(_) => "table",
                SourceObject::Function(_) => "function",
                SourceObject::FunctionPermission { .. } => "function_permission",
                SourceObject::NativeQuery(_) => "native_query",
                SourceObject::LogicalModel(_) => "logical_model",
                SourceObject::InModel {
                    object: ModelObject::SelectPermission(_),
                    ..
                } => "select_permission",
                SourceObject::InTable { object, .. } => object.type_name(),
            },
        }
    }

    /// The `name` of an inconsistent object:
    /// `object_relation author in table article in source default`.
    pub fn name(&self) -> String {
        let kind = self.type_name();
        match self {
            MetadataObject::Source(name) => format!("{kind} {name}"),
            MetadataObject::InheritedRole(role) => format!("{kind} inherited role {role}"),
            MetadataObject::StoredQuery {
                collection, name, ..
            } => format!("{kind} {name} in {collection}"),
            MetadataObject::InSource { source, object } => match object {
                SourceObject::Table(name) | SourceObject::Function(name) => {
                    format!("{kind} {name} in source {source}")
                }
                SourceObject::FunctionPermission { function, role } => {
                    format!("{kind} {role} permission for function {function} in source {source}")
                }
                SourceObject::NativeQuery(name) | SourceObject::LogicalModel(name) => {
                    format!("{kind} {name} in source {source}")
                }
                SourceObject::InModel {
                    model,
                    object: ModelObject::SelectPermission(role),
                } => format!("{kind} {role} in {}", model.object(source).name()),
                SourceObject::InTable { table, object } => {
                    let name = object.name();
                    format!("{kind} {name} in table {table} in source {source}")
                }
            },
        }
    }

    /// As lists of dependent objects name it: `relationship article.author in source "default"`.
    pub fn dependency_text(&self) -> String {
        match self {
            MetadataObject::Source(name) => format!("source {name}"),
            MetadataObject::InheritedRole(role) => format!("inherited role {role}"),
            MetadataObject::StoredQuery {
                collection, name, ..
            } => format!("query {name} in collection {collection}"),
            MetadataObject::InSource { source, object } => {
                let text = match object {
                    SourceObject::Table(table) => format!("table {table}"),
                    SourceObject::Function(function) => format!("function {function}"),
                    SourceObject::FunctionPermission { function, role } => {
                        format!("permission {function}.{role}")
                    }
                    SourceObject::NativeQuery(name) => format!("native_query {name}"),
                    SourceObject::LogicalModel(name) => format!("logical_model {name}"),
                    SourceObject::InModel {
                        model,
                        object: ModelObject::SelectPermission(role),
                    } => format!("permission {}.{role}.select", model.name()),
                    SourceObject::InTable { table, object } => object.dependency_text(table),
                };
                format!("{text} in source \"{source}\"")
            }
        }
    }

    /// What stands in front of a reason: `in table "author": in relationship "articles": `.
    pub fn reason_prefix(&self) -> String {
        match self {
            MetadataObject::Source(_) => String::new(),
            MetadataObject::StoredQuery {
                collection, name, ..
            } => format!("in query collection \"{collection}\": in query \"{name}\": "),
            MetadataObject::InheritedRole(role) => format!("in inherited role \"{role}\": "),
            MetadataObject::InSource { object, .. } => match object {
                SourceObject::Table(table) => format!("in table \"{table}\": "),
                SourceObject::Function(function) => format!("in function \"{function}\": "),
                SourceObject::FunctionPermission { function, role } => {
                    format!("in function \"{function}\": in permission for role \"{role}\": ")
                }
                SourceObject::NativeQuery(_) => String::new(),
                SourceObject::LogicalModel(name) => format!("in logical model \"{name}\": "),
                SourceObject::InModel {
                    model,
                    object: ModelObject::SelectPermission(role),
                } => match model {
                    ModelPlace::Model(name) => {
                        format!("in logical model \"{name}\": in permission for role \"{role}\": ")
                    }
                    ModelPlace::Query(name) => format!(
                        "in logical model for native query \"{name}\": in permission for role \"{role}\": "
                    ),
                },
                SourceObject::InTable { table, object } => {
                    format!("in table \"{table}\": {}", object.reason_prefix())
                }
            },
        }
    }

    /// The `definition` of an inconsistent object: the arguments that would create it.
    /// `null` when the document does not have it. Connection strings never appear.
    pub fn definition(&self, metadata: &Metadata) -> Value {
        self.find_definition(metadata).unwrap_or_default()
    }

    fn find_definition(&self, metadata: &Metadata) -> Option<Value> {
        match self {
            MetadataObject::Source(name) => metadata.has_source(name).then(|| name.clone().into()),
            MetadataObject::InheritedRole(name) => metadata
                .inherited_roles
                .iter()
                .find(|role| role.role_name == *name)
                .map(to_value),
            MetadataObject::StoredQuery {
                collection,
                name,
                text,
            } => metadata
                .query_collections
                .iter()
                .filter(|found| found.name == *collection)
                .flat_map(|found| &found.definition.queries)
                .find(|query| query.name == *name && query.query == *text)
                .map(to_value),
            MetadataObject::InSource { source, object } => {
                let tracked = metadata.source(source)?;
                match object {
                    SourceObject::Table(table) => tracked.table(table).map(|_| to_value(table)),
                    SourceObject::Function(name) => tracked.function(name).map(|_| to_value(name)),
                    SourceObject::FunctionPermission { function, role } => {
                        let found = tracked.function(function)?;
                        found.permissions.iter().find(|entry| entry.role == *role)?;
                        Some(json!({ "function": function, "source": source, "role": role }))
                    }
                    SourceObject::NativeQuery(name) => tracked.native_query(name).map(to_value),
                    SourceObject::LogicalModel(name) => tracked.logical_model(name).map(to_value),
                    SourceObject::InModel {
                        model,
                        object: ModelObject::SelectPermission(role),
                    } => {
                        let entries = model.permissions(tracked)?;
                        let entry = entries.iter().find(|entry| entry.role == *role)?;
                        let mut value = with_source(entry, source, None);
                        value["name"] = model.name().into();
                        Some(value)
                    }
                    SourceObject::InTable { table, object } => {
                        object.definition(tracked.table(table)?, source)
                    }
                }
            }
        }
    }

    /// Whether the document has it.
    pub fn exists(&self, metadata: &Metadata) -> bool {
        self.find_definition(metadata).is_some()
    }

    /// Takes it out of the document; what hangs on it goes too. Whether it was there.
    pub fn remove(&self, metadata: &mut Metadata) -> bool {
        match self {
            MetadataObject::Source(name) => {
                removed(&mut metadata.sources, |source| source.name == *name)
                    || removed(&mut metadata.opaque_sources, |source| source.name == *name)
            }
            MetadataObject::InheritedRole(name) => removed(&mut metadata.inherited_roles, |role| {
                role.role_name == *name
            }),
            MetadataObject::StoredQuery {
                collection,
                name,
                text,
            } => remove_query(metadata, collection, name, text),
            MetadataObject::InSource { source, object } => metadata
                .source_mut(source)
                .is_some_and(|source| object.remove(source)),
        }
    }
}

impl fmt::Display for MetadataObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}

/// Takes a query out of its collection, and what runs it: its REST endpoints. A collection that has
/// no query left goes, and is allowed no more.
fn remove_query(metadata: &mut Metadata, collection: &str, name: &str, text: &str) -> bool {
    let found = metadata
        .query_collections
        .iter_mut()
        .find(|found| found.name == collection);
    let Some(found) = found else {
        return false;
    };
    let queries = &mut found.definition.queries;
    if !removed(queries, |query| query.name == name && query.query == text) {
        return false;
    }
    let is_empty = queries.is_empty();
    metadata.rest_endpoints.retain(|endpoint| {
        let query = endpoint.pointer("/definition/query");
        let is =
            |key: &str, name: &str| query.and_then(|query| query.get(key)?.as_str()) == Some(name);
        !(is("collection_name", collection) && is("query_name", name))
    });
    if is_empty {
        metadata
            .query_collections
            .retain(|found| found.name != collection);
        metadata
            .allowlist
            .retain(|entry| entry.collection != collection);
    }
    true
}

impl SourceObject {
    fn remove(&self, source: &mut Source) -> bool {
        match self {
            SourceObject::Table(name) => removed(&mut source.tables, |table| table.table == *name),
            SourceObject::Function(name) => {
                removed(&mut source.functions, |function| function.function == *name)
            }
            SourceObject::FunctionPermission { function, role } => {
                source.function_mut(function).is_some_and(|function| {
                    removed(&mut function.permissions, |entry| entry.role == *role)
                })
            }
            SourceObject::NativeQuery(name) => removed(&mut source.native_queries, |query| {
                query.root_field_name == *name
            }),
            SourceObject::LogicalModel(name) => {
                removed(&mut source.logical_models, |model| model.name == *name)
            }
            SourceObject::InModel {
                model,
                object: ModelObject::SelectPermission(role),
            } => model
                .permissions_mut(source)
                .is_some_and(|entries| removed(entries, |entry| entry.role == *role)),
            SourceObject::InTable { table, object } => source
                .table_mut(table)
                .is_some_and(|table| object.remove(table)),
        }
    }
}

impl TableObject {
    fn type_name(&self) -> &'static str {
        match self {
            TableObject::Relationship(RelationshipKind::Object, _) => "object_relation",
            TableObject::Relationship(RelationshipKind::Array, _) => "array_relation",
            TableObject::ComputedField(_) => "computed_field",
            TableObject::RemoteRelationship(_) => "remote_relationship",
            TableObject::EventTrigger(_) => "event_trigger",
            TableObject::Permission(kind, _) => match kind {
                PermissionKind::Insert => "insert_permission",
                PermissionKind::Select => "select_permission",
                PermissionKind::Update => "update_permission",
                PermissionKind::Delete => "delete_permission",
            },
        }
    }

    fn name(&self) -> &str {
        match self {
            TableObject::Relationship(_, name)
            | TableObject::ComputedField(name)
            | TableObject::RemoteRelationship(name)
            | TableObject::Permission(_, name)
            | TableObject::EventTrigger(name) => name,
        }
    }

    fn dependency_text(&self, table: &QualifiedName) -> String {
        let name = self.name();
        match self {
            TableObject::Relationship(..) => format!("relationship {table}.{name}"),
            TableObject::ComputedField(_) => format!("computed field {table}.{name}"),
            TableObject::RemoteRelationship(_) => format!("remote relationship {table}.{name}"),
            TableObject::EventTrigger(_) => format!("event-trigger {table}.{name}"),
            TableObject::Permission(kind, _) => {
                format!("permission {table}.{name}.{}", kind.as_str())
            }
        }
    }

    fn reason_prefix(&self) -> String {
        let name = self.name();
        match self {
            TableObject::Relationship(..) => format!("in relationship \"{name}\": "),
            TableObject::ComputedField(_) => format!("in computed field \"{name}\": "),
            TableObject::RemoteRelationship(_) => format!("in remote relationship \"{name}\": "),
            TableObject::EventTrigger(_) => format!("in event trigger \"{name}\": "),
            TableObject::Permission(..) => format!("in permission for role \"{name}\": "),
        }
    }

    fn definition(&self, table: &Table, source: &str) -> Option<Value> {
        let on = Some(&table.table);
        match self {
            TableObject::Relationship(kind, name) => {
                let found = table
                    .relationships(*kind)
                    .iter()
                    .find(|entry| entry.name == *name)?;
                Some(with_source(found, source, on))
            }
            TableObject::ComputedField(name) => {
                let found = table
                    .computed_fields
                    .iter()
                    .find(|entry| entry.name == *name)?;
                Some(with_source(found, source, on))
            }
            TableObject::RemoteRelationship(name) => {
                let found = named(&table.remote_relationships, name)?;
                Some(with_source(found, source, on))
            }
            TableObject::EventTrigger(name) => {
                let found = named(&table.event_triggers, name)?;
                Some(with_source(found, source, on))
            }
            TableObject::Permission(kind, role) => Some(match kind {
                PermissionKind::Insert => with_source(table.insert_permission(role)?, source, on),
                PermissionKind::Select => with_source(table.select_permission(role)?, source, on),
                PermissionKind::Update => with_source(table.update_permission(role)?, source, on),
                PermissionKind::Delete => with_source(table.delete_permission(role)?, source, on),
            }),
        }
    }

    fn remove(&self, table: &mut Table) -> bool {
        match self {
            TableObject::Relationship(kind, name) => {
                removed(table.relationships_mut(*kind), |entry| entry.name == *name)
            }
            TableObject::ComputedField(name) => {
                removed(&mut table.computed_fields, |entry| entry.name == *name)
            }
            TableObject::RemoteRelationship(name) => {
                removed(&mut table.remote_relationships, |entry| {
                    json_name(entry) == Some(name)
                })
            }
            TableObject::EventTrigger(name) => removed(&mut table.event_triggers, |entry| {
                json_name(entry) == Some(name)
            }),
            TableObject::Permission(kind, role) => match kind {
                PermissionKind::Insert => {
                    removed(&mut table.insert_permissions, |entry| entry.role == *role)
                }
                PermissionKind::Select => {
                    removed(&mut table.select_permissions, |entry| entry.role == *role)
                }
                PermissionKind::Update => {
                    removed(&mut table.update_permissions, |entry| entry.role == *role)
                }
                PermissionKind::Delete => {
                    removed(&mut table.delete_permissions, |entry| entry.role == *role)
                }
            },
        }
    }
}

/// An object with where it belongs, and a comment even when it has none.
fn with_source<T: Serialize>(object: &T, source: &str, table: Option<&QualifiedName>) -> Value {
    let mut map = match to_value(object) {
        Value::Object(map) => map,
        _ => Map::new(),
    };
    map.insert("source".into(), source.into());
    map.entry("comment").or_insert(Value::Null);
    if let Some(table) = table {
        map.insert("table".into(), to_value(table));
    }
    Value::Object(map)
}

fn named<'a>(list: &'a [Value], name: &str) -> Option<&'a Value> {
    list.iter().find(|entry| json_name(entry) == Some(name))
}

fn removed<T>(list: &mut Vec<T>, mut matches: impl FnMut(&T) -> bool) -> bool {
    let before = list.len();
    list.retain(|entry| !matches(entry));
    list.len() < before
}
