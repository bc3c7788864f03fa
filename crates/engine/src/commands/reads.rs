//! Commands that only look.

use super::{answer, success};
use crate::engine::Engine;
use crate::state::{State, inconsistencies_json};
use bytes::Bytes;
use howdah_error::{Code, Error, Result};
use howdah_metadata::commands::{CatalogStateKind, Command, SetCatalogState};
use howdah_metadata::{Metadata, SourceKind};
use howdah_postgres::hdb_catalog::StateOwner;
use serde_json::{Value, json};

impl Engine {
    /// Runs a command that looks at a state (or keeps a note that is no metadata); paths of errors
    /// are relative to its arguments.
    pub(super) async fn read(&self, state: &State, command: &Command) -> Result<Bytes> {
        Ok(match command {
            Command::ExportMetadata(version) => answer(&export(state, *version)),
            Command::GetInconsistentMetadata => answer(&consistency(state)),
            Command::ListSourceKinds => answer(&source_kinds()),
            Command::GetSourceKindCapabilities(args) => return Err(no_capabilities(&args.name)),
            Command::GetSourceTables(args) => answer(&state.source_tables(&args.source)?),
            Command::GetTableInfo(args) => answer(&state.table_info(&args.source, &args.table)?),
            Command::GetNativeQueries(args) => {
                answer(&listed(state, &args.source, "native_queries")?)
            }
            Command::GetLogicalModels(args) => {
                answer(&listed(state, &args.source, "logical_models")?)
            }
            Command::SuggestRelationships(args) => answer(&state.suggest_relationships(args)?),
            Command::GetCatalogState => answer(&self.store.catalog_state().await?.to_json()),
            Command::SetCatalogState(args) => {
                self.set_catalog_state(args).await?;
                success()
            }
            Command::DumpInternalState => answer(&dump(state)),
            Command::ExplainPermission(args) => {
                answer(&self.explain_permission(state, args).await?)
            }
            _ => return Err(Error::unexpected("a command that nobody knows how to run")),
        })
    }

    async fn set_catalog_state(&self, args: &SetCatalogState) -> Result<()> {
        let owner = match args.kind {
            CatalogStateKind::Cli => StateOwner::Cli,
            CatalogStateKind::Console => StateOwner::Console,
        };
        self.store.set_catalog_state(owner, &args.state).await
    }
}

fn export(state: &State, version: u64) -> Value {
    let metadata: &Metadata = state.metadata();
    let document = metadata.to_export();
    if version < 2 {
        return document;
    }
    json!({
        "resource_version": state.snapshot.resource_version,
        "metadata": document,
    })
}

/// A list of objects of a source, as exports have it.
fn listed(state: &State, source: &str, key: &str) -> Result<Value> {
    if state.metadata().source(source).is_none() {
        return Err(Error::new(
            Code::NotFound,
            format!("Source '{source}' of kind postgres not found."),
        )
        .with_status(400));
    }
    let mut document = state.metadata().to_export();
    let sources = document["sources"].as_array_mut().map(std::mem::take);
    let found = sources
        .unwrap_or_default()
        .into_iter()
        .find(|entry| entry["name"] == *source);
    Ok(found
        .and_then(|mut entry| entry.get_mut(key).map(Value::take))
        .unwrap_or_else(|| json!([])))
}

/// `{is_consistent, inconsistent_objects}`
pub(super) fn consistency(state: &State) -> Value {
    let found = &state.snapshot.inconsistencies;
    json!({
        "is_consistent": found.is_empty(),
        "inconsistent_objects": inconsistencies_json(found),
    })
}

fn source_kinds() -> Value {
    // By the prefixes of their commands, as clients look for them.
    let kinds: Vec<Value> = ["pg", "citus", "cockroach"]
        .into_iter()
        .map(|kind| {
            json!({
                "available": true,
                "builtin": true,
                "display_name": kind,
                "kind": kind,
            })
        })
        .collect();
    json!({"sources": kinds})
}

/// Only data connectors tell what they can do, and there are none.
fn no_capabilities(kind: &str) -> Error {
    let built_in = SourceKind::from_name(kind).is_some() || OTHER_BUILT_IN.contains(&kind);
    let text = match built_in {
        true => format!("{kind} does not support Capabilities"),
        false => format!("Source Kind {kind} was not found"),
    };
    Error::new(Code::DataConnectorError, text)
}

/// Kinds of sources that the format knows and that are not served.
const OTHER_BUILT_IN: [&str; 2] = ["mssql", "bigquery"];

/// What a person who looks for a fault may want to know.
fn dump(state: &State) -> Value {
    let snapshot = &state.snapshot;
    let sources: Vec<Value> = snapshot
        .sources
        .iter()
        .map(|source| {
            json!({
                "name": &*source.name,
                "kind": source.kind.as_str(),
                "server_version": source.catalog.server_version,
                "tables": source.tables.values().map(|table| &*table.name).collect::<Vec<_>>(),
                "functions":
                    source.functions.iter().map(|function| &*function.name).collect::<Vec<_>>(),
            })
        })
        .collect();
    json!({
        "generation": snapshot.generation,
        "resource_version": snapshot.resource_version,
        "roles": snapshot.roles.iter().map(|role| &**role).collect::<Vec<_>>(),
        "sources": sources,
        "inconsistent_objects": inconsistencies_json(&snapshot.inconsistencies),
    })
}
