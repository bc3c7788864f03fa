use crate::support::{World, library, options};
use howdah_engine::Engine;
use howdah_error::Code;
use howdah_ir::Session;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

#[tokio::test]
async fn a_stale_resource_version_is_refused() {
    let world = library().await;
    let known = world.version().await;
    let change = |referenced: i64| {
        json!({"type": "pg_set_table_customization", "resource_version": referenced,
               "args": {"table": "author", "configuration": {"custom_name": "writer"}}})
    };
    let error = world
        .engine
        .metadata(change(known - 1), &Session::admin())
        .await
        .unwrap_err();
    assert_eq!((error.status(), error.code()), (409, &Code::Conflict));
    world
        .engine
        .metadata(change(known), &Session::admin())
        .await
        .unwrap();
    assert_eq!(world.version().await, known + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn other_instances_follow_changes_of_metadata_and_database() {
    let one = library().await;
    let engine = Engine::start(options(&one.database)).await.unwrap();
    let ask = async |query: &str| {
        let request = howdah_engine::GraphqlRequest {
            query: query.to_owned(),
            ..howdah_engine::GraphqlRequest::default()
        };
        engine.graphql(&request, &Session::admin(), false).await
    };
    assert!(ask("{ author { name } }").await.is_ok());
    one.sql("alter table author add column born int").await;
    one.done(
        "pg_set_table_customization",
        json!({"table": "author", "configuration": {"custom_name": "writer"}}),
    )
    .await;
    let patience = Instant::now() + Duration::from_secs(10);
    while ask("{ writer { name born } }").await.is_err() {
        assert!(Instant::now() < patience, "the change was not followed");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    engine.stop();
}

#[tokio::test]
async fn a_restart_finds_everything_again() {
    let world = library().await;
    let before = world.metadata().await;
    world.engine.stop();
    let engine = Engine::start(options(&world.database)).await.unwrap();
    let again = World {
        database: world.database,
        engine,
    };
    assert_eq!(again.metadata().await, before);
    assert_eq!(
        again.ask("{ author(limit: 1) { id } }").await,
        json!({"author": [{"id": 1}]})
    );
}

/// The answer of an engine to a command that must go well.
async fn done(engine: &std::sync::Arc<Engine>, kind: &str, args: Value) -> Value {
    let body = json!({"type": kind, "args": args});
    let answer = engine.metadata(body, &Session::admin()).await;
    let answer = answer.unwrap_or_else(|error| panic!("{kind} {args}: {error:?}"));
    serde_json::from_slice(&answer).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_instances_change_the_metadata_in_turn_while_requests_run() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
    const ROUNDS: usize = 12;

    let world = library().await;
    let mut engines = vec![world.engine.clone()];
    for _ in 0..2 {
        engines.push(Engine::start(options(&world.database)).await.unwrap());
    }
    let stop = Arc::new(AtomicBool::new(false));
    let answered = Arc::new(AtomicUsize::new(0));
    let load: Vec<_> = engines
        .iter()
        .flat_map(|engine| [engine.clone(), engine.clone()])
        .map(|engine| {
            let (stop, answered) = (stop.clone(), answered.clone());
            tokio::spawn(async move {
                let request = howdah_engine::GraphqlRequest {
                    query: "{ author(order_by: {id: asc}) { id articles { title } } }".to_owned(),
                    ..howdah_engine::GraphqlRequest::default()
                };
                while !stop.load(Ordering::Relaxed) {
                    let answer = engine.graphql(&request, &Session::admin(), false).await;
                    answer.unwrap_or_else(|error| panic!("a request failed: {error:?}"));
                    answered.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    for round in 0..ROUNDS {
        // Whoever is next need not have heard of the change before: he looks.
        let engine = &engines[round % engines.len()];
        let table = format!("t{round}");
        let sql = json!({"type": "run_sql", "args": {
            "sql": format!("create table {table} (id int primary key)")}});
        engine.query_v2(sql, &Session::admin()).await.unwrap();
        done(engine, "pg_track_table", json!({"table": table})).await;
        let permission = json!({"columns": ["id"], "filter": {}});
        let next = &engines[(round + 1) % engines.len()];
        done(
            next,
            "pg_create_select_permission",
            json!({"table": table, "role": "user", "permission": permission}),
        )
        .await;
    }
    // All at the same moment: one after another in the end.
    let roles = (0..9).map(|n| {
        let engine = engines[n % engines.len()].clone();
        async move {
            let role = json!({"role_name": format!("both{n}"), "role_set": ["user"]});
            done(&engine, "add_inherited_role", role).await
        }
    });
    futures_util::future::join_all(roles).await;

    let mut documents = Vec::new();
    for engine in &engines {
        documents.push(done(engine, "export_metadata", json!({})).await);
        let found = done(engine, "get_inconsistent_metadata", json!({})).await;
        assert_eq!(found["is_consistent"], true, "{found}");
        for round in 0..ROUNDS {
            let request = howdah_engine::GraphqlRequest {
                query: format!("{{ t{round} {{ id }} }}"),
                ..howdah_engine::GraphqlRequest::default()
            };
            let user = crate::support::user(1);
            engine.graphql(&request, &user, false).await.unwrap();
        }
    }
    assert_eq!(documents[0], documents[1]);
    assert_eq!(documents[0], documents[2]);
    let tables = documents[0]["sources"][0]["tables"].as_array().unwrap();
    assert_eq!(tables.len(), 2 + ROUNDS);
    assert_eq!(documents[0]["inherited_roles"].as_array().unwrap().len(), 9);
    stop.store(true, Ordering::Relaxed);
    for task in load {
        task.await.unwrap();
    }
    assert!(answered.load(Ordering::Relaxed) > 0);
    engines.iter().for_each(|engine| engine.stop());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_heard_of_without_waiting_for_the_next_look() {
    let one = library().await;
    let mut rarely = options(&one.database);
    // Who only looked would find it after an hour.
    rarely.sync_interval = Some(Duration::from_secs(3600));
    let engine = Engine::start(rarely).await.unwrap();
    let request = |query: &str| howdah_engine::GraphqlRequest {
        query: query.to_owned(),
        ..howdah_engine::GraphqlRequest::default()
    };
    // Until it listens there is nothing to hear.
    let listening = "select 1 from pg_stat_activity where query = 'listen \"howdah_metadata\"' \
                     and datname = current_database()";
    let client = one.database.client().await;
    let patience = Instant::now() + Duration::from_secs(60);
    while client.query(listening, &[]).await.unwrap().len() < 2 {
        assert!(Instant::now() < patience, "nobody listens");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    one.done(
        "pg_set_table_customization",
        json!({"table": "author", "configuration": {"custom_name": "writer"}}),
    )
    .await;
    let query = request("{ writer { name } }");
    while engine
        .graphql(&query, &Session::admin(), false)
        .await
        .is_err()
    {
        assert!(Instant::now() < patience, "the change was not heard of");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    engine.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sql_is_followed_though_another_instance_changes_the_metadata_meanwhile() {
    let world = library().await;
    let other = Engine::start(options(&world.database)).await.unwrap();
    let slow = {
        let engine = world.engine.clone();
        tokio::spawn(async move {
            let sql = "alter table article rename to essay; \
                       alter table essay rename column title to heading; select pg_sleep(1)";
            let body = json!({"type": "run_sql", "args": {"sql": sql}});
            engine.query_v2(body, &Session::admin()).await
        })
    };
    tokio::time::sleep(Duration::from_millis(300)).await;
    done(
        &other,
        "pg_create_select_permission",
        json!({"table": "article", "role": "user",
               "permission": {"columns": ["title"], "filter": {"title": {"_eq": "One"}}}}),
    )
    .await;
    slow.await.unwrap().unwrap();
    let essay = world.table("essay").await;
    assert_eq!(
        essay["select_permissions"][0]["permission"],
        json!({"columns": ["heading"], "filter": {"heading": {"_eq": "One"}}})
    );
    assert_eq!(essay["object_relationships"][0]["name"], "author");
    let user = Session::new("user", []);
    assert_eq!(
        world.ask_as(&user, "{ essay { heading } }").await.unwrap(),
        json!({"essay": [{"heading": "One"}]})
    );
    assert!(world.engine.health().await.consistent);
    other.stop();
}
