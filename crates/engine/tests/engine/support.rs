//! An engine on databases of its own, and short ways to talk to it.

use howdah_engine::{Engine, EngineOptions, GraphqlRequest, Patience, SourceDefaults};
use howdah_error::Error;
use howdah_ir::Session;
use howdah_metadata::{ConnectionInfo, SourceConfiguration, UrlConfig};
use howdah_postgres::SourceSettings;
use howdah_schema::model::SchemaOptions;
use howdah_test_postgres::{TestDatabase, database};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

/// An engine whose metadata and source `default` are in one database.
pub struct World {
    pub database: TestDatabase,
    pub engine: Arc<Engine>,
}

pub fn options(database: &TestDatabase) -> EngineOptions {
    EngineOptions {
        live: howdah_engine::LiveOptions::default(),
        webhooks: howdah_engine::WebhookOptions::default(),
        metadata_database: SourceSettings::new(database.url()),
        default_source: Some(SourceConfiguration {
            connection_info: ConnectionInfo {
                database_url: UrlConfig::Value(database.url().to_owned()),
                ..ConnectionInfo::default()
            },
            ..SourceConfiguration::default()
        }),
        sources: SourceDefaults::default(),
        schema: SchemaOptions::default(),
        checks_pass_on_null: false,
        validate_native_queries: true,
        maintenance_mode: false,
        patience: Patience::default(),
        sync_interval: Some(Duration::from_millis(50)),
    }
}

pub async fn world() -> World {
    let database = database().await;
    let engine = Engine::start(options(&database)).await.unwrap();
    World { database, engine }
}

/// Authors with articles, tracked, with relationships both ways.
pub async fn library() -> World {
    let world = world().await;
    world.sql(LIBRARY).await;
    for table in ["author", "article"] {
        world.done("pg_track_table", json!({"table": table})).await;
    }
    world
        .done(
            "pg_create_object_relationship",
            json!({"table": "article", "name": "author",
                   "using": {"foreign_key_constraint_on": "author_id"}}),
        )
        .await;
    world
        .done(
            "pg_create_array_relationship",
            json!({"table": "author", "name": "articles",
                   "using": {"foreign_key_constraint_on": {"table": "article", "column": "author_id"}}}),
        )
        .await;
    world
}

const LIBRARY: &str = "create table author (id int primary key, name text not null);
    create table article (id int primary key, title text, author_id int not null references author);
    insert into author values (1, 'Ann'), (2, 'Bob');
    insert into article values (1, 'One', 1), (2, 'Two', 1), (3, 'Three', 2);";

impl World {
    /// A command that must go well.
    pub async fn done(&self, kind: &str, args: Value) -> Value {
        self.command(kind, args)
            .await
            .unwrap_or_else(|error| panic!("{kind}: {error:?}"))
    }

    /// A command that must be refused.
    pub async fn refused(&self, kind: &str, args: Value) -> Error {
        match self.command(kind, args).await {
            Err(error) => error,
            Ok(answer) => panic!("{kind} answered {answer}"),
        }
    }

    pub async fn command(&self, kind: &str, args: Value) -> Result<Value, Error> {
        let body = json!({"type": kind, "args": args});
        let answer = self.engine.metadata(body, &Session::admin()).await?;
        Ok(serde_json::from_slice(&answer).unwrap())
    }

    /// SQL that must go well.
    pub async fn sql(&self, sql: &str) -> Value {
        self.run_sql(json!({"sql": sql}))
            .await
            .unwrap_or_else(|error| panic!("{error:?}"))
    }

    pub async fn run_sql(&self, args: Value) -> Result<Value, Error> {
        let body = json!({"type": "run_sql", "args": args});
        let answer = self.engine.query_v2(body, &Session::admin()).await?;
        Ok(serde_json::from_slice(&answer).unwrap())
    }

    /// The data of a query by an administrator.
    pub async fn ask(&self, query: &str) -> Value {
        self.ask_as(&Session::admin(), query)
            .await
            .unwrap_or_else(|error| panic!("{error:?}"))
    }

    pub async fn ask_as(&self, session: &Session, query: &str) -> Result<Value, Error> {
        let request = GraphqlRequest {
            query: query.to_owned(),
            ..GraphqlRequest::default()
        };
        let answer = self.engine.graphql(&request, session, false).await?;
        let mut body: Value = serde_json::from_slice(&answer.body().await.unwrap()).unwrap();
        Ok(body["data"].take())
    }

    pub async fn metadata(&self) -> Value {
        self.done("export_metadata", json!({})).await
    }

    /// The version of the metadata.
    pub async fn version(&self) -> i64 {
        let body = json!({"type": "export_metadata", "version": 2, "args": {}});
        let answer = self.engine.metadata(body, &Session::admin()).await;
        let answer: Value = serde_json::from_slice(&answer.unwrap()).unwrap();
        answer["resource_version"].as_i64().unwrap()
    }

    /// The table of the source `default` in the metadata.
    pub async fn table(&self, name: &str) -> Value {
        let metadata = self.metadata().await;
        let tables = metadata["sources"][0]["tables"].as_array().unwrap();
        let found = tables.iter().find(|table| table["table"]["name"] == name);
        found
            .cloned()
            .unwrap_or_else(|| panic!("no {name} in {metadata}"))
    }
}

pub fn user(id: u32) -> Session {
    Session::new("user", [("X-Hasura-User-Id".to_owned(), id.to_string())])
}
