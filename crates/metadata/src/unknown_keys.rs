//! Where a document has keys that this version does not know. They are kept; tools that read
//! documents people write can tell them, for a misspelt key has no effect.

use crate::connection::ConnectionInfo;
use crate::document::Metadata;
use crate::function::{ComputedField, Function};
use crate::logical_model::{LogicalModel, LogicalModelField};
use crate::native_query::NativeQuery;
use crate::permission::{Permission, SelectPermission};
use crate::relationship::{Relationship, RelationshipUsing};
use crate::source::Source;
use crate::table::Table;
use crate::wire::Extra;
use howdah_error::JsonPath;

impl Metadata {
    /// The paths of all keys that are not known, as in the document that was read.
    pub fn unknown_keys(&self) -> Vec<JsonPath> {
        let mut walk = Walk {
            at: JsonPath::root(),
            found: Vec::new(),
        };
        walk.keys(&self.extra);
        walk.list("sources", &self.sources, Walk::source);
        walk.inside("api_limits", |walk| walk.keys(&self.api_limits.extra));
        walk.inside("network", |walk| {
            walk.keys(&self.network.extra);
            walk.list(
                "tls_allowlist",
                &self.network.tls_allowlist,
                |walk, host| {
                    walk.keys(&host.extra);
                },
            );
        });
        walk.list(
            "query_collections",
            &self.query_collections,
            |walk, collection| {
                walk.keys(&collection.extra);
                walk.inside("definition", |walk| {
                    walk.keys(&collection.definition.extra);
                    walk.list("queries", &collection.definition.queries, |walk, query| {
                        walk.keys(&query.extra);
                    });
                });
            },
        );
        walk.list("allowlist", &self.allowlist, |walk, entry| {
            walk.keys(&entry.extra)
        });
        walk.list("inherited_roles", &self.inherited_roles, |walk, role| {
            walk.keys(&role.extra)
        });
        walk.found
    }
}

struct Walk {
    at: JsonPath,
    found: Vec<JsonPath>,
}

impl Walk {
    fn keys(&mut self, extra: &Extra) {
        for key in extra.keys() {
            self.found.push(self.at.child(key.as_str()));
        }
    }

    fn inside(&mut self, key: &str, visit: impl FnOnce(&mut Self)) {
        self.at.push(key);
        visit(self);
        self.at.pop();
    }

    fn list<T>(&mut self, key: &str, list: &[T], mut visit: impl FnMut(&mut Self, &T)) {
        self.at.push(key);
        for (index, entry) in list.iter().enumerate() {
            self.at.push(index);
            visit(self, entry);
            self.at.pop();
        }
        self.at.pop();
    }

    fn source(&mut self, source: &Source) {
        self.keys(&source.extra);
        self.inside("configuration", |walk| {
            let configuration = &source.configuration;
            walk.keys(&configuration.extra);
            walk.inside("connection_info", |walk| {
                walk.connection(&configuration.connection_info)
            });
            let replicas = configuration.read_replicas.as_deref().unwrap_or_default();
            walk.list("read_replicas", replicas, Walk::connection);
        });
        self.inside("customization", |walk| {
            walk.keys(&source.customization.extra);
            walk.inside("root_fields", |walk| {
                walk.keys(&source.customization.root_fields.extra)
            });
            walk.inside("type_names", |walk| {
                walk.keys(&source.customization.type_names.extra)
            });
        });
        self.list("tables", &source.tables, |walk, table| walk.table(table));
        self.list("functions", &source.functions, Walk::function);
        self.list("native_queries", &source.native_queries, Walk::native_query);
        self.list(
            "logical_models",
            &source.logical_models,
            Walk::logical_model,
        );
    }

    fn native_query(&mut self, query: &NativeQuery) {
        self.keys(&query.extra);
        if let Some(own) = query.returns.own() {
            self.inside("returns", |walk| {
                walk.keys(&own.extra);
                walk.shape(&own.fields, &own.select_permissions);
            });
        }
        self.inside("arguments", |walk| {
            for (name, argument) in &query.arguments {
                walk.inside(name, |walk| walk.keys(&argument.extra));
            }
        });
        for (key, list) in [
            ("object_relationships", &query.object_relationships),
            ("array_relationships", &query.array_relationships),
        ] {
            self.list(key, list, |walk, relationship| {
                walk.keys(&relationship.extra);
                walk.inside("using", |walk| walk.keys(&relationship.using.extra));
            });
        }
    }

    fn logical_model(&mut self, model: &LogicalModel) {
        self.keys(&model.extra);
        self.shape(&model.fields, &model.select_permissions);
    }

    fn shape(
        &mut self,
        fields: &[LogicalModelField],
        permissions: &[Permission<SelectPermission>],
    ) {
        self.list("fields", fields, |walk, field| walk.keys(&field.extra));
        self.list("select_permissions", permissions, |walk, entry| {
            walk.permission(entry, &entry.permission.extra);
        });
    }

    fn connection(&mut self, connection: &ConnectionInfo) {
        self.keys(&connection.extra);
        if let Some(pool) = &connection.pool_settings {
            self.inside("pool_settings", |walk| walk.keys(&pool.extra));
        }
        if let Some(ssl) = &connection.ssl_configuration {
            self.inside("ssl_configuration", |walk| walk.keys(&ssl.extra));
        }
    }

    fn table(&mut self, table: &Table) {
        self.keys(&table.extra);
        self.inside("configuration", |walk| {
            walk.keys(&table.configuration.extra);
            walk.inside("custom_root_fields", |walk| {
                walk.keys(&table.configuration.custom_root_fields.extra);
            });
            walk.inside("column_config", |walk| {
                for (column, config) in &table.configuration.column_config {
                    walk.inside(column, |walk| walk.keys(&config.extra));
                }
            });
        });
        self.list(
            "object_relationships",
            &table.object_relationships,
            Walk::relationship,
        );
        self.list(
            "array_relationships",
            &table.array_relationships,
            Walk::relationship,
        );
        self.list(
            "computed_fields",
            &table.computed_fields,
            Walk::computed_field,
        );
        self.list(
            "insert_permissions",
            &table.insert_permissions,
            |walk, entry| {
                walk.permission(entry, &entry.permission.extra);
            },
        );
        self.list(
            "select_permissions",
            &table.select_permissions,
            |walk, entry| {
                walk.permission(entry, &entry.permission.extra);
            },
        );
        self.list(
            "update_permissions",
            &table.update_permissions,
            |walk, entry| {
                walk.permission(entry, &entry.permission.extra);
            },
        );
        self.list(
            "delete_permissions",
            &table.delete_permissions,
            |walk, entry| {
                walk.permission(entry, &entry.permission.extra);
            },
        );
        if let Some(federation) = &table.apollo_federation_config {
            self.inside("apollo_federation_config", |walk| {
                walk.keys(&federation.extra)
            });
        }
    }

    fn permission<P>(&mut self, entry: &Permission<P>, inner: &Extra) {
        self.keys(&entry.extra);
        self.inside("permission", |walk| walk.keys(inner));
    }

    fn relationship(&mut self, relationship: &Relationship) {
        self.keys(&relationship.extra);
        if let RelationshipUsing::Manual(manual) = &relationship.using {
            self.inside("using", |walk| {
                walk.inside("manual_configuration", |walk| walk.keys(&manual.extra));
            });
        }
    }

    fn computed_field(&mut self, field: &ComputedField) {
        self.keys(&field.extra);
        self.inside("definition", |walk| walk.keys(&field.definition.extra));
    }

    fn function(&mut self, function: &Function) {
        self.keys(&function.extra);
        self.inside("configuration", |walk| {
            walk.keys(&function.configuration.extra)
        });
        self.list("permissions", &function.permissions, |walk, entry| {
            walk.keys(&entry.extra)
        });
    }
}
