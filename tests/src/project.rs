//! A throwaway database with metadata resolved against it: what a server would hold.

use howdah_engine::{Engine, EngineOptions, SourceDefaults};
use howdah_ir::Session;
use howdah_metadata::{Metadata, Source};
use howdah_postgres::introspection;
use howdah_postgres::{Pool, SourceSettings};
use howdah_schema::model::{SchemaOptions, Snapshot};
use howdah_schema::resolve::{Database, Databases, EnumColumns, ResolveInput, resolve};
use howdah_test_postgres::TestDatabase;
use serde_json::{Map, Value, json};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Name of the only source.
pub const SOURCE: &str = "default";

/// A database, and metadata on it.
pub struct Project {
    /// Where requests are run.
    pub pool: Pool,
    metadata: Arc<Metadata>,
    databases: Databases,
    document: Value,
    // Dropped last: it drops the database.
    database: Option<Arc<TestDatabase>>,
}

impl Project {
    /// Creates a database, runs `schema_sql` and reads the result.
    ///
    /// `tracked` is what a source's part of a metadata document holds (`tables`, `functions`,
    /// `customization`), and `inherited_roles` beside it.
    pub async fn create(schema_sql: &str, tracked: Value) -> Project {
        let database = Arc::new(howdah_test_postgres::database().await);
        database.run(schema_sql).await;
        let pool = pool(&database);
        let mut project = Project::read(&pool, tracked).await;
        project.database = Some(database);
        project
    }

    /// Reads the database behind `pool` as it is now.
    pub async fn read(pool: &Pool, tracked: Value) -> Project {
        let document = document(tracked);
        let metadata = Arc::new(Metadata::from_document(document.clone()).unwrap());
        let source = metadata.sources.first().unwrap();
        let database = read_database(pool, source).await;
        Project {
            pool: pool.clone(),
            databases: HashMap::from([(SOURCE.to_owned(), Ok(database))]),
            metadata,
            document,
            database: None,
        }
    }

    /// The address of the database, where this project made it.
    ///
    /// # Panics
    /// When the project only reads a database of somebody else.
    pub fn url(&self) -> &str {
        self.database
            .as_ref()
            .expect("a project with a database")
            .url()
    }

    /// The metadata, on the database at `url`.
    fn document_at(&self, url: &str) -> Value {
        let mut document = self.document.clone();
        document["sources"][0]["configuration"] = json!({"connection_info": {
            "database_url": url, "pool_settings": {"max_connections": 2}}});
        document
    }

    /// The same database with other metadata. Its catalogue is not read again.
    #[must_use]
    pub fn with_metadata(&self, tracked: Value) -> Project {
        let document = document(tracked);
        Project {
            pool: self.pool.clone(),
            databases: self.databases.clone(),
            metadata: Arc::new(Metadata::from_document(document.clone()).unwrap()),
            document,
            database: self.database.clone(),
        }
    }

    /// What requests are answered from.
    ///
    /// # Panics
    /// When some metadata does not fit the database.
    pub fn snapshot(&self, options: SchemaOptions) -> Snapshot {
        let snapshot = self.snapshot_with_faults(options);
        assert!(
            snapshot.inconsistencies.is_empty(),
            "the metadata does not fit: {:#?}",
            snapshot.inconsistencies
        );
        snapshot
    }

    /// As [`Project::snapshot`], whatever does not fit.
    pub fn snapshot_with_faults(&self, options: SchemaOptions) -> Snapshot {
        resolve(ResolveInput {
            generation: 1,
            resource_version: 1,
            metadata: self.metadata.clone(),
            options,
            databases: &self.databases,
            before: None,
        })
    }
}

/// An engine that serves the project's metadata on the database at `url`, where it keeps them.
///
/// # Panics
/// When it does not start, or takes the metadata to be inconsistent.
pub async fn engine(project: &Project, url: &str, schema: SchemaOptions) -> Arc<Engine> {
    let engine = start(url, schema).await;
    replace(&engine, project, url).await;
    engine
}

/// As [`engine`], though some of the metadata be inconsistent.
///
/// # Panics
/// When it does not start.
pub async fn engine_with_faults(
    project: &Project,
    url: &str,
    schema: SchemaOptions,
) -> Arc<Engine> {
    let engine = start(url, schema).await;
    let args = json!({"allow_inconsistent_metadata": true, "metadata": project.document_at(url)});
    let command = json!({"type": "replace_metadata", "version": 2, "args": args});
    engine.metadata(command, &Session::admin()).await.unwrap();
    engine
}

async fn start(url: &str, schema: SchemaOptions) -> Arc<Engine> {
    let options = EngineOptions {
        validate_native_queries: true,
        live: howdah_engine::LiveOptions::default(),
        webhooks: howdah_engine::WebhookOptions::default(),
        metadata_database: SourceSettings::new(url),
        default_source: None,
        sources: SourceDefaults::default(),
        schema,
        checks_pass_on_null: false,
        maintenance_mode: false,
        patience: howdah_engine::Patience::default(),
        sync_interval: None,
    };
    Engine::start(options).await.unwrap()
}

/// Puts a project's metadata, on the database at `url`, in the place of what an engine has.
///
/// # Panics
/// When it takes the metadata to be inconsistent.
pub async fn replace(engine: &Arc<Engine>, project: &Project, url: &str) {
    let command = json!({"type": "replace_metadata", "args": project.document_at(url)});
    let told = engine.metadata(command, &Session::admin()).await.unwrap();
    assert_eq!(
        &told[..],
        br#"{"message":"success"}"#,
        "{}",
        String::from_utf8_lossy(&told)
    );
}

/// A small pool on a test database.
pub fn pool(database: &TestDatabase) -> Pool {
    let mut settings = SourceSettings::new(database.url());
    settings.pool.max_connections = 4;
    Pool::new(settings).unwrap()
}

/// A whole document around the part of a source.
fn document(tracked: Value) -> Value {
    let Value::Object(mut source) = tracked else {
        panic!("the metadata of a test is an object, not {tracked}");
    };
    let inherited = source.shift_remove("inherited_roles").unwrap_or(json!([]));
    let inherited = with_known_parents(inherited, &source);
    source.insert("name".into(), SOURCE.into());
    source.insert("kind".into(), "postgres".into());
    source.entry("tables").or_insert(json!([]));
    source.insert(
        "configuration".into(),
        json!({"connection_info": {"database_url": "postgres://of.the.test/"}}),
    );
    json!({
        "version": 3,
        "sources": [source],
        "inherited_roles": inherited,
    })
}

/// Inherited roles without the parents that nothing gives a right to: those add nothing, but a document
/// may not name them.
fn with_known_parents(inherited: Value, source: &Map<String, Value>) -> Value {
    let tables = source.get("tables").and_then(Value::as_array);
    let permissions = tables
        .into_iter()
        .flatten()
        .filter_map(Value::as_object)
        .flatten()
        .filter(|(name, _)| name.ends_with("_permissions"));
    let mut known: HashSet<String> = permissions
        .filter_map(|(_, list)| list.as_array())
        .flatten()
        .filter_map(|permission| permission["role"].as_str())
        .map(str::to_owned)
        .collect();
    let Value::Array(mut roles) = inherited else {
        return inherited;
    };
    let parents = |role: &Value| -> Vec<String> {
        let parents = role["role_set"].as_array().into_iter().flatten();
        let names = parents.filter_map(Value::as_str);
        names.map(str::to_owned).collect()
    };
    let name = |role: &Value| role["role_name"].as_str().unwrap_or_default().to_owned();
    loop {
        let before = known.len();
        for role in &roles {
            if parents(role).iter().any(|parent| known.contains(parent)) {
                known.insert(name(role));
            }
        }
        if known.len() == before {
            break;
        }
    }
    roles.retain_mut(|role| {
        let mut kept = parents(role);
        kept.retain(|parent| known.contains(parent));
        role["role_set"] = json!(kept);
        !kept.is_empty()
    });
    roles.into()
}

async fn read_database(pool: &Pool, source: &Source) -> Database {
    let connection = pool.get().await.unwrap();
    let client = connection.client().unwrap();
    let catalog = introspection::introspect(client).await.unwrap();
    let mut enum_values = HashMap::new();
    for table in source.tables.iter().filter(|t| t.is_enum) {
        let name = &table.table;
        let columns = catalog
            .table_named(&name.schema, &name.name)
            .map(|id| EnumColumns::find(&catalog, id));
        let Some(Ok(columns)) = columns else { continue };
        let values = introspection::enum_values(
            client,
            &name.schema,
            &name.name,
            &columns.value,
            columns.comment.as_deref(),
        )
        .await
        .map(|rows| {
            rows.into_iter()
                .map(|(value, comment)| (value.into(), comment.map(Into::into)))
                .collect()
        });
        enum_values.insert(name.clone(), values);
    }
    Database {
        native_queries: Arc::default(),
        catalog: Arc::new(catalog),
        enum_values: Arc::new(enum_values),
        unreachable: None,
    }
}
