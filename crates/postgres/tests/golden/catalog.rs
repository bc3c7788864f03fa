//! A small catalogue, and permits on it.

use howdah_ir::catalog::*;
use howdah_ir::permit::{ColumnUse, Roles, SelectPermit, SelectRules};
use howdah_ir::predicate::Predicate;
use std::sync::Arc;

pub const AUTHOR: TableId = TableId(0);
pub const ARTICLE: TableId = TableId(1);
/// A function of an author row that returns text.
pub const SHOUT: FunctionId = FunctionId(0);
/// A function of an author row that returns articles.
pub const BEST: FunctionId = FunctionId(1);
/// A function without a row that returns authors.
pub const SEARCH: FunctionId = FunctionId(2);

pub const ID: ColumnId = ColumnId(0);
pub const NAME: ColumnId = ColumnId(1);
pub const RANK: ColumnId = ColumnId(2);
pub const HOME: ColumnId = ColumnId(3);
pub const TITLE: ColumnId = ColumnId(1);
pub const AUTHOR_ID: ColumnId = ColumnId(2);
pub const DATA: ColumnId = ColumnId(3);

pub const ARTICLES: [(ColumnId, ColumnId); 1] = [(ID, AUTHOR_ID)];
pub const AUTHOR_OF: [(ColumnId, ColumnId); 1] = [(AUTHOR_ID, ID)];

fn ty(schema: &str, name: &str) -> Type {
    let sql = if schema == "pg_catalog" {
        name.to_owned()
    } else {
        format!("\"{schema}\".\"{name}\"")
    };
    Type {
        oid: 0,
        schema: schema.into(),
        name: name.into(),
        sql: sql.into(),
        kind: TypeKind::Base,
    }
}

fn table(name: &str, columns: &[(&str, TypeId)]) -> Table {
    Table {
        schema: "public".into(),
        name: name.into(),
        oid: 0,
        kind: TableKind::Table,
        is_partition: false,
        has_children: false,
        columns: columns
            .iter()
            .enumerate()
            .map(|(i, (name, ty))| Column {
                name: (*name).into(),
                number: i as i16 + 1,
                ty: *ty,
                nullable: true,
                has_default: false,
                generated_always: false,
                comment: None,
            })
            .collect(),
        primary_key: Some(Key {
            name: format!("{name}_pkey").into(),
            oid: 0,
            columns: vec![ID],
        }),
        unique_keys: vec![],
        foreign_keys: vec![],
        comment: None,
        writable: Writable {
            insert: true,
            update: true,
            delete: true,
        },
    }
}

fn function(name: &str, returns: TypeId, returns_set: bool) -> Function {
    Function {
        schema: "public".into(),
        name: name.into(),
        oid: 0,
        arguments: vec![],
        variadic: false,
        has_out_columns: false,
        returns,
        returns_set,
        volatility: Volatility::Stable,
        comment: None,
    }
}

/// Authors and articles.
pub fn blog() -> Catalog {
    let mut catalog = Catalog::default();
    catalog.types = vec![
        ty("pg_catalog", "int4"),
        ty("pg_catalog", "int8"),
        ty("pg_catalog", "text"),
        ty("pg_catalog", "jsonb"),
        ty("gis", "geometry"),
        ty("public", "author"),
        ty("public", "article"),
    ];
    let [int4, int8, text, jsonb, geometry, author, article] = [0, 1, 2, 3, 4, 5, 6].map(TypeId);
    catalog.types[5].kind = TypeKind::Composite(Some(AUTHOR));
    catalog.types[6].kind = TypeKind::Composite(Some(ARTICLE));
    catalog.tables = vec![
        table(
            "author",
            &[
                ("id", int4),
                ("name", text),
                ("rank", int8),
                ("home", geometry),
            ],
        ),
        table(
            "article",
            &[
                ("id", int4),
                ("title", text),
                ("author_id", int4),
                ("data", jsonb),
            ],
        ),
    ];
    catalog.has_ctid = true;
    catalog.tables[1].foreign_keys = vec![ForeignKey {
        name: "article_author_id_fkey".into(),
        oid: 0,
        columns: vec![AUTHOR_ID],
        target: AUTHOR,
        target_columns: vec![ID],
    }];
    catalog.functions = vec![
        function("shout", text, false),
        function("best", article, true),
        function("search", author, true),
    ];
    catalog.index();
    catalog
}

pub fn admin(table: TableId) -> SelectPermit {
    Roles::default().open_select("admin", table).unwrap()
}

pub fn col(column: ColumnId) -> ColumnUse {
    ColumnUse::in_rule(column)
}

/// The permit of a role that sees the first four columns of some rows.
pub fn permit(
    table: TableId,
    filter: Predicate,
    change: impl FnOnce(&mut SelectRules),
) -> SelectPermit {
    let mut rules = SelectRules {
        columns: (0..4).map(|i| (ColumnId(i), None)).collect(),
        computed_fields: Default::default(),
        filter: Arc::new(filter),
        limit: None,
        aggregations: true,
        query_root_fields: None,
        subscription_root_fields: None,
    };
    change(&mut rules);
    let mut roles = Roles::default();
    roles.grant(&"user".into(), table).select = Some(Arc::new(rules));
    roles.open_select("user", table).unwrap()
}
