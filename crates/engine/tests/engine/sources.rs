//! Kinds of sources, and connection settings of single sources.

use crate::support::{World, options, world};
use howdah_engine::Engine;
use howdah_error::Code;
use howdah_test_postgres::{Server, ServerOptions, database};
use serde_json::{Value, json};

impl World {
    /// Adds a source with these settings on the world's own database.
    async fn add(&self, name: &str, info: Value) {
        let configuration = json!({"connection_info": info});
        self.done(
            "pg_add_source",
            json!({"name": name, "configuration": configuration}),
        )
        .await;
    }

    /// The only value of a statement that runs on a source.
    async fn value(&self, source: &str, sql: &str) -> String {
        let answer = self
            .run_sql(json!({"source": source, "sql": sql}))
            .await
            .unwrap();
        answer["result"][1][0].as_str().unwrap().to_owned()
    }

    fn url(&self) -> Value {
        self.database.url().into()
    }
}

#[tokio::test]
async fn other_kinds_have_their_own_commands_and_limits() {
    let world = world().await;
    world
        .sql("create table t (id int primary key); create function f() returns setof t language sql stable as 'select * from t'; create function c(t) returns int language sql stable as 'select 1'")
        .await;
    let kinds = world.done("list_source_kinds", json!({})).await;
    let kinds: Vec<&Value> = kinds["sources"].as_array().unwrap().iter().collect();
    let names: Vec<&Value> = kinds.iter().map(|kind| &kind["kind"]).collect();
    assert_eq!(names, ["pg", "citus", "cockroach"]);
    for kind in ["citus", "cockroach"] {
        let configuration = json!({"connection_info": {"database_url": world.url()}});
        let customization =
            json!({"root_fields": {"prefix": kind}, "type_names": {"prefix": kind}});
        world
            .done(
                &format!("{kind}_add_source"),
                json!({"name": kind, "configuration": configuration,
                       "customization": customization}),
            )
            .await;
        world
            .done(
                &format!("{kind}_track_table"),
                json!({"table": "t", "source": kind}),
            )
            .await;
        world.ask(&format!("{{ {kind}t {{ id }} }}")).await;
        for missing in ["add_computed_field", "create_event_trigger"] {
            let error = world
                .refused(&format!("{kind}_{missing}"), json!({"source": kind}))
                .await;
            assert_eq!(
                error.message(),
                format!("unknown metadata command {missing:?} for backend {kind}")
            );
        }
    }
    let stored = world.metadata().await;
    let found: Vec<&Value> = stored["sources"]
        .as_array()
        .unwrap()
        .iter()
        .map(|source| &source["kind"])
        .collect();
    assert_eq!(found, ["citus", "cockroach", "postgres"]);
    world
        .done(
            "citus_track_function",
            json!({"function": "f", "source": "citus"}),
        )
        .await;
    let error = world
        .refused(
            "cockroach_track_function",
            json!({"function": "f", "source": "cockroach"}),
        )
        .await;
    assert_eq!(
        error.message(),
        "unknown metadata command \"track_function\" for backend cockroach"
    );
    let error = world
        .refused(
            "citus_set_table_is_enum",
            json!({"table": "t", "is_enum": true}),
        )
        .await;
    assert_eq!(*error.code(), Code::ParseFailed);
    // A document may not bring in what commands refuse.
    let mut document = stored;
    document["sources"][1]["functions"] = json!([{"function": "f"}]);
    document["sources"][0]["tables"][0]["computed_fields"] =
        json!([{"name": "c", "definition": {"function": "c"}}]);
    let error = world.refused("replace_metadata", document).await;
    let found = error.internal().unwrap().to_string();
    assert!(
        found.contains("functions are not supported in sources of kind"),
        "{found}"
    );
    assert!(found.contains("computed fields are not supported in sources of kind"));
}

#[tokio::test]
async fn connection_strings_come_from_where_the_configuration_says() {
    let database = database().await;
    let mut given = options(&database);
    let folder = std::env::temp_dir().join(format!("howdah-secrets-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("url"), format!("{}\n", database.url())).unwrap();
    given.sources.dynamic_secrets_prefix = Some(folder.clone());
    let variable = ("HOWDAH_TEST_URL".to_owned(), database.url().to_owned());
    given.sources.variables.extend([variable]);
    let engine = Engine::start(given).await.unwrap();
    let world = World { database, engine };
    let name = world.value("default", "select current_database()").await;
    world
        .add(
            "env",
            json!({"database_url": {"from_env": "HOWDAH_TEST_URL"}}),
        )
        .await;
    let file = folder.join("url");
    world
        .add("file", json!({"database_url": {"dynamic_from_file": file}}))
        .await;
    for source in ["env", "file"] {
        let found = world.value(source, "select current_database()").await;
        assert_eq!(found, name);
    }
    let refused = async |info: Value| {
        let configuration = json!({"connection_info": info});
        world
            .refused(
                "pg_add_source",
                json!({"name": "x", "configuration": configuration}),
            )
            .await
    };
    let error = refused(json!({"database_url": {"from_env": "HOWDAH_NONE"}})).await;
    assert!(error.message().contains("HOWDAH_NONE"), "{error:?}");
    // Neither another folder, nor a link to it, nor the form that the metadata database may have.
    std::os::unix::fs::symlink("/etc/passwd", folder.join("link")).unwrap();
    for url in [
        json!({"dynamic_from_file": "/etc/passwd"}),
        json!({"dynamic_from_file": folder.join("link")}),
        json!("dynamic-from-file:///etc/passwd"),
    ] {
        let error = refused(json!({"database_url": url})).await;
        assert!(
            error.message().contains("outside of the folder"),
            "{error:?}"
        );
    }
    // A string may have holes for variables.
    let info = json!({"database_url": "{{HOWDAH_TEST_URL}}"});
    world.add("filled", info.clone()).await;
    let found = world.value("filled", "select current_database()").await;
    assert_eq!(found, name);
    let stored = world.metadata().await;
    let stored = &stored["sources"][3]["configuration"]["connection_info"];
    assert_eq!(stored["database_url"], info["database_url"]);
    let error = refused(json!({"database_url": "postgres://u:{{HOWDAH_NONE}}@h/d"})).await;
    assert!(error.message().contains("HOWDAH_NONE"), "{error:?}");
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn connection_parameters_make_a_connection() {
    let world = world().await;
    let whole = world
        .run_sql(json!({"sql": "select current_database(), current_user, coalesce(split_part(current_setting('unix_socket_directories'), ',', 1), ''), current_setting('port')"}))
        .await
        .unwrap();
    let row = &whole["result"][1];
    let port: u16 = row[3].as_str().unwrap().parse().unwrap();
    let host = match world.database.url() {
        url if url.contains("127.0.0.1") => json!("127.0.0.1"),
        url if url.contains("localhost") => json!("localhost"),
        _ => row[2].clone(),
    };
    // Everything that could end a quotation.
    let user = format!("who's_{}", row[0].as_str().unwrap());
    let password = "it's \\ a \"pass\" word";
    let literal = password.replace('\'', "''");
    world
        .sql(&format!(
            "create role \"{user}\" login password '{literal}'"
        ))
        .await;
    let parameters = json!({"host": host, "port": port, "username": user,
                            "database": row[0], "password": password});
    world
        .add(
            "parts",
            json!({"database_url": {"connection_parameters": parameters}}),
        )
        .await;
    let found = world.value("parts", "select current_database()").await;
    assert_eq!(row[0], found);
    assert_eq!(world.value("parts", "select current_user").await, user);
    world.done("pg_drop_source", json!({"name": "parts"})).await;
    world.sql(&format!("drop role \"{user}\"")).await;
}

#[tokio::test]
async fn transactions_have_the_isolation_of_their_source() {
    let world = world().await;
    let level = "select current_setting('transaction_isolation')";
    for (wanted, found) in [
        (json!(null), "read committed"),
        (json!("repeatable-read"), "repeatable read"),
        (json!("serializable"), "serializable"),
    ] {
        let name = found.replace(' ', "_");
        world
            .add(
                &name,
                json!({"database_url": world.url(), "isolation_level": wanted}),
            )
            .await;
        assert_eq!(world.value(&name, level).await, found);
    }
}

#[tokio::test]
async fn statements_are_prepared_where_the_source_says_so() {
    let world = world().await;
    world
        .sql("create view prepared as select count(*)::int as n from pg_prepared_statements where not from_sql and statement not like '%pg_catalog%'")
        .await;
    for (name, prepares) in [("with", true), ("without", false)] {
        let configuration = json!({"connection_info": {
            "database_url": world.url(), "use_prepared_statements": prepares,
            "pool_settings": {"max_connections": 1}}});
        let customization =
            json!({"root_fields": {"suffix": name}, "type_names": {"suffix": name}});
        world
            .done(
                "pg_add_source",
                json!({"name": name, "configuration": configuration,
                       "customization": customization}),
            )
            .await;
        world
            .done(
                "pg_track_table",
                json!({"table": "prepared", "source": name}),
            )
            .await;
        let query = format!("{{ prepared{name}(limit: 3) {{ n }} }}");
        for _ in 0..3 {
            world.ask(&query).await;
        }
        let data = world.ask(&query).await;
        let count = data[format!("prepared{name}")][0]["n"].as_i64().unwrap();
        assert_eq!(
            count > 0,
            prepares,
            "{count} statements are prepared in {name}"
        );
    }
}

#[tokio::test]
async fn pools_have_the_size_and_patience_of_their_source() {
    let world = world().await;
    world
        .add(
            "small",
            json!({"database_url": world.url(),
                   "pool_settings": {"max_connections": 1, "pool_timeout": 1, "retries": 0}}),
        )
        .await;
    let slow = world.run_sql(json!({"source": "small", "sql": "select pg_sleep(3)"}));
    let late = async {
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        world
            .run_sql(json!({"source": "small", "sql": "select 1"}))
            .await
    };
    let (slow, late) = tokio::join!(slow, late);
    slow.unwrap();
    assert!(late.is_err(), "there was a second connection: {late:?}");
    // The source `default` has 50.
    let both = ["select pg_sleep(0.5)"; 2].map(|sql| world.run_sql(json!({"sql": sql})));
    for result in futures_util::future::join_all(both).await {
        result.unwrap();
    }
}

#[tokio::test]
async fn tls_is_as_the_source_says() {
    let world = world().await;
    let configuration = |mode: &str| {
        json!({"connection_info": {"database_url": world.url(), "pool_settings": {"retries": 0},
                                   "ssl_configuration": {"sslmode": mode}}})
    };
    world
        .done(
            "pg_add_source",
            json!({"name": "plain", "configuration": configuration("disable")}),
        )
        .await;
    let ssl = "select coalesce((select ssl::text from pg_stat_ssl where pid = pg_backend_pid()), 'false')";
    assert_eq!(world.value("plain", ssl).await, "false");
    // The server of the tests has no TLS: nothing is sent in the clear instead.
    world
        .refused(
            "pg_add_source",
            json!({"name": "secret", "configuration": configuration("require")}),
        )
        .await;
}

#[tokio::test]
async fn extensions_are_found_in_their_schema() {
    let world = world().await;
    world
        .sql("create schema ext; create function ext.twice(int) returns int language sql as 'select 2 * $1'")
        .await;
    let info = json!({"database_url": world.url()});
    let configuration = json!({"connection_info": info, "extensions_schema": "ext"});
    world
        .done(
            "pg_add_source",
            json!({"name": "extended", "configuration": configuration}),
        )
        .await;
    assert_eq!(world.value("extended", "select twice(4)").await, "8");
    let plain = world.run_sql(json!({"sql": "select twice(4)"})).await;
    assert!(plain.is_err());
}

#[tokio::test]
async fn a_source_that_prepares_nothing_sends_no_named_statement() {
    let logged = [
        ("log_min_duration_statement", "0"),
        ("logging_collector", "off"),
    ];
    let server = Server::start(ServerOptions {
        settings: logged
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec(),
        ..ServerOptions::default()
    })
    .await;
    let database = server.database().await;
    // The metadata are on that server as well.
    let engine = Engine::start(options(&database)).await.unwrap();
    let world = World { database, engine };
    let names = |expected: bool| {
        let log = std::fs::read_to_string(server.socket_folder().join("server.log")).unwrap();
        let parsed = log
            .lines()
            .filter_map(|line| line.split_once(" parse ")?.1.split_once(':'));
        let named = parsed.filter(|(name, _)| *name != "<unnamed>").count();
        assert_eq!(
            named > 0,
            expected,
            "{named} statements were prepared by name"
        );
        assert!(
            log.contains(" parse <unnamed>"),
            "the server logs no statements"
        );
    };
    world.sql("create type mood as enum ('good', 'bad'); create table t (id int primary key, mood mood, tags text[])").await;
    world.done("pg_track_table", json!({"table": "t"})).await;
    let insert = r#"mutation { insert_t(objects: [{id: 1, mood: "good", tags: ["x"]}]) { returning { id mood } } }"#;
    world.ask(insert).await;
    for _ in 0..3 {
        world
            .ask(
                "{ t(where: {id: {_gt: 0}}) { id mood tags } t_aggregate { aggregate { count } } }",
            )
            .await;
    }
    world
        .ask("mutation { update_t(where: {}, _set: {mood: \"bad\"}) { affected_rows } }")
        .await;
    world.done("reload_metadata", json!({})).await;
    names(false);
    let info = json!({"database_url": world.url(), "use_prepared_statements": true});
    let configuration = json!({"connection_info": info});
    world
        .done(
            "pg_update_source",
            json!({"name": "default", "configuration": configuration}),
        )
        .await;
    world.ask("{ t { id } }").await;
    names(true);
}

#[tokio::test]
async fn a_connection_string_in_a_file_is_read_again_when_it_has_changed() {
    let (one, other) = (database().await, database().await);
    let mut given = options(&one);
    let folder = std::env::temp_dir().join(format!("howdah-rotation-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("url");
    std::fs::write(&file, one.url()).unwrap();
    given.sources.dynamic_secrets_prefix = Some(folder.clone());
    let engine = Engine::start(given).await.unwrap();
    let world = World {
        database: one,
        engine,
    };
    let info = json!({"database_url": {"dynamic_from_file": file},
                      "pool_settings": {"connection_lifetime": 1, "idle_timeout": 1}});
    world.add("file", info).await;
    let name = "select current_database()";
    assert_eq!(world.value("file", name).await, world.database.name());
    std::fs::write(&file, other.url()).unwrap();
    let patience = std::time::Instant::now() + std::time::Duration::from_secs(60);
    while world.value("file", name).await != other.name() {
        assert!(
            std::time::Instant::now() < patience,
            "the old connections are still in use"
        );
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    std::fs::remove_dir_all(folder).unwrap();
}
