//! Sources whose database is stopped and started again.

use crate::support::{World, world};
use howdah_engine::{Engine, Event, Patience};
use howdah_error::Code;
use howdah_ir::Session;
use howdah_test_postgres::{Server, ServerOptions};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A world with the table `here` in the source `default`, and `there` in a source on a server that
/// can be stopped.
async fn with_remote() -> (World, Server) {
    let server = Server::start(ServerOptions::default()).await;
    let world = world().await;
    let database = server.url("postgres");
    let info = json!({"database_url": database, "pool_settings": {"retries": 0}});
    world
        .done(
            "pg_add_source",
            json!({"name": "remote", "configuration": {"connection_info": info}}),
        )
        .await;
    for (source, table) in [("default", "here"), ("remote", "there")] {
        let sql =
            format!("create table {table} (id int primary key); insert into {table} values (1)");
        world
            .run_sql(json!({"source": source, "sql": sql}))
            .await
            .unwrap();
        world
            .done("pg_track_table", json!({"source": source, "table": table}))
            .await;
    }
    // The server is stopped as if it had crashed, and must not forget what it was told.
    let checkpoint = json!({"source": "remote", "sql": "checkpoint", "no_transaction": true});
    world.run_sql(checkpoint).await.unwrap();
    (world, server)
}

async fn inconsistent(world: &World) -> Vec<Value> {
    let answer = world.done("get_inconsistent_metadata", json!({})).await;
    answer["inconsistent_objects"].as_array().unwrap().clone()
}

/// Waits until the engine has noticed; fails only when it never does.
async fn until(what: &str, world: &World, holds: impl AsyncFn() -> bool) {
    let patience = Instant::now() + Duration::from_secs(60);
    while !holds().await {
        if Instant::now() > patience {
            panic!("it was never so: {what}; {:?}", inconsistent(world).await);
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_goes_away_is_inconsistent_until_it_is_back() {
    let (world, server) = with_remote().await;
    let mut events = world.engine.events();
    world.ask("{ there { id } }").await;
    server.stop();
    until("the source is missed", &world, async || {
        !inconsistent(&world).await.is_empty()
    })
    .await;
    let found = inconsistent(&world).await;
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0]["type"], "source");
    assert_eq!(found[0]["name"], "source remote");
    let text = Value::from(found).to_string();
    assert!(!text.contains(server.password()), "{text}");

    // Everything else is served and may be changed.
    assert_eq!(
        world.ask("{ here { id } }").await,
        json!({"here": [{"id": 1}]})
    );
    world
        .done(
            "pg_set_table_customization",
            json!({"table": "here", "configuration": {"custom_name": "near"}}),
        )
        .await;
    world.done("reload_metadata", json!({})).await;
    assert_eq!(
        world.ask("{ near { id } }").await,
        json!({"near": [{"id": 1}]})
    );
    // What is asked of the source fails for what is wrong, not for fields that do not exist.
    let error = world
        .ask_as(&Session::admin(), "{ there { id } }")
        .await
        .unwrap_err();
    assert_eq!(*error.code(), Code::PostgresError);

    server.start_again();
    until("the source is back", &world, async || {
        inconsistent(&world).await.is_empty()
    })
    .await;
    assert_eq!(
        world.ask("{ there { id } }").await,
        json!({"there": [{"id": 1}]})
    );
    assert!(matches!(
        events.recv().await,
        Ok(Event::SourceLost { source, .. }) if source == "remote"
    ));
    assert!(matches!(
        events.recv().await,
        Ok(Event::SourceBack { source }) if source == "remote"
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_is_away_at_start_comes_by_itself() {
    let (world, server) = with_remote().await;
    server.stop();
    world.engine.stop();
    let engine = Engine::start(crate::support::options(&world.database))
        .await
        .unwrap();
    let world = World { engine, ..world };
    let found = inconsistent(&world).await;
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0]["name"], "source remote");
    assert_eq!(
        world.ask("{ here { id } }").await,
        json!({"here": [{"id": 1}]})
    );
    // Nothing of the source is lost from the metadata meanwhile.
    let stored = world.metadata().await;
    assert_eq!(stored["sources"][1]["tables"][0]["table"]["name"], "there");
    server.start_again();
    until("the source is read", &world, async || {
        inconsistent(&world).await.is_empty()
    })
    .await;
    assert_eq!(
        world.ask("{ there { id } }").await,
        json!({"there": [{"id": 1}]})
    );
}

/// A way to a server that can swallow everything, as some networks do with what they lose.
struct Relay {
    port: u16,
    swallows: Arc<AtomicBool>,
}

impl Relay {
    async fn start(to: u16) -> Relay {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let swallows = Arc::new(AtomicBool::new(false));
        let swallowing = swallows.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let Ok(server) = TcpStream::connect(("127.0.0.1", to)).await else {
                    continue;
                };
                let (client_reads, client_writes) = client.into_split();
                let (server_reads, server_writes) = server.into_split();
                tokio::spawn(pass_on(client_reads, server_writes, swallowing.clone()));
                tokio::spawn(pass_on(server_reads, client_writes, swallowing.clone()));
            }
        });
        Relay { port, swallows }
    }

    fn swallow(&self, all: bool) {
        self.swallows.store(all, Ordering::Relaxed);
    }
}

async fn pass_on(
    mut from: tokio::net::tcp::OwnedReadHalf,
    mut to: tokio::net::tcp::OwnedWriteHalf,
    swallows: Arc<AtomicBool>,
) {
    let mut bytes = vec![0; 1 << 16];
    while let Ok(count @ 1..) = from.read(&mut bytes).await {
        if !swallows.load(Ordering::Relaxed) && to.write_all(&bytes[..count]).await.is_err() {
            return;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_behind_a_dead_network_holds_up_nothing_but_itself() {
    let (world, server) = with_remote().await;
    world.engine.stop();
    let mut options = crate::support::options(&world.database);
    options.patience = Patience(Duration::from_secs(1));
    let engine = Engine::start(options.clone()).await.unwrap();
    let world = World { engine, ..world };
    let relay = Relay::start(server.port()).await;
    let url = server
        .url("postgres")
        .replace(&server.port().to_string(), &relay.port.to_string());
    let info = json!({"database_url": url});
    let configuration = json!({"connection_info": info});
    world
        .done(
            "pg_update_source",
            json!({"name": "remote", "configuration": configuration}),
        )
        .await;
    world.ask("{ there { id } }").await;
    world
        .sql("create table also_here (id int primary key)")
        .await;
    relay.swallow(true);

    // One change has to ask the source; another one waits for it, but not for ever.
    let begun = Instant::now();
    let (missing, here) = tokio::join!(
        world.command(
            "pg_track_table",
            json!({"source": "remote", "table": "none"})
        ),
        world.command("pg_track_table", json!({"table": "also_here"})),
    );
    assert_eq!(missing.unwrap_err().message(), "connection error");
    here.unwrap();
    let waited = begun.elapsed();
    assert!(waited < Duration::from_secs(20), "{waited:?}");
    assert_eq!(
        world.ask("{ also_here { id } }").await,
        json!({"also_here": []})
    );

    // Requests are told soon, and so is whoever asks.
    let begun = Instant::now();
    let admin = Session::admin();
    let error = world.ask_as(&admin, "{ there { id } }").await.unwrap_err();
    assert_eq!(error.message(), "connection error");
    let waited = begun.elapsed();
    assert!(waited < Duration::from_secs(15), "{waited:?}");
    until("the source is missed", &world, async || {
        !inconsistent(&world).await.is_empty()
    })
    .await;

    // An engine starts beside it.
    let begun = Instant::now();
    let another = Engine::start(options).await.unwrap();
    let waited = begun.elapsed();
    assert!(waited < Duration::from_secs(20), "{waited:?}");
    let another = World {
        database: world.database,
        engine: another,
    };
    assert_eq!(
        another.ask("{ here { id } }").await,
        json!({"here": [{"id": 1}]})
    );

    relay.swallow(false);
    until("the source is read", &another, async || {
        inconsistent(&another).await.is_empty()
    })
    .await;
    assert_eq!(
        another.ask("{ there { id } }").await,
        json!({"there": [{"id": 1}]})
    );
    world.engine.stop();
}
