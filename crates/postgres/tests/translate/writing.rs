//! Inserts, updates, deletes: what they write, answer and check.

use crate::harness::*;
use crate::reading::BLOG;
use howdah_ir::mutation::*;
use howdah_ir::params::ValueType;
use howdah_ir::permit::{InsertRules, Roles, UpdateRules};
use howdah_ir::predicate::*;
use howdah_ir::query::*;
use howdah_postgres::translate::{self, Context, MutationStatement};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;

fn context(f: &Fixture) -> Context<'_> {
    Context {
        catalog: &f.catalog,
        options: &f.options,
        params: &f.params,
    }
}

/// The answer and whether all checks hold.
async fn run(f: &Fixture, statement: MutationStatement) -> (Value, bool) {
    let written = f
        .run(&statement.write, None)
        .await
        .unwrap_or_else(|e| panic!("{e}"));
    let [root, check] = &written[..] else {
        panic!("two columns")
    };
    let root = root.clone().unwrap();
    let text = match &statement.read {
        None => root,
        Some(read) => f
            .run(read, Some(&root.into()))
            .await
            .unwrap_or_else(|e| panic!("{e}"))[0]
            .clone()
            .unwrap(),
    };
    (
        serde_json::from_str(&text).unwrap(),
        check.as_deref() == Some("true"),
    )
}

fn response(f: &Fixture, table: &str, fields: Vec<Field>) -> MutationOutput {
    let field = |key: &str, value| MutationField {
        key: key.into(),
        value,
    };
    MutationOutput::Response(vec![
        field("affected_rows", MutationFieldValue::AffectedRows),
        field(
            "returning",
            MutationFieldValue::Returning(f.admin(table), fields),
        ),
        field("__typename", MutationFieldValue::Literal("response".into())),
    ])
}

fn affected() -> MutationOutput {
    MutationOutput::Response(vec![MutationField {
        key: "affected_rows".into(),
        value: MutationFieldValue::AffectedRows,
    }])
}

fn row(
    f: &mut Fixture,
    table: &str,
    values: &[(&str, &str, &str)],
) -> Vec<(howdah_ir::ColumnId, WriteValue)> {
    values
        .iter()
        .map(|(column, ty, text)| {
            let value = f.value(ty, text);
            (f.column(table, column), WriteValue::Operand(value))
        })
        .collect()
}

fn insert(
    f: &Fixture,
    table: &str,
    rows: Vec<Vec<(howdah_ir::ColumnId, WriteValue)>>,
    output: MutationOutput,
) -> Insert {
    Insert {
        permit: Roles::default()
            .open_insert("admin", f.table(table), false)
            .unwrap(),
        rows,
        on_conflict: None,
        output,
    }
}

fn update(
    f: &Fixture,
    table: &str,
    filter: Predicate,
    assignments: Vec<(howdah_ir::ColumnId, Assignment)>,
    output: MutationOutput,
) -> Update {
    Update {
        permit: Roles::default()
            .open_update("admin", f.table(table), false)
            .unwrap(),
        filter,
        assignments,
        output,
    }
}

#[tokio::test]
async fn inserted_rows_come_back_in_order_with_their_defaults() {
    let mut f =
        fixture("create table item (id serial primary key, name text default 'none', n bigint)")
            .await;
    let rows = vec![
        row(&mut f, "item", &[("name", "text", "it's")]),
        row(&mut f, "item", &[("n", "int8", "9007199254740993")]),
        vec![
            (f.column("item", "name"), WriteValue::Null),
            (f.column("item", "n"), WriteValue::Default),
        ],
    ];
    let fields = f.fields("item", &["name", "id", "n"]);
    let insert = insert(&f, "item", rows, response(&f, "item", fields));
    let statement = translate::insert(&context(&f), &insert).unwrap();
    assert!(statement.read.is_none());
    assert_eq!(
        run(&f, statement).await,
        (
            json!({
                "affected_rows": 3,
                "returning": [
                    {"name": "it's", "id": 1, "n": null},
                    {"name": "none", "id": 2, "n": 9007199254740993_i64},
                    {"name": null, "id": 3, "n": null},
                ],
                "__typename": "response",
            }),
            true
        )
    );
}

#[tokio::test]
async fn rows_of_defaults_and_no_rows() {
    let f = fixture("create table item (id serial primary key, name text default 'none')").await;
    for (rows, expected) in [(vec![], 0), (vec![vec![]], 1), (vec![vec![], vec![]], 2)] {
        let insert = insert(&f, "item", rows, affected());
        let statement = translate::insert(&context(&f), &insert).unwrap();
        assert_eq!(
            run(&f, statement).await,
            (json!({"affected_rows": expected}), true)
        );
    }
}

#[tokio::test]
async fn relations_of_returned_rows_see_the_state_after_the_write() {
    let mut f = fixture(&format!(
        "{BLOG} create function title_length(a article) returns int language sql stable as 'select length(a.title)'"
    )).await;
    let rows = vec![
        row(
            &mut f,
            "article",
            &[
                ("id", "int4", "10"),
                ("title", "text", "a \"b\", (c)\\"),
                ("author_id", "int4", "3"),
                ("rating", "numeric", "1.5"),
            ],
        ),
        row(
            &mut f,
            "article",
            &[
                ("id", "int4", "11"),
                ("title", "text", "x"),
                ("author_id", "int4", "3"),
            ],
        ),
    ];
    let mut author = f.fields("author", &["name"]);
    let mut siblings = list(f.admin("article"), f.fields("article", &["id"]));
    siblings.order = vec![asc(f.col("article", "id"))];
    author.push(related(
        "articles",
        f.mapping(("author", "id"), ("article", "author_id")),
        siblings,
    ));
    let mut fields = f.fields("article", &["title", "rating"]);
    fields.push(related(
        "author",
        f.mapping(("article", "author_id"), ("author", "id")),
        object(f.admin("author"), author),
    ));
    fields.push(Field {
        key: "length".into(),
        value: FieldValue::Computed {
            computed: ComputedUse {
                call: f.call("title_length", vec![ArgumentValue::Row]),
                redaction: None,
            },
            path: None,
        },
    });
    let insert = insert(&f, "article", rows, response(&f, "article", fields.clone()));
    let statement = translate::insert(&context(&f), &insert).unwrap();
    let author = json!({"name": "cyd", "articles": [{"id": 10}, {"id": 11}]});
    assert_eq!(
        run(&f, statement).await.0,
        json!({
            "affected_rows": 2,
            "returning": [
                {"title": "a \"b\", (c)\\", "rating": 1.5, "author": author, "length": 11},
                {"title": "x", "rating": null, "author": author, "length": 1},
            ],
            "__typename": "response",
        })
    );

    // A deleted row is answered, its relations without it.
    let filter = f.compare("article", "id", Operator::Equal, "int4", "10");
    let delete = Delete {
        permit: Roles::default()
            .open_delete("admin", f.table("article"), false)
            .unwrap(),
        filter,
        output: MutationOutput::Single(f.admin("article"), fields),
    };
    let statement = translate::delete(&context(&f), &delete).unwrap();
    assert_eq!(
        run(&f, statement).await.0,
        json!({"title": "a \"b\", (c)\\", "rating": 1.5, "author": {"name": "cyd", "articles": [{"id": 11}]}, "length": 11})
    );
    let statement = translate::delete(&context(&f), &delete).unwrap();
    assert_eq!(run(&f, statement).await, (json!(null), true));
}

fn user_insert(f: &Fixture, table: &str, check: Predicate) -> howdah_ir::permit::InsertPermit {
    let mut roles = Roles::default();
    roles.grant(&"user".into(), f.table(table)).insert = Some(Arc::new(InsertRules {
        columns: BTreeSet::new(),
        check: Arc::new(check),
        presets: vec![],
        backend_only: false,
        validation: None,
    }));
    roles.open_insert("user", f.table(table), false).unwrap()
}

fn user_update(
    f: &Fixture,
    table: &str,
    filter: Predicate,
    check: Option<Predicate>,
) -> howdah_ir::permit::UpdatePermit {
    let mut roles = Roles::default();
    roles.grant(&"user".into(), f.table(table)).update = Some(Arc::new(UpdateRules {
        columns: BTreeSet::new(),
        filter: Arc::new(filter),
        check: check.map(Arc::new),
        presets: vec![],
        backend_only: false,
        validation: None,
    }));
    roles.open_update("user", f.table(table), false).unwrap()
}

#[tokio::test]
async fn a_check_that_is_null_fails_unless_the_option_says_otherwise() {
    let mut f = fixture("create table item (id int primary key, n int)").await;
    let check = f.compare("item", "n", Operator::Greater, "int4", "0");
    for (n, passes, with_option) in [
        ("1", true, true),
        ("0", false, false),
        ("null", false, true),
    ] {
        f.client.batch_execute("truncate item").await.unwrap();
        let n = if n == "null" {
            WriteValue::Null
        } else {
            WriteValue::Operand(f.value("int4", n))
        };
        let id = WriteValue::Operand(f.value("int4", "1"));
        let rows = vec![vec![
            (f.column("item", "id"), id),
            (f.column("item", "n"), n),
        ]];
        let mut insert = insert(&f, "item", rows, affected());
        insert.permit = user_insert(&f, "item", check.clone());
        f.options.checks_pass_on_null = false;
        let statement = translate::insert(&context(&f), &insert).unwrap();
        assert_eq!(run(&f, statement).await.1, passes);
        f.client.batch_execute("truncate item").await.unwrap();
        f.options.checks_pass_on_null = true;
        let statement = translate::insert(&context(&f), &insert).unwrap();
        assert_eq!(run(&f, statement).await.1, with_option);
    }
}

#[tokio::test]
async fn upserts_check_inserted_and_updated_rows_by_their_own_rules() {
    let mut f = fixture("create table item (id int primary key, n int, m int); insert into item values (1, 1, 1), (2, 2, 2)").await;
    let small = f.compare("item", "n", Operator::Less, "int4", "100");
    let big = f.compare("item", "n", Operator::Greater, "int4", "100");
    let fields = f.fields("item", &["id", "n"]);
    let output = response(&f, "item", fields);
    let mut go = async |id: &str, n: &str, update_check: Option<Predicate>| {
        let rows = vec![row(&mut f, "item", &[("id", "int4", id), ("n", "int4", n)])];
        let mut insert = insert(&f, "item", rows, output.clone());
        insert.permit = user_insert(&f, "item", small.clone());
        let only_one = f.compare("item", "id", Operator::Less, "int4", "2");
        insert.on_conflict = Some(OnConflict {
            constraint: Some("item_pkey".into()),
            update: Some(ConflictUpdate {
                permit: user_update(&f, "item", only_one, update_check),
                columns: vec![f.column("item", "n")],
                presets: vec![(
                    f.column("item", "m"),
                    WriteValue::Operand(f.value("int4", "7")),
                )],
                filter: Predicate::TRUE,
            }),
        });
        let statement = translate::insert(&context(&f), &insert).unwrap();
        let (answer, holds) = run(&f, statement).await;
        (answer["returning"].clone(), holds)
    };
    // Inserted: the insert's check.
    assert_eq!(
        go("5", "5", Some(big.clone())).await,
        (json!([{"id": 5, "n": 5}]), true)
    );
    assert!(!go("6", "500", Some(big.clone())).await.1);
    // Updated: the update's check, or the insert's where there is none.
    assert_eq!(
        go("1", "500", Some(big.clone())).await,
        (json!([{"id": 1, "n": 500}]), true)
    );
    assert!(!go("1", "5", Some(big.clone())).await.1);
    assert!(!go("1", "500", None).await.1);
    assert!(go("1", "5", None).await.1);
    // The update's filter leaves the row alone.
    assert_eq!(go("2", "5", None).await, (json!([]), true));
    let m = f
        .client
        .query_one(
            "select string_agg(m::text, ',' order by id) from item where id < 3",
            &[],
        )
        .await
        .unwrap();
    assert_eq!(m.get::<_, String>(0), "7,2");
}

#[tokio::test]
async fn upserts_on_partitioned_tables_and_views() {
    let mut f = fixture(
        "create table item (id int primary key, n int) partition by range (id);
         create table item_1 partition of item for values from (0) to (10);
         insert into item values (1, 1);
         create table plain (id int primary key, n int); insert into plain values (1, 1);
         create view seen as select * from plain;",
    )
    .await;
    for (table, constraint) in [("item", Some("item_pkey")), ("seen", None)] {
        let rows = vec![row(
            &mut f,
            table,
            &[("id", "int4", "1"), ("n", "int4", "5")],
        )];
        let below = f.compare(table, "n", Operator::Less, "int4", "9");
        let mut insert = insert(&f, table, rows, affected());
        insert.permit = user_insert(&f, table, below);
        insert.on_conflict = Some(OnConflict {
            constraint: constraint.map(Into::into),
            update: constraint.map(|_| ConflictUpdate {
                permit: user_update(&f, table, Predicate::TRUE, Some(Predicate::TRUE)),
                columns: vec![f.column(table, "n")],
                presets: vec![],
                filter: Predicate::TRUE,
            }),
        });
        let statement = translate::insert(&context(&f), &insert).unwrap();
        let expected = i32::from(constraint.is_some());
        assert_eq!(
            run(&f, statement).await,
            (json!({"affected_rows": expected}), true)
        );
    }
}

#[tokio::test]
async fn updates_with_every_operator() {
    let mut f = fixture(
        r#"create table item (id int primary key, n int, j jsonb, k jsonb, l jsonb, t jsonb);
           insert into item values (1, 5, '[1]', '{"a": 1, "b": 2}', '[1, 2]', '{"a": {"b": 1}}'), (2, 0, null, null, null, null)"#,
    ).await;
    let filter = f.compare("item", "id", Operator::Equal, "int4", "1");
    let assignments = vec![
        (
            f.column("item", "n"),
            Assignment::Increment(f.value("int4", "2")),
        ),
        (
            f.column("item", "j"),
            Assignment::Append(f.value("jsonb", "[2]")),
        ),
        (
            f.column("item", "k"),
            Assignment::DeleteKey(f.value("text", "a")),
        ),
        (
            f.column("item", "l"),
            Assignment::DeleteElement(f.value("int4", "0")),
        ),
        (
            f.column("item", "t"),
            Assignment::DeleteAtPath(f.value("_text", "{a,b}")),
        ),
    ];
    let fields = f.fields("item", &["id", "n", "j", "k", "l", "t"]);
    let output = response(&f, "item", fields);
    let statement = translate::update(
        &context(&f),
        &update(&f, "item", filter.clone(), assignments, output.clone()),
    )
    .unwrap();
    assert_eq!(
        run(&f, statement).await.0["returning"],
        json!([{"id": 1, "n": 7, "j": [1, 2], "k": {"b": 2}, "l": [2], "t": {"a": {}}}])
    );
    let assignments = vec![
        (
            f.column("item", "n"),
            Assignment::Multiply(f.value("int4", "3")),
        ),
        (
            f.column("item", "j"),
            Assignment::Prepend(f.value("jsonb", "[0]")),
        ),
        (f.column("item", "k"), Assignment::Set(WriteValue::Null)),
        (f.column("item", "l"), Assignment::Set(WriteValue::Default)),
    ];
    let statement = translate::update(
        &context(&f),
        &update(&f, "item", filter.clone(), assignments, output.clone()),
    )
    .unwrap();
    assert_eq!(
        run(&f, statement).await.0["returning"],
        json!([{"id": 1, "n": 21, "j": [0, 1, 2], "k": null, "l": null, "t": {"a": {}}}])
    );
    // No operator at all: nothing is written.
    let statement =
        translate::update(&context(&f), &update(&f, "item", filter, vec![], output)).unwrap();
    assert_eq!(
        run(&f, statement).await,
        (
            json!({"affected_rows": 0, "returning": [], "__typename": "response"}),
            true
        )
    );
}

#[tokio::test]
async fn a_role_updates_and_deletes_its_rows_only() {
    let mut f = fixture(BLOG).await;
    let own = f.compare("article", "author_id", Operator::Equal, "int4", "1");
    let short = f.compare("article", "title", Operator::Less, "text", "x");
    let mut go = async |title: &str| {
        let title = f.value("text", title);
        let assignments = vec![(
            f.column("article", "title"),
            Assignment::Set(WriteValue::Operand(title)),
        )];
        let mut update = update(&f, "article", Predicate::TRUE, assignments, affected());
        update.permit = user_update(&f, "article", own.clone(), Some(short.clone()));
        let statement = translate::update(&context(&f), &update).unwrap();
        run(&f, statement).await
    };
    assert_eq!(go("abc").await, (json!({"affected_rows": 3}), true));
    assert_eq!(go("xyz").await, (json!({"affected_rows": 3}), false));

    let mut roles = Roles::default();
    roles.grant(&"user".into(), f.table("article")).delete =
        Some(Arc::new(howdah_ir::permit::DeleteRules {
            filter: Arc::new(own),
            backend_only: false,
            validation: None,
        }));
    let filter = f.compare("article", "id", Operator::Greater, "int4", "1");
    let delete = Delete {
        permit: roles
            .open_delete("user", f.table("article"), false)
            .unwrap(),
        filter,
        output: affected(),
    };
    let statement = translate::delete(&context(&f), &delete).unwrap();
    assert_eq!(
        run(&f, statement).await,
        (json!({"affected_rows": 2}), true)
    );
}

#[tokio::test]
async fn more_rows_than_a_statement_has_parameters() {
    let mut f =
        fixture("create table item (id int primary key, name text default 'none', tags text[])")
            .await;
    let mut rows = Vec::new();
    for i in 0..40_000 {
        let id = i.to_string();
        let values = [
            ("id", "int4", id.as_str()),
            ("tags", "_text", "{a,\"b,\"}"),
            ("name", "text", "it's"),
        ];
        rows.push(row(
            &mut f,
            "item",
            &values[..if i % 2 == 0 { 2 } else { 3 }],
        ));
    }
    let insert = insert(&f, "item", rows, affected());
    let statement = translate::insert(&context(&f), &insert).unwrap();
    assert!(statement.write.bindings.len() < 5000);
    assert_eq!(run(&f, statement).await.0, json!({"affected_rows": 40_000}));
    let check = f
        .client
        .query_one("select count(*) filter (where name = 'none'), count(*) filter (where name = 'it''s'), max(tags[2]) from item", &[])
        .await
        .unwrap();
    assert_eq!(
        (
            check.get::<_, i64>(0),
            check.get::<_, i64>(1),
            check.get::<_, String>(2)
        ),
        (20_000, 20_000, "b,".to_owned())
    );
}

#[tokio::test]
async fn rows_handed_out_feed_an_answer() {
    let mut f = fixture(BLOG).await;
    let rows = vec![row(
        &mut f,
        "author",
        &[("id", "int4", "9"), ("name", "text", "")],
    )];
    let insert = insert(&f, "author", rows, affected());
    let columns = ["name", "rank", "id"].map(|c| f.column("author", c));
    let wanted = translate::Wanted {
        rows: true,
        keys: &columns,
    };
    let write = translate::insert_level(&context(&f), &insert, wanted).unwrap();
    let handed = f.run(&write, None).await.unwrap();
    let keys: Value = serde_json::from_str(handed[2].as_deref().unwrap()).unwrap();
    assert_eq!(keys, json!([["", null, "9"]]));
    let fields = f.fields("author", &["id", "name"]);
    let output = response(&f, "author", fields);
    let read = translate::answer_from_rows(&context(&f), f.table("author"), &output).unwrap();
    let answer = f
        .run(&read, Some(&handed[0].clone().unwrap().into()))
        .await
        .unwrap();
    let answer: Value = serde_json::from_str(answer[0].as_deref().unwrap()).unwrap();
    assert_eq!(answer["returning"], json!([{"id": 9, "name": ""}]));
    assert_eq!(answer["affected_rows"], 1);
}

#[tokio::test]
async fn rows_that_are_alike_are_one_text_whatever_their_number() {
    let mut f = fixture(
        "create table item (id int primary key, name varchar(5), tags text[], j jsonb, at timestamptz, own int)",
    )
    .await;
    let mut texts = Vec::new();
    for count in [2, 3, 70_000] {
        f.client.batch_execute("truncate item").await.unwrap();
        let mut rows = Vec::new();
        for i in 0..count {
            let mut row = row(
                &mut f,
                "item",
                &[
                    ("id", "int4", &i.to_string()),
                    ("tags", "_text", r#"{"a\"b",NULL,"x,y"}"#),
                    ("j", "jsonb", r#"{"a": [1, "\u00e9"]}"#),
                ],
            );
            row.push((
                f.column("item", "name"),
                match i % 2 {
                    0 => WriteValue::Null,
                    _ => WriteValue::Operand(f.value("text", "it's")),
                },
            ));
            // What stands last counts, and constants stand for all rows.
            row.push((f.column("item", "own"), WriteValue::Null));
            let own = Operand::Constant(ValueType::One(f.ty("int4")), "7".into());
            row.push((f.column("item", "own"), WriteValue::Operand(own)));
            rows.push(row);
        }
        let insert = insert(&f, "item", rows, affected());
        let statement = translate::insert(&context(&f), &insert).unwrap();
        assert_eq!(
            run(&f, statement.clone()).await.0,
            json!({"affected_rows": count})
        );
        texts.push(statement.write.sql);
        let sums = "select count(name)::int, sum(own), max(tags::text), max(j::text), count(at)::int from item";
        let row = f.client.query_one(sums, &[]).await.unwrap();
        assert_eq!(row.get::<_, i32>(0), count / 2);
        assert_eq!(row.get::<_, i64>(1), i64::from(count) * 7);
        assert_eq!(row.get::<_, String>(2), r#"{"a\"b",NULL,"x,y"}"#);
        assert_eq!(row.get::<_, String>(3), r#"{"a": [1, "é"]}"#);
        assert_eq!(row.get::<_, i32>(4), 0);
    }
    assert!(texts.windows(2).all(|t| t[0] == t[1]), "{}", texts[0]);
}

#[tokio::test]
async fn a_write_that_closes_its_transaction_fails_with_its_check() {
    let mut f = fixture(
        "create table item (id int primary key, n int);
         create table seen (who text, trace text);
         create function note() returns trigger language plpgsql as $$ begin
             insert into seen values (current_setting('hasura.user', true), current_setting('hasura.tracecontext', true));
             return null; end $$;
         create trigger note before insert on item for each statement execute function note();",
    )
    .await;
    let check = f.compare("item", "n", Operator::Greater, "int4", "0");
    for closing in [translate::Closing::Alone, translate::Closing::Last] {
        for (id, n, passes) in [("1", "1", true), ("2", "0", false)] {
            let rows = vec![row(&mut f, "item", &[("id", "int4", id), ("n", "int4", n)])];
            let fields = f.fields("item", &["id"]);
            let mut insert = insert(&f, "item", rows, response(&f, "item", fields));
            insert.permit = user_insert(&f, "item", check.clone());
            let statement = translate::closing_insert(&context(&f), &insert, closing).unwrap();
            let outcome = f.run(&statement.write, None).await;
            match (passes, outcome) {
                (true, Ok(columns)) => {
                    let answer: Value =
                        serde_json::from_str(columns[0].as_deref().unwrap()).unwrap();
                    assert_eq!(answer["affected_rows"], 1);
                    assert_eq!(columns.len(), 1);
                }
                (false, Err(error)) => {
                    let words = howdah_postgres::execution::errors::CHECK_FAILED;
                    let message = format!("invalid input syntax for type boolean: \\\"{words}\\\"");
                    assert!(error.contains(&message), "{message}\n{error}");
                }
                (_, other) => panic!("{closing:?}: {other:?}\n{}", statement.write.sql),
            }
        }
        let row = f
            .client
            .query_one(
                "select count(*)::int, (select nullif(who, '')::json->>'x-hasura-role' from seen) from item",
                &[],
            )
            .await
            .unwrap();
        assert_eq!(row.get::<_, i32>(0), 1);
        if closing == translate::Closing::Alone {
            assert_eq!(row.get::<_, Option<String>>(1).as_deref(), Some("admin"));
        }
        f.client.batch_execute("truncate item, seen").await.unwrap();
    }
}
