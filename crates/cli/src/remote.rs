//! What commands ask of a server, each question in one place. Only operations that version 2 of
//! the engine has: a test holds all of them against its list.

use crate::api::{Api, ApiResult};
use howdah_metadata::Metadata;
use howdah_project::MigrationState;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// A source that a server knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteSource {
    /// Its name.
    pub name: String,
    /// Its kind: `postgres`, `mssql` …
    pub kind: String,
}

impl RemoteSource {
    /// Whether its SQL runs on PostgreSQL itself.
    pub fn is_postgres(&self) -> bool {
        matches!(self.kind.as_str(), "postgres" | "citus" | "alloy")
    }
}

/// How SQL is run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RunSql {
    /// Statement after statement, each committed by itself.
    pub no_transaction: bool,
    /// Nothing may be changed.
    pub read_only: bool,
}

/// The metadata as the server gives it.
pub async fn export(api: &impl Api) -> ApiResult<Value> {
    let body = json!({"type": "export_metadata", "args": {}});
    api.metadata(body).await
}

/// The metadata, read.
pub async fn metadata(api: &impl Api) -> ApiResult<Metadata> {
    Ok(Metadata::from_any_version(
        export(api).await?,
        &Metadata::default(),
    )?)
}

/// The sources that a document names, in its order.
pub fn sources_in(document: &Value) -> Vec<RemoteSource> {
    let Some(sources) = document.get("sources").and_then(Value::as_array) else {
        // Documents of version 2 know one database only.
        return vec![RemoteSource {
            name: "default".into(),
            kind: "postgres".into(),
        }];
    };
    let text = |source: &Value, key: &str| source.get(key)?.as_str().map(str::to_owned);
    sources
        .iter()
        .filter_map(|source| {
            Some(RemoteSource {
                name: text(source, "name")?,
                kind: text(source, "kind").unwrap_or_else(|| "postgres".into()),
            })
        })
        .collect()
}

/// Replaces the metadata. With `lenient`, objects that do not fit are taken and marked.
pub async fn replace(api: &impl Api, metadata: &Metadata, lenient: bool) -> ApiResult<()> {
    let body = json!({
        "type": "replace_metadata",
        "version": 2,
        "args": {"allow_inconsistent_metadata": lenient, "metadata": metadata.to_export()},
    });
    api.metadata(body).await.map(drop)
}

/// Reads all databases and remote schemas again.
pub async fn reload(api: &impl Api, remote_schemas: bool, sources: bool) -> ApiResult<Value> {
    let args = json!({"reload_remote_schemas": remote_schemas, "reload_sources": sources});
    api.metadata(json!({"type": "reload_metadata", "args": args}))
        .await
}

/// The objects that do not fit the databases.
pub async fn inconsistent(api: &impl Api) -> ApiResult<Vec<Value>> {
    let body = json!({"type": "get_inconsistent_metadata", "args": {}});
    let mut answer = api.metadata(body).await?;
    match answer.get_mut("inconsistent_objects").map(Value::take) {
        Some(Value::Array(objects)) => Ok(objects),
        _ => Ok(Vec::new()),
    }
}

/// Removes the objects that do not fit.
pub async fn drop_inconsistent(api: &impl Api) -> ApiResult<()> {
    let body = json!({"type": "drop_inconsistent_metadata", "args": {}});
    api.metadata(body).await.map(drop)
}

/// Removes all metadata.
pub async fn clear(api: &impl Api) -> ApiResult<()> {
    let body = json!({"type": "clear_metadata", "args": {}});
    api.metadata(body).await.map(drop)
}

/// What the catalogue keeps for this tool.
#[derive(Debug, Clone, PartialEq)]
pub struct Catalog {
    /// The UUID of the metadata database.
    pub id: String,
    /// Which migrations are applied.
    pub state: MigrationState,
}

/// What the catalogue keeps.
pub async fn catalog(api: &impl Api) -> ApiResult<Catalog> {
    let body = json!({"type": "get_catalog_state", "args": {}});
    let answer = api.metadata(body).await?;
    let id = answer.get("id").and_then(Value::as_str);
    let state = answer.get("cli_state").unwrap_or(&Value::Null);
    Ok(Catalog {
        id: id.unwrap_or_default().to_owned(),
        state: MigrationState::from_value(state),
    })
}

/// Which migrations are applied.
pub async fn state(api: &impl Api) -> ApiResult<MigrationState> {
    catalog(api).await.map(|catalog| catalog.state)
}

/// Keeps which migrations are applied.
pub async fn store_state(api: &impl Api, state: &MigrationState) -> ApiResult<()> {
    let args = json!({"type": "cli", "state": state.to_value()});
    api.metadata(json!({"type": "set_catalog_state", "args": args}))
        .await
        .map(drop)
}

/// Runs statements on a source.
pub async fn run_sql(
    api: &impl Api,
    source: &RemoteSource,
    sql: &str,
    how: RunSql,
) -> ApiResult<Value> {
    let mut args = json!({
        "source": source.name,
        "sql": sql,
        "cascade": false,
        "check_metadata_consistency": false,
    });
    if source.is_postgres() || source.kind == "cockroach" {
        args["read_only"] = how.read_only.into();
        if how.no_transaction {
            args["no_transaction"] = true.into();
        }
    }
    let command = match source.kind.as_str() {
        "postgres" | "alloy" => "run_sql".to_owned(),
        kind => format!("{kind}_run_sql"),
    };
    api.query(json!({"type": command, "args": args})).await
}

/// The versions that older projects kept in a table of their own.
pub async fn old_state(api: &impl Api, source: &RemoteSource) -> ApiResult<BTreeSet<u64>> {
    const SQL: &str = "select version from hdb_catalog.schema_migrations where not dirty";
    let how = RunSql {
        read_only: true,
        ..RunSql::default()
    };
    let answer = run_sql(api, source, SQL, how).await?;
    let rows = answer.get("result").and_then(Value::as_array);
    let versions = rows.into_iter().flatten().skip(1);
    Ok(versions
        .filter_map(|row| row.get(0)?.as_str()?.parse().ok())
        .collect())
}
