//! Finding things in a document by name. Not finding them is no error here.

use crate::document::Metadata;
use crate::function::Function;
use crate::logical_model::LogicalModel;
use crate::name::QualifiedName;
use crate::native_query::NativeQuery;
use crate::permission::{
    DeletePermission, InsertPermission, Permission, PermissionKind, SelectPermission,
    UpdatePermission,
};
use crate::relationship::{Relationship, RelationshipKind};
use crate::source::{OpaqueSource, Source};
use crate::table::Table;
use serde_json::Value;
use std::collections::HashSet;
use std::sync::Arc;

/// Kinds of sources that the format knows, are not served here and need no data connector.
const BUILT_IN_ELSEWHERE: [&str; 2] = ["bigquery", "mssql"];

impl Metadata {
    /// The source of that name.
    pub fn source(&self, name: &str) -> Option<&Source> {
        self.sources.iter().find(|source| source.name == name)
    }

    /// The source of that name, to be changed.
    pub fn source_mut(&mut self, name: &str) -> Option<&mut Source> {
        self.sources.iter_mut().find(|source| source.name == name)
    }

    /// Whether any source, served or not, has that name.
    pub fn has_source(&self, name: &str) -> bool {
        self.source(name).is_some() || self.opaque_sources.iter().any(|source| source.name == name)
    }

    /// Sources of a kind that neither is built in nor has a data connector declared for it: most likely
    /// it is misspelt.
    pub fn opaque_sources_of_nobody(&self) -> impl Iterator<Item = &OpaqueSource> {
        let configured = self.backend_configs.as_ref();
        let connectors = configured.and_then(|kinds| kinds.get("dataconnector"));
        self.opaque_sources.iter().filter(move |source| {
            !BUILT_IN_ELSEWHERE.contains(&&*source.kind)
                && connectors.is_none_or(|known| known.get(&source.kind).is_none())
        })
    }

    /// Every role that may read or write something, by objects that are only stored too. To call a
    /// function is to read its table, and makes nobody known.
    pub fn roles_with_rights(&self) -> HashSet<&str> {
        let mut roles = HashSet::new();
        for source in &self.sources {
            for table in &source.tables {
                roles.extend(table.insert_permissions.iter().map(|p| p.role.as_str()));
                roles.extend(table.select_permissions.iter().map(|p| p.role.as_str()));
                roles.extend(table.update_permissions.iter().map(|p| p.role.as_str()));
                roles.extend(table.delete_permissions.iter().map(|p| p.role.as_str()));
            }
            for model in &source.logical_models {
                roles.extend(model.select_permissions.iter().map(|p| p.role.as_str()));
            }
            for model in source.native_queries.iter().filter_map(|q| q.returns.own()) {
                roles.extend(model.select_permissions.iter().map(|p| p.role.as_str()));
            }
        }
        for source in &self.opaque_sources {
            let parts = source.document.iter();
            parts.for_each(|(name, value)| collect_roles(name, value, &mut roles));
        }
        for stored in self.remote_schemas.iter().chain(&self.actions) {
            collect_roles("", stored, &mut roles);
        }
        roles
    }

    /// A tracked table of a source.
    pub fn table(&self, source: &str, table: &QualifiedName) -> Option<&Table> {
        self.source(source)?.table(table)
    }
}

/// The roles of lists of permissions anywhere in a part of a document that is only stored.
fn collect_roles<'v>(name: &str, value: &'v Value, roles: &mut HashSet<&'v str>) {
    match value {
        Value::Array(items) => {
            if name.ends_with("permissions") {
                let named = items.iter().filter_map(|item| item.get("role")?.as_str());
                roles.extend(named);
            }
            items.iter().for_each(|item| collect_roles("", item, roles));
        }
        Value::Object(entries) => {
            let parts = entries.iter();
            parts.for_each(|(name, value)| collect_roles(name, value, roles));
        }
        _ => {}
    }
}

impl Source {
    /// A tracked table.
    pub fn table(&self, name: &QualifiedName) -> Option<&Table> {
        self.tables
            .iter()
            .find(|table| table.table == *name)
            .map(|table| &**table)
    }

    /// A tracked table, to be changed.
    pub fn table_mut(&mut self, name: &QualifiedName) -> Option<&mut Table> {
        self.tables
            .iter_mut()
            .find(|table| table.table == *name)
            .map(Arc::make_mut)
    }

    /// A tracked function.
    pub fn function(&self, name: &QualifiedName) -> Option<&Function> {
        self.functions
            .iter()
            .find(|function| function.function == *name)
    }

    /// A tracked function, to be changed.
    pub fn function_mut(&mut self, name: &QualifiedName) -> Option<&mut Function> {
        self.functions
            .iter_mut()
            .find(|function| function.function == *name)
    }

    /// A native query.
    pub fn native_query(&self, name: &str) -> Option<&NativeQuery> {
        self.native_queries
            .iter()
            .find(|query| query.root_field_name == name)
    }

    /// A logical model.
    pub fn logical_model(&self, name: &str) -> Option<&LogicalModel> {
        self.logical_models.iter().find(|model| model.name == name)
    }

    /// A logical model, to be changed.
    pub fn logical_model_mut(&mut self, name: &str) -> Option<&mut LogicalModel> {
        self.logical_models
            .iter_mut()
            .find(|model| model.name == name)
    }
}

impl Table {
    /// The relationships of one kind.
    pub fn relationships(&self, kind: RelationshipKind) -> &[Relationship] {
        match kind {
            RelationshipKind::Object => &self.object_relationships,
            RelationshipKind::Array => &self.array_relationships,
        }
    }

    /// The relationships of one kind, to be changed.
    pub fn relationships_mut(&mut self, kind: RelationshipKind) -> &mut Vec<Relationship> {
        match kind {
            RelationshipKind::Object => &mut self.object_relationships,
            RelationshipKind::Array => &mut self.array_relationships,
        }
    }

    /// The object or array relationship of that name.
    pub fn relationship(&self, name: &str) -> Option<(RelationshipKind, &Relationship)> {
        [RelationshipKind::Object, RelationshipKind::Array]
            .into_iter()
            .find_map(|kind| {
                let found = self
                    .relationships(kind)
                    .iter()
                    .find(|found| found.name == name)?;
                Some((kind, found))
            })
    }

    /// Whether a relationship, remote relationship or computed field has that name.
    pub fn has_field(&self, name: &str) -> bool {
        self.relationship(name).is_some()
            || self.computed_fields.iter().any(|field| field.name == name)
            || self
                .remote_relationships
                .iter()
                .any(|remote| json_name(remote) == Some(name))
    }

    /// The insert permission of a role.
    pub fn insert_permission(&self, role: &str) -> Option<&Permission<InsertPermission>> {
        self.insert_permissions
            .iter()
            .find(|permission| permission.role == role)
    }

    /// The select permission of a role.
    pub fn select_permission(&self, role: &str) -> Option<&Permission<SelectPermission>> {
        self.select_permissions
            .iter()
            .find(|permission| permission.role == role)
    }

    /// The update permission of a role.
    pub fn update_permission(&self, role: &str) -> Option<&Permission<UpdatePermission>> {
        self.update_permissions
            .iter()
            .find(|permission| permission.role == role)
    }

    /// The delete permission of a role.
    pub fn delete_permission(&self, role: &str) -> Option<&Permission<DeletePermission>> {
        self.delete_permissions
            .iter()
            .find(|permission| permission.role == role)
    }

    /// Whether a role has a permission of that kind.
    pub fn has_permission(&self, kind: PermissionKind, role: &str) -> bool {
        match kind {
            PermissionKind::Insert => self.insert_permission(role).is_some(),
            PermissionKind::Select => self.select_permission(role).is_some(),
            PermissionKind::Update => self.update_permission(role).is_some(),
            PermissionKind::Delete => self.delete_permission(role).is_some(),
        }
    }
}

/// The `name` of an object that is not typed.
pub(crate) fn json_name(object: &Value) -> Option<&str> {
    object.get("name").and_then(Value::as_str)
}
