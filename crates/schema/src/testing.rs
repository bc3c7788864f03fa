//! A small world for tests: authors with articles, a view, computed fields, and roles with
//! different rights, made by the real resolver from a catalogue that no database has filled.

use crate::model::{SchemaOptions, Snapshot, Source};
use crate::resolve::{Before, Database, ResolveInput, resolve};
use howdah_ir::catalog::{
    Catalog, Column, ColumnId, ForeignKey, Function, FunctionArgument, Key, Table, TableId,
    TableKind, Type, TypeId, TypeKind, Volatility, Writable,
};
use howdah_metadata::Metadata;
use serde_json::json;
use std::collections::HashMap;
use std::sync::Arc;

/// A snapshot with the one source `default`.
pub(crate) fn snapshot() -> Snapshot {
    let snapshot = snapshot_with(json!({}));
    assert_eq!(snapshot.inconsistencies, Vec::new());
    snapshot
}

/// The same with more in the metadata.
pub(crate) fn snapshot_with(more: serde_json::Value) -> Snapshot {
    resolved(more, Arc::new(catalog()), None)
}

/// The same after another one. Tables are taken over from that but for those with these names.
pub(crate) fn snapshot_after(
    before: &Snapshot,
    touched: &[&str],
    more: serde_json::Value,
) -> Snapshot {
    let catalog = source(before).read.clone();
    let untouched = source(before)
        .tables
        .keys()
        .copied()
        .filter(|table| !touched.contains(&&*catalog.table(*table).name))
        .collect();
    let before = Before {
        snapshot: before,
        untouched: HashMap::from([("default".to_owned(), untouched)]),
    };
    resolved(more, catalog, Some(before))
}

fn resolved(
    more: serde_json::Value,
    catalog: Arc<Catalog>,
    before: Option<Before<'_>>,
) -> Snapshot {
    let mut document = json!({
        "version": 3,
        "sources": [{
            "name": "default",
            "kind": "postgres",
            "configuration": {"connection_info": {"database_url": "postgres://nowhere"}},
            "tables": [author(), article(), {"table": "recent"}, {"table": {"schema": "other", "name": "note"}}],
        }],
    });
    if let (Some(document), serde_json::Value::Object(more)) = (document.as_object_mut(), more) {
        document.extend(more);
    }
    let metadata = Metadata::from_document(document).unwrap();
    let database = Database {
        native_queries: Arc::default(),
        catalog,
        enum_values: Arc::new(HashMap::new()),
        unreachable: None,
    };
    let databases = HashMap::from([("default".to_owned(), Ok(database))]);
    resolve(ResolveInput {
        generation: 1,
        resource_version: 1,
        metadata: Arc::new(metadata),
        options: SchemaOptions::default(),
        databases: &databases,
        before,
    })
}

/// The only source of [`snapshot`].
pub(crate) fn source(snapshot: &Snapshot) -> &Source {
    &snapshot.sources[0]
}

fn author() -> serde_json::Value {
    json!({
        "table": "author",
        "array_relationships": [{"name": "articles", "using": {"foreign_key_constraint_on":
            {"table": "article", "column": "author_id"}}}],
        "computed_fields": [
            {"name": "label", "definition": {"function": "author_label"}},
            {"name": "latest", "definition": {"function": "author_latest"}},
        ],
        "select_permissions": [
            {"role": "user", "permission": {"columns": ["id", "name"], "computed_fields": ["label"],
                "filter": {"id": "X-Hasura-User-Id"}, "limit": 10}},
            {"role": "reader", "permission": {"columns": ["id"], "filter": {}}},
        ],
        "insert_permissions": [
            {"role": "user", "permission": {"columns": ["name"], "check": {},
                "set": {"id": "X-Hasura-User-Id"}}},
            {"role": "writer", "permission": {"columns": "*", "check": {}}},
        ],
        "update_permissions": [
            {"role": "user", "permission": {"columns": ["name"], "filter": {"id": "X-Hasura-User-Id"},
                "set": {"bio": "from a preset"}}},
            {"role": "writer", "permission": {"columns": "*", "filter": {}}},
        ],
        "delete_permissions": [
            {"role": "user", "permission": {"filter": {"id": "X-Hasura-User-Id"}}},
            {"role": "writer", "permission": {"filter": {}}},
        ],
    })
}

fn article() -> serde_json::Value {
    json!({
        "table": "article",
        "object_relationships": [{"name": "author", "using": {"foreign_key_constraint_on": "author_id"}}],
        "select_permissions": [
            {"role": "user", "permission": {"columns": ["id", "title"], "filter": {"is_published": true}}},
            {"role": "loner", "permission": {"columns": "*", "filter": {}}},
        ],
    })
}

struct Builder {
    catalog: Catalog,
}

impl Builder {
    fn ty(&mut self, name: &str, kind: TypeKind) -> TypeId {
        let catalog = &mut self.catalog;
        catalog.types.push(Type {
            oid: catalog.types.len() as u32 + 1,
            schema: "pg_catalog".into(),
            name: name.into(),
            sql: name.into(),
            kind,
        });
        TypeId(catalog.types.len() as u32 - 1)
    }

    fn table(
        &mut self,
        schema: &str,
        name: &str,
        columns: &[(&str, TypeId)],
        primary_key: bool,
    ) -> TableId {
        let columns = columns
            .iter()
            .enumerate()
            .map(|(i, (name, ty))| Column {
                name: (*name).into(),
                number: i as i16 + 1,
                ty: *ty,
                nullable: i > 0,
                has_default: i == 0,
                generated_always: false,
                comment: None,
            })
            .collect();
        self.catalog.tables.push(Table {
            schema: schema.into(),
            name: name.into(),
            oid: self.catalog.tables.len() as u32 + 1,
            kind: TableKind::Table,
            is_partition: false,
            has_children: false,
            columns,
            primary_key: primary_key.then(|| key(&format!("{name}_pkey"), &[0])),
            unique_keys: Vec::new(),
            foreign_keys: Vec::new(),
            comment: None,
            writable: Writable {
                insert: true,
                update: true,
                delete: true,
            },
        });
        TableId(self.catalog.tables.len() as u32 - 1)
    }

    fn function(&mut self, name: &str, row: TypeId, returns: TypeId, returns_set: bool) {
        self.catalog.functions.push(Function {
            schema: "public".into(),
            name: name.into(),
            oid: self.catalog.functions.len() as u32 + 1,
            arguments: vec![FunctionArgument {
                name: Some("author_row".into()),
                ty: row,
                has_default: false,
            }],
            variadic: false,
            has_out_columns: false,
            returns,
            returns_set,
            volatility: Volatility::Stable,
            comment: None,
        });
    }
}

fn key(name: &str, columns: &[u32]) -> Key {
    Key {
        name: name.into(),
        oid: 1,
        columns: columns.iter().map(|c| ColumnId(*c)).collect(),
    }
}

fn catalog() -> Catalog {
    let mut b = Builder {
        catalog: Catalog::default(),
    };
    b.catalog.server_version = 150_000;
    let int4 = b.ty("int4", TypeKind::Base);
    let int8 = b.ty("int8", TypeKind::Base);
    let text = b.ty("text", TypeKind::Base);
    let boolean = b.ty("bool", TypeKind::Base);
    let jsonb = b.ty("jsonb", TypeKind::Base);
    let numeric = b.ty("numeric", TypeKind::Base);
    let ltree = b.ty("ltree", TypeKind::Base);
    let geometry = b.ty("geometry", TypeKind::Base);
    let texts = b.ty("_text", TypeKind::Array(text));
    b.ty("float8", TypeKind::Base);
    b.ty("lquery", TypeKind::Base);

    let author = b.table(
        "public",
        "author",
        &[
            ("id", int4),
            ("name", text),
            ("bio", text),
            ("remarks", text),
        ],
        true,
    );
    let article = b.table(
        "public",
        "article",
        &[
            ("id", int4),
            ("title", text),
            ("author_id", int4),
            ("is_published", boolean),
            ("tags", jsonb),
            ("reads", int8),
            ("price", numeric),
            ("path", ltree),
            ("place", geometry),
            ("words", texts),
        ],
        true,
    );
    let recent = b.table("public", "recent", &[("id", int4)], false);
    b.table("other", "note", &[("id", int4), ("body", text)], true);
    let author_row = b.ty("author", TypeKind::Composite(Some(author)));
    let article_row = b.ty("article", TypeKind::Composite(Some(article)));
    b.function("author_label", author_row, text, false);
    b.function("author_latest", author_row, article_row, true);

    let tables = &mut b.catalog.tables;
    tables[author.index()].unique_keys = vec![key("author_name_key", &[1])];
    tables[article.index()].foreign_keys = vec![ForeignKey {
        name: "article_author_id_fkey".into(),
        oid: 1,
        columns: vec![ColumnId(2)],
        target: author,
        target_columns: vec![ColumnId(0)],
    }];
    let recent = &mut tables[recent.index()];
    recent.kind = TableKind::View;
    recent.writable = Writable::default();
    b.catalog.index();
    b.catalog
}
