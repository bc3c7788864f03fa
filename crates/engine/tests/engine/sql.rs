use crate::support::library;
use howdah_error::Code;
use serde_json::json;

#[tokio::test]
async fn metadata_follows_renames_in_the_database() {
    let world = library().await;
    world
        .done(
            "pg_create_select_permission",
            json!({"table": "article", "role": "user", "permission": {
                "columns": ["id", "author_id"],
                "filter": {"author": {"name": {"_ceq": ["$", "title"]}}}}}),
        )
        .await;
    world
        .sql(
            "alter table author rename to writer; alter table writer rename column name to called;
              alter table article rename column title to heading;
              alter table article rename column id to swapped;
              alter table article rename column author_id to id;
              alter table article rename column swapped to author_id;",
        )
        .await;
    let article = world.table("article").await;
    let permission = &article["select_permissions"][0]["permission"];
    assert_eq!(permission["columns"], json!(["author_id", "id"]));
    assert_eq!(
        permission["filter"],
        json!({"author": {"called": {"_ceq": ["$", "heading"]}}})
    );
    assert_eq!(
        article["object_relationships"][0]["using"],
        json!({"foreign_key_constraint_on": "id"})
    );
    assert_eq!(
        world
            .ask("{ writer(where: {id: {_eq: 2}}) { called articles { heading } } }")
            .await,
        json!({"writer": [{"called": "Bob", "articles": [{"heading": "Three"}]}]})
    );
    assert!(world.engine.health().await.consistent);
}

#[tokio::test]
async fn sql_that_takes_away_what_others_need_is_rolled_back() {
    let world = library().await;
    let drop = "alter table article drop column author_id";
    let error = world.run_sql(json!({"sql": drop})).await.unwrap_err();
    assert_eq!(*error.code(), Code::DependencyError);
    assert_eq!(error.path().to_string(), "$");
    assert_eq!(
        error.message(),
        "cannot drop due to the following dependent objects: relationship author.articles in source \"default\", relationship article.author in source \"default\""
    );
    assert_eq!(
        world.ask("{ article(limit: 1) { author_id } }").await["article"][0]["author_id"],
        1
    );

    world
        .run_sql(json!({"sql": drop, "cascade": true}))
        .await
        .unwrap();
    assert_eq!(world.table("author").await.get("array_relationships"), None);
    assert_eq!(
        world.table("article").await.get("object_relationships"),
        None
    );

    world.sql("drop table article").await;
    assert_eq!(
        world.metadata().await["sources"][0]["tables"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn the_type_of_a_column_that_is_compared_with_a_constant_stays() {
    let world = library().await;
    world
        .done(
            "pg_create_select_permission",
            json!({"table": "article", "role": "user",
                   "permission": {"columns": ["id"], "filter": {"title": {"_eq": "x"}}}}),
        )
        .await;
    let error = world
        .run_sql(json!({"sql": "alter table article alter column title type varchar(10)"}))
        .await
        .unwrap_err();
    assert_eq!(
        error.message(),
        "cannot change type of column \"title\" in table \"article\" because of the following dependencies: permission article.user.select in source \"default\""
    );
    world
        .sql("alter table article alter column id type bigint")
        .await;
    assert_eq!(
        world
            .ask("{ __type(name: \"article\") { fields { name type { ofType { name } } } } }")
            .await["__type"]["fields"][2],
        json!({"name": "id", "type": {"ofType": {"name": "bigint"}}})
    );
}

#[tokio::test]
async fn a_function_in_use_cannot_be_overloaded_or_made_to_write() {
    let world = library().await;
    world
        .sql(
            "create function search(word text) returns setof article language sql stable as
              'select * from article where title ilike word'",
        )
        .await;
    world
        .done("pg_track_function", json!({"function": "search"}))
        .await;
    assert_eq!(
        world
            .ask("{ search(args: {word: \"t%\"}, order_by: {id: asc}) { title } }")
            .await,
        json!({"search": [{"title": "Two"}, {"title": "Three"}]})
    );
    let overload = "create function search(word int) returns setof article language sql stable as 'select * from article'";
    let error = world
        .run_sql(json!({"sql": overload, "check_metadata_consistency": true}))
        .await
        .unwrap_err();
    assert_eq!(
        error.message(),
        "the following tracked function(s) cannot be overloaded: \"search\""
    );
    let error = world
        .run_sql(json!({"sql": "alter function search volatile"}))
        .await
        .unwrap_err();
    assert_eq!(
        error.message(),
        "type of function \"search\" is altered to \"VOLATILE\" which is not supported now"
    );
    world.sql("drop function search").await;
    assert_eq!(world.metadata().await["sources"][0].get("functions"), None);
}

#[tokio::test]
async fn failing_sql_is_told_with_the_words_of_the_database() {
    let world = library().await;
    let error = world
        .run_sql(json!({"sql": "select 1/0"}))
        .await
        .unwrap_err();
    assert_eq!(
        (error.message(), error.code().as_str()),
        ("query execution failed", "postgres-error")
    );
    assert_eq!(
        error.internal().unwrap()["error"]["message"],
        "division by zero"
    );
    let error = world
        .run_sql(json!({"sql": "delete from article", "read_only": true}))
        .await
        .unwrap_err();
    assert_eq!(error.internal().unwrap()["error"]["status_code"], "25006");
    for sql in [
        "commit; delete from article",
        "select 1; rollback; delete from article",
        "set transaction read write; delete from article",
        "set transaction_read_only = off; delete from article",
        "do $$ begin commit; delete from article; end $$",
    ] {
        for no_transaction in [false, true] {
            let args = json!({"sql": sql, "read_only": true, "no_transaction": no_transaction});
            let error = world.run_sql(args).await.unwrap_err();
            assert_eq!(error.status(), 400, "{sql}: {error:?}");
        }
    }
    let leaves = json!({"sql": "select 1; commit", "read_only": true});
    let error = world.run_sql(leaves).await.unwrap_err();
    assert_eq!(
        (error.message(), error.code().as_str()),
        (
            "SQL that is read_only must not end its transaction: commit",
            "bad-request"
        )
    );
    let stays = json!({"sql": "savepoint a; rollback to a; select 1 as n", "read_only": true});
    assert!(world.run_sql(stays).await.is_ok());
    assert_eq!(
        world
            .sql("select id, null as n from article order by id limit 1")
            .await,
        json!({"result_type": "TuplesOk", "result": [["id", "n"], ["1", "NULL"]]})
    );
}

/// Migrations are sent like this: the catalogue is read when somebody needs to know, not after each.
#[tokio::test(flavor = "multi_thread")]
async fn sql_that_is_not_compared_is_followed_by_whoever_looks_next() {
    let world = library().await;
    let other = howdah_engine::Engine::start(crate::support::options(&world.database))
        .await
        .unwrap();
    let quietly = async |sql: &str| {
        world
            .run_sql(json!({"sql": sql, "check_metadata_consistency": false}))
            .await
    };
    let tables = async || {
        let listed = world
            .done("pg_get_source_tables", json!({"source": "default"}))
            .await;
        listed.as_array().unwrap().len()
    };
    assert_eq!(tables().await, 2);
    quietly("create table one (id int primary key)")
        .await
        .unwrap();
    assert_eq!(tables().await, 3);

    // Commands that are tried together would not notice one by one that they fit.
    quietly("create table two (id int primary key, one int references one)")
        .await
        .unwrap();
    let track = |table: &str| json!({"type": "pg_track_table", "args": {"table": table}});
    world
        .done("bulk", json!([track("one"), track("two")]))
        .await;
    assert_eq!(
        world.ask("{ one { id } two { id } }").await,
        json!({"one": [], "two": []})
    );

    // A text that fails half-way has made something all the same, unless in a transaction.
    let error = world
        .run_sql(
            json!({"sql": "create table three (id int); select nothing from nowhere",
                        "check_metadata_consistency": false, "no_transaction": true}),
        )
        .await
        .unwrap_err();
    assert_eq!(*error.code(), Code::PostgresError);
    assert_eq!(tables().await, 5);
    quietly("create table four (id int); select nothing from nowhere")
        .await
        .unwrap_err();
    assert_eq!(tables().await, 5);

    // Somebody refers to a version of the metadata that was current: reading again is no change.
    let version = world.version().await;
    quietly("create table four (id int primary key)")
        .await
        .unwrap();
    let body = json!({"type": "pg_track_table", "resource_version": version,
                      "args": {"table": "four"}});
    world
        .engine
        .metadata(body, &howdah_ir::Session::admin())
        .await
        .unwrap();

    // Another instance hears of it without anybody asking.
    quietly("create table five (id int primary key)")
        .await
        .unwrap();
    let patience = std::time::Instant::now() + std::time::Duration::from_secs(30);
    loop {
        let body = json!({"type": "pg_get_source_tables", "args": {"source": "default"}});
        let listed = other
            .metadata(body, &howdah_ir::Session::admin())
            .await
            .unwrap();
        let listed: serde_json::Value = serde_json::from_slice(&listed).unwrap();
        if listed.as_array().unwrap().len() == 7 {
            break;
        }
        assert!(std::time::Instant::now() < patience, "{listed}");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    other.stop();
}

#[tokio::test]
async fn what_others_did_to_the_database_is_not_the_doing_of_sql() {
    let world = library().await;
    world
        .database
        .run(
            "drop table article; create table article (id int primary key, title text,
           author_id int not null references author);
         alter table author drop column name; alter table author add name text;",
        )
        .await;
    world
        .done(
            "pg_create_select_permission",
            json!({"table": "author", "role": "user",
                   "permission": {"columns": ["name"], "filter": {}}}),
        )
        .await;
    let before = world.metadata().await;
    world
        .run_sql(json!({"sql": "drop table if exists other", "cascade": true}))
        .await
        .unwrap();
    assert_eq!(world.metadata().await, before);

    // Nor does it keep others from working that something has gone.
    world.database.run("drop table article").await;
    world
        .sql("create table other (id int); alter table other add x int")
        .await;
    assert_eq!(world.metadata().await, before);
    assert!(!world.engine.health().await.consistent);
}

#[tokio::test]
async fn sql_with_its_own_transaction_is_followed() {
    let world = library().await;
    world
        .done(
            "pg_track_logical_model",
            json!({"name": "called", "fields": [{"name": "name", "type": "text"}]}),
        )
        .await;
    world
        .done(
            "pg_track_native_query",
            json!({"root_field_name": "named", "returns": "called",
                   "code": "select 'x'::text as name"}),
        )
        .await;
    world
        .sql("BEGIN; alter table author rename column name to called; COMMIT;")
        .await;
    assert_eq!(
        world.ask("{ author(limit: 1) { called } }").await,
        json!({"author": [{"called": "Ann"}]})
    );
    world
        .sql("BEGIN; create table gone (id int primary key); COMMIT")
        .await;
    world.done("pg_track_table", json!({"table": "gone"})).await;
    world.sql("begin; drop table gone; commit;").await;
    assert_eq!(
        world.metadata().await["sources"][0]["tables"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    assert!(world.engine.health().await.consistent);
    world.sql("alter table author add x int; rollback").await;
    world
        .sql("begin; alter table author add y int; rollback; begin; select 1")
        .await;
    assert_eq!(
        world.ask("{ author { id } }").await["author"][0],
        json!({"id": 1})
    );

    // What came before a failure, or what others need, is committed: the state must fit.
    let error = world
        .run_sql(json!({"sql":
            "begin; alter table author rename column called to name; commit; select nothing"}))
        .await
        .unwrap_err();
    assert_eq!(*error.code(), Code::PostgresError);
    assert_eq!(
        world.ask("{ author(limit: 1) { name } }").await,
        json!({"author": [{"name": "Ann"}]})
    );
    let error = world
        .run_sql(json!({"sql": "begin; alter table article drop column author_id; commit;"}))
        .await
        .unwrap_err();
    assert_eq!(*error.code(), Code::DependencyError);
    assert!(!world.engine.health().await.consistent);
    let error = world
        .ask_as(&howdah_ir::Session::admin(), "{ article { author_id } }")
        .await
        .unwrap_err();
    assert_eq!(*error.code(), Code::ValidationFailed);
}

#[tokio::test]
async fn tables_may_swap_their_names() {
    let world = library().await;
    world
        .done(
            "pg_create_select_permission",
            json!({"table": "article", "role": "user", "permission": {"columns": ["id"],
                   "filter": {"author": {"_exists": {"_table": "author",
                              "_where": {"articles": {"title": {"_eq": "One"}}}}}}}}),
        )
        .await;
    world
        .sql(
            "alter table author rename to passing; alter table article rename to author;
             alter table passing rename to article",
        )
        .await;
    let tables = world.metadata().await["sources"][0]["tables"].clone();
    assert_eq!(tables.as_array().unwrap().len(), 2);
    let (writer, text) = (world.table("article").await, world.table("author").await);
    assert_eq!(
        writer["array_relationships"][0]["using"]["foreign_key_constraint_on"]["table"]["name"],
        "author"
    );
    assert_eq!(
        text["select_permissions"][0]["permission"]["filter"],
        json!({"author": {"_exists": {"_table": {"name": "article", "schema": "public"},
               "_where": {"articles": {"title": {"_eq": "One"}}}}}})
    );
    assert_eq!(
        world.ask("{ article { name articles { title } } }").await["article"][1],
        json!({"name": "Bob", "articles": [{"title": "Three"}]})
    );

    // A chain of names, the last of which was that of a table that has gone behind our back.
    world.sql("create table gone (id int)").await;
    world.done("pg_track_table", json!({"table": "gone"})).await;
    world.database.run("drop table gone").await;
    world
        .sql("alter table author rename to gone; alter table article rename to author")
        .await;
    assert_eq!(
        world.ask("{ author { name } gone { title } }").await["author"][0],
        json!({"name": "Ann"})
    );
    let tables = world.metadata().await["sources"][0]["tables"].clone();
    assert_eq!(tables.as_array().unwrap().len(), 2);
    assert!(world.engine.health().await.consistent);
}

#[tokio::test]
async fn columns_may_swap_their_names() {
    let world = library().await;
    world
        .sql("create table note (a int primary key, b int, c text, author_id int)")
        .await;
    world
        .done(
            "pg_track_table",
            json!({"table": "note", "configuration": {"column_config": {
                "a": {"custom_name": "first"}, "c": {"custom_name": "third"}}}}),
        )
        .await;
    let manual = |table: &str, mapping: serde_json::Value| json!({"manual_configuration": {"remote_table": table, "column_mapping": mapping}});
    world
        .done(
            "pg_create_array_relationship",
            json!({"table": "author", "name": "notes",
                   "using": manual("note", json!({"id": "a", "name": "c"}))}),
        )
        .await;
    world
        .done(
            "pg_create_array_relationship",
            json!({"table": "note", "name": "same",
                   "using": manual("note", json!({"a": "b", "b": "a"}))}),
        )
        .await;
    world
        .done(
            "pg_create_update_permission",
            json!({"table": "note", "role": "user", "permission": {
                "columns": ["a", "c"], "set": {"b": 1},
                "filter": {"same": {"a": {"_ceq": ["$", "b"]}}}, "check": {"c": {"_eq": "a"}}}}),
        )
        .await;
    world
        .done(
            "pg_create_select_permission",
            json!({"table": "author", "role": "user", "permission": {"columns": ["id"],
                   "filter": {"notes": {"a": {"_ceq": "b"}}}}}),
        )
        .await;
    world
        .sql(
            "alter table note rename a to passing; alter table note rename b to a;
             alter table note rename c to b; alter table note rename passing to c;
             alter table author rename name to called",
        )
        .await;
    // Now a is c, b is a, and c is b.
    let (note, author) = (world.table("note").await, world.table("author").await);
    assert_eq!(
        note["configuration"]["column_config"],
        json!({"b": {"custom_name": "third"}, "c": {"custom_name": "first"}})
    );
    let mapping = |table: &serde_json::Value, position: usize| {
        table["array_relationships"][position]["using"]["manual_configuration"]["column_mapping"]
            .clone()
    };
    assert_eq!(mapping(&note, 0), json!({"a": "c", "c": "a"}));
    assert_eq!(mapping(&author, 1), json!({"called": "b", "id": "c"}));
    assert_eq!(
        note["update_permissions"][0]["permission"],
        json!({"columns": ["c", "b"], "set": {"a": 1},
               "filter": {"same": {"c": {"_ceq": ["$", "a"]}}}, "check": {"b": {"_eq": "a"}}})
    );
    assert_eq!(
        author["select_permissions"][0]["permission"]["filter"],
        json!({"notes": {"c": {"_ceq": "a"}}})
    );
    assert!(world.engine.health().await.consistent);
}

/// The SQL cannot be undone any more: what is gone stays to be found inconsistent, but for what would
/// speak of another column now.
#[tokio::test]
async fn a_column_that_takes_the_name_of_another_does_not_take_its_rights() {
    let world = library().await;
    world
        .sql("create table account (id int primary key, name text, secret text)")
        .await;
    world
        .done(
            "pg_track_table",
            json!({"table": "account", "configuration": {"column_config": {
                "name": {"custom_name": "called"}, "secret": {"custom_name": "hidden"}}}}),
        )
        .await;
    for (role, columns) in [
        ("user", json!(["name"])),
        ("clerk", json!(["id", "secret"])),
    ] {
        world
            .done(
                "pg_create_select_permission",
                json!({"table": "account", "role": role,
                       "permission": {"columns": columns, "filter": {}}}),
            )
            .await;
    }
    let sql =
        "begin; alter table account drop name; alter table account rename secret to name; commit";
    let error = world.run_sql(json!({"sql": sql})).await.unwrap_err();
    assert_eq!(
        error.message(),
        "cannot drop due to the following dependent objects: permission account.user.select in source \"default\""
    );
    let account = world.table("account").await;
    assert_eq!(
        account["configuration"]["column_config"],
        json!({"name": {"custom_name": "hidden"}})
    );
    assert_eq!(
        account["select_permissions"],
        json!([{"role": "clerk", "permission": {"columns": ["id", "name"], "filter": {}}}])
    );
    assert!(world.engine.health().await.consistent);
}

#[tokio::test]
async fn an_enum_table_that_is_renamed_keeps_its_values() {
    let world = library().await;
    world
        .sql(
            "create schema words; create table color (value text primary key, comment text);
             insert into color values ('red', null), ('blue', null);
             alter table article add color text references color",
        )
        .await;
    let table = json!({"table": "color"});
    world.done("pg_track_table", table.clone()).await;
    world
        .done(
            "pg_set_table_is_enum",
            json!({"table": "color", "is_enum": true}),
        )
        .await;
    let values = "{ __type(name: \"colour_enum\") { enumValues { name } } }";
    let expected = json!({"__type": {"enumValues": [{"name": "blue"}, {"name": "red"}]}});
    for (sql, no_transaction) in [
        ("alter table color rename to colour", false),
        ("begin; alter table colour rename to color; commit", false),
        ("begin; alter table color rename to colour; commit", false),
        ("alter table colour rename to color", true),
        ("alter table color rename to colour", true),
    ] {
        let args = json!({"sql": sql, "no_transaction": no_transaction});
        world.run_sql(args).await.unwrap();
        assert!(world.engine.health().await.consistent, "{sql}");
    }
    assert_eq!(world.ask(values).await, expected);
}
