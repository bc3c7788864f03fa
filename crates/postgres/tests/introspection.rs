//! What introspection says about databases that have everything in them.
#![allow(clippy::unwrap_used)]

use howdah_ir::catalog::{Catalog, Table, TableKind, TypeKind, Volatility, Writable};
use howdah_postgres::introspection::{enum_values, introspect};
use howdah_test_postgres::{TestDatabase, database};

async fn catalog(sql: &str) -> (TestDatabase, Catalog) {
    let database = database().await;
    database.run(sql).await;
    let catalog = introspect(&database.client().await).await.unwrap();
    (database, catalog)
}

fn table<'a>(catalog: &'a Catalog, schema: &str, name: &str) -> &'a Table {
    catalog.table(
        catalog
            .table_named(schema, name)
            .unwrap_or_else(|| panic!("no {schema}.{name}")),
    )
}

fn names(table: &Table, columns: &[howdah_ir::ColumnId]) -> Vec<String> {
    columns
        .iter()
        .map(|c| table.columns[c.index()].name.to_string())
        .collect()
}

#[tokio::test]
async fn an_empty_database_has_the_common_types() {
    let (_database, catalog) = catalog("").await;
    assert!(catalog.tables.is_empty());
    assert!(catalog.functions.is_empty());
    assert!(catalog.server_version >= 120_000);
    for name in [
        "int2",
        "int4",
        "int8",
        "float4",
        "float8",
        "numeric",
        "bool",
        "text",
        "varchar",
        "bpchar",
        "json",
        "jsonb",
        "uuid",
        "date",
        "time",
        "timetz",
        "timestamp",
        "timestamptz",
        "interval",
        "bytea",
        "_text",
        "_int4",
        "_uuid",
        "_jsonb",
        "char",
        "name",
        "money",
    ] {
        assert!(catalog.type_named(name).is_some(), "{name}");
    }
    let array = catalog.type_named("_int4").unwrap();
    assert_eq!(catalog.element_type(array), catalog.type_named("int4"));
    assert_eq!(&*catalog.ty(array).sql, "int4[]");
    let sql = |name| {
        catalog
            .ty(catalog.type_named(name).unwrap())
            .sql
            .to_string()
    };
    assert_eq!(sql("char"), "\"char\"");
    assert_eq!(sql("bpchar"), "bpchar");
}

#[tokio::test]
async fn every_kind_of_relation_is_found_with_what_can_be_written() {
    let (_database, catalog) = catalog(
        "create table t (id int primary key, name text);
         create view simple as select id, name from t;
         create view complex as select count(*) from t;
         create view triggered as select count(*) as n from t;
         create function f() returns trigger language plpgsql as 'begin return new; end';
         create trigger tr instead of insert on triggered for each row execute function f();
         create materialized view mat as select * from t;
         create table parted (id int, at date not null) partition by range (at);
         create table parted_2020 partition of parted for values from ('2020-01-01') to ('2021-01-01');
         create schema hdb_catalog; create table hdb_catalog.hidden (id int);
         create temp table hidden (id int);
         create extension postgres_fdw;
         create server s foreign data wrapper postgres_fdw;
         create foreign table remote (id int) server s;
         comment on table t is 'a table'; comment on column t.name is 'a name';",
    )
    .await;
    let all = Writable {
        insert: true,
        update: true,
        delete: true,
    };
    let found: Vec<_> = catalog
        .tables
        .iter()
        .map(|t| (&*t.name, t.kind, t.is_partition, t.writable))
        .collect();
    assert_eq!(
        found,
        [
            ("complex", TableKind::View, false, Writable::default()),
            (
                "mat",
                TableKind::MaterializedView,
                false,
                Writable::default()
            ),
            ("parted", TableKind::Partitioned, false, all),
            ("parted_2020", TableKind::Table, true, all),
            ("remote", TableKind::Foreign, false, all),
            ("simple", TableKind::View, false, all),
            ("t", TableKind::Table, false, all),
            (
                "triggered",
                TableKind::View,
                false,
                Writable {
                    insert: true,
                    ..Writable::default()
                }
            ),
        ]
    );
    let t = table(&catalog, "public", "t");
    assert_eq!(t.comment.as_deref(), Some("a table"));
    assert_eq!(t.columns[1].comment.as_deref(), Some("a name"));
    assert_eq!(t.columns[0].comment, None);
}

#[tokio::test]
async fn columns_say_whether_they_may_be_null_default_and_written() {
    let (_database, catalog) = catalog(
        "create domain positive as int check (value > 0);
         create domain required as positive not null;
         create domain required2 as required;
         create table t (
           a serial, dropped int, b int not null, c int default 1,
           d int generated always as identity, e int generated by default as identity,
           f int generated always as (1 + 1) stored, g positive, h required, i required2,
           \"odd \"\"name\" text);
         alter table t drop column dropped;",
    )
    .await;
    let t = table(&catalog, "public", "t");
    let found: Vec<_> = t
        .columns
        .iter()
        .map(|c| (&*c.name, c.nullable, c.has_default, c.generated_always))
        .collect();
    assert_eq!(
        found,
        [
            ("a", false, true, false),
            ("b", false, false, false),
            ("c", true, true, false),
            ("d", false, true, true),
            ("e", false, true, false),
            ("f", true, true, true),
            ("g", true, false, false),
            ("h", false, false, false),
            ("i", false, false, false),
            ("odd \"name", true, false, false),
        ]
    );
    assert_eq!(t.columns[1].number, 3);
    let int = catalog.type_named("int4").unwrap();
    assert_eq!(catalog.base_type(t.columns[8].ty), int);
    assert_eq!(&*catalog.ty(t.columns[6].ty).sql, "\"public\".\"positive\"");
}

#[tokio::test]
async fn types_are_found_with_what_they_are_made_of() {
    let (_database, catalog) = catalog(
        "create schema \"Odd\";
         create type \"Odd\".mood as enum ('sad', 'ok', 'happy');
         create type pair as (a int, b \"Odd\".mood);
         create domain tags as text[];
         create extension citext schema \"Odd\"; create extension ltree; create extension hstore;
         create table t (a \"Odd\".mood, b \"Odd\".mood[], c pair, d tags, e \"Odd\".citext[],
           f bit(3), g \"char\", h int4range, i numeric(10,2)[][], j ltree, k int2vector, m hstore);",
    )
    .await;
    let t = table(&catalog, "public", "t");
    let ty = |i: usize| catalog.ty(t.columns[i].ty);
    let sqls: Vec<_> = (0..t.columns.len()).map(|i| &*ty(i).sql).collect();
    assert_eq!(
        sqls,
        [
            "\"Odd\".\"mood\"",
            "\"Odd\".\"mood\"[]",
            "\"public\".\"pair\"",
            "\"public\".\"tags\"",
            "\"Odd\".\"citext\"[]",
            "\"bit\"",
            "\"char\"",
            "int4range",
            "numeric[]",
            "\"public\".\"ltree\"",
            "int2vector",
            "\"public\".\"hstore\"",
        ]
    );
    assert_eq!(
        ty(0).kind,
        TypeKind::Enum(vec!["sad".into(), "ok".into(), "happy".into()])
    );
    assert_eq!(ty(2).kind, TypeKind::Composite(None));
    let text = catalog.type_named("text");
    assert_eq!(catalog.element_type(t.columns[3].ty), text);
    assert_eq!(ty(10).kind, TypeKind::Base);
    for name in ["lquery", "ltxtquery", "_mood", "_ltree"] {
        assert!(catalog.type_named(name).is_some(), "{name}");
    }
}

#[tokio::test]
async fn keys_have_their_columns_in_order_and_pairwise() {
    let (_database, catalog) = catalog(
        "create schema other;
         create table other.target (a int, b text, c int, primary key (c, a), unique (b, a));
         create table t (x int, y int, z text, id int constraint pk primary key,
           constraint fk2 foreign key (y, x) references other.target (c, a),
           constraint fk1 foreign key (z, x) references other.target (b, a),
           parent int references t);
         create table p (id int primary key) partition by list (id);
         create table p1 partition of p for values in (1);
         create table refers (id int references p (id));
         create table q (id int references t (id), k int) partition by list (k);
         create table q1 partition of q for values in (1);
         create unique index bare on t (x);",
    )
    .await;
    let target = table(&catalog, "other", "target");
    assert_eq!(
        names(target, &target.primary_key.as_ref().unwrap().columns),
        ["c", "a"]
    );
    assert_eq!(target.unique_keys.len(), 1);
    assert_eq!(names(target, &target.unique_keys[0].columns), ["b", "a"]);
    let t = table(&catalog, "public", "t");
    assert_eq!(&*t.primary_key.as_ref().unwrap().name, "pk");
    assert!(t.unique_keys.is_empty(), "a bare index is no constraint");
    let keys: Vec<_> = t
        .foreign_keys
        .iter()
        .map(|k| {
            let target = catalog.table(k.target);
            let pair = (names(t, &k.columns), names(target, &k.target_columns));
            (
                k.name.to_string(),
                target.name.to_string(),
                pair.0.join(),
                pair.1.join(),
            )
        })
        .collect();
    let expected = [
        ("fk1", "target", "z,x", "b,a"),
        ("fk2", "target", "y,x", "c,a"),
        ("t_parent_fkey", "t", "parent", "id"),
    ]
    .map(|(a, b, c, d)| (a.to_string(), b.to_string(), c.to_string(), d.to_string()));
    assert_eq!(keys, expected);
    let count = |name| table(&catalog, "public", name).foreign_keys.len();
    assert_eq!(
        count("refers"),
        1,
        "a key to a partitioned table counts once"
    );
    assert_eq!((count("q"), count("q1")), (1, 1));
    assert!(t.foreign_keys[0].oid > 0);
}

/// `["a", "b"]` → `a,b`.
trait Join {
    fn join(&self) -> String;
}

impl Join for Vec<String> {
    fn join(&self) -> String {
        <[String]>::join(self, ",")
    }
}

#[tokio::test]
async fn functions_are_found_with_their_arguments() {
    let (_database, catalog) = catalog(
        "create table author (id int primary key, name text);
         create extension pgcrypto;
         create function search(term text, max int default 10, flags int[] default '{}')
           returns setof author language sql stable as 'select * from author';
         create function search(term int) returns setof author language sql immutable as 'select * from author';
         create function full_name(author) returns text language sql stable as 'select $1.name';
         create function many(variadic ids int[]) returns int language sql as 'select 1';
         create function out_columns(in a int, out b int, inout c text, out d text)
           language sql as 'select 1, $2, $2';
         create function as_table(a int) returns table (x int, y text) language sql as 'select 1, null::text';
         create function nothing() returns void language sql as '';
         create function tr() returns trigger language plpgsql as 'begin return new; end';
         create procedure proc() language sql as '';
         create aggregate total(int) (sfunc = int4pl, stype = int);
         create function authors(author[]) returns author[] language sql as 'select $1';
         comment on function full_name(author) is 'first and last';",
    )
    .await;
    let found: Vec<_> = catalog.functions.iter().map(|f| &*f.name).collect();
    assert_eq!(
        found,
        [
            "as_table",
            "authors",
            "full_name",
            "many",
            "nothing",
            "out_columns",
            "search",
            "search"
        ]
    );
    let one = |name| {
        let ids = catalog.functions_named("public", name);
        catalog.function(ids[0])
    };
    let author = catalog.table_named("public", "author");

    let search = one("search");
    assert_eq!(catalog.functions_named("public", "search").len(), 2);
    assert_eq!(catalog.row_table(search.returns), author);
    assert!(search.returns_set);
    assert_eq!(search.volatility, Volatility::Stable);
    let arguments: Vec<_> = search
        .arguments
        .iter()
        .map(|a| (a.name.as_deref(), &*catalog.ty(a.ty).sql, a.has_default))
        .collect();
    assert_eq!(
        arguments,
        [
            (Some("term"), "text", false),
            (Some("max"), "int4", true),
            (Some("flags"), "int4[]", true)
        ]
    );

    let full_name = one("full_name");
    assert_eq!(full_name.comment.as_deref(), Some("first and last"));
    assert_eq!(full_name.arguments[0].name, None);
    assert_eq!(catalog.row_table(full_name.arguments[0].ty), author);

    assert!(one("many").variadic);
    assert_eq!(one("many").volatility, Volatility::Volatile);

    let out = one("out_columns");
    let inputs: Vec<_> = out
        .arguments
        .iter()
        .map(|a| a.name.as_deref().unwrap())
        .collect();
    assert_eq!(inputs, ["a", "c"]);
    assert!(out.has_out_columns);
    assert!(one("as_table").has_out_columns);
    assert_eq!(one("as_table").arguments.len(), 1);
    assert!(!one("nothing").has_out_columns);
    let authors = one("authors");
    let element = catalog.element_type(authors.returns).unwrap();
    assert_eq!(catalog.row_table(element), author);
}

#[tokio::test]
async fn postgis_brings_its_types_but_not_its_functions() {
    let (_database, catalog) = catalog(
        "create schema gis; create extension postgis schema gis;
         create table place (id int primary key, at gis.geometry(point, 4326), area gis.geography);",
    )
    .await;
    assert!(catalog.functions.len() < 20, "{}", catalog.functions.len());
    let place = table(&catalog, "public", "place");
    assert_eq!(
        &*catalog.ty(place.columns[1].ty).sql,
        "\"gis\".\"geometry\""
    );
    assert_eq!(&*catalog.ty(place.columns[2].ty).name, "geography");
}

#[tokio::test]
async fn a_role_without_rights_sees_the_same() {
    let (database, catalog) = catalog(
        "create schema s; create table s.t (id int primary key); revoke all on schema s from public;",
    )
    .await;
    let client = database.client().await;
    let role = format!("poor_{}", database.name());
    client
        .batch_execute(&format!(
            "create role {role}; set session authorization {role}"
        ))
        .await
        .unwrap();
    let seen = introspect(&client).await.unwrap();
    assert_eq!(seen.tables.len(), catalog.tables.len());
    assert!(seen.tables[0].primary_key.is_some());
    client
        .batch_execute(&format!("reset session authorization; drop role {role}"))
        .await
        .unwrap();
}

#[tokio::test]
async fn enum_tables_are_read_by_key() {
    let (database, _) = catalog(
        "create schema \"S s\";
         create table \"S s\".\"Color\" (\"Value\" text primary key, comment text);
         insert into \"S s\".\"Color\" values ('red', 'like blood'), ('blue', null);",
    )
    .await;
    let client = database.client().await;
    let read = |comment: Option<&'static str>| {
        let client = &client;
        async move {
            enum_values(client, "S s", "Color", "Value", comment)
                .await
                .unwrap()
        }
    };
    assert_eq!(
        read(Some("comment")).await,
        [
            ("blue".to_string(), None),
            ("red".to_string(), Some("like blood".to_string()))
        ]
    );
    assert_eq!(
        read(None).await,
        [("blue".to_string(), None), ("red".to_string(), None)]
    );
    assert!(
        enum_values(&client, "S s", "nope", "Value", None)
            .await
            .is_err()
    );
}

#[tokio::test]
async fn thousands_of_tables_take_a_second_or_so() {
    let database = database().await;
    let client = database.client().await;
    for schema in 0..10 {
        client
            .batch_execute(&format!(
                "create schema s{schema};
                 do $$ begin for i in 1..200 loop execute format(
                   'create table s{schema}.t%s (id int primary key, name text not null, a int, \
                    b timestamptz default now(), c jsonb, d numeric, parent int references s{schema}.t%s)',
                   i, greatest(1, i - 1)); end loop; end $$"
            ))
            .await
            .unwrap();
    }
    let start = std::time::Instant::now();
    let catalog = introspect(&client).await.unwrap();
    assert_eq!(catalog.tables.len(), 2000);
    assert!(
        catalog
            .tables
            .iter()
            .all(|t| t.foreign_keys.len() == 1 && t.columns.len() == 7)
    );
    // Generous, for busy machines; a query per table would take minutes.
    assert!(start.elapsed().as_secs() < 10, "{:?}", start.elapsed());
    println!("2000 tables in {:?}", start.elapsed());
}
