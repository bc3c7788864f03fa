//! An independent implementation of the GraphQL standard, asked whether a role's schema is valid
//! and whether a request fits it.

use crate::ask::Ask;
use crate::sdl;
use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Schema};
use howdah_ir::Session;
use howdah_schema::lower::RootValue;
use howdah_schema::model::Snapshot;
use serde_json::{Value, json};
use std::sync::Arc;

/// Knows a role's schema.
pub struct Oracle {
    schema: Result<Valid<Schema>, String>,
}

impl Oracle {
    /// Reads the schema that introspection shows to a role.
    ///
    /// # Panics
    /// When the engine does not answer.
    pub fn of(snapshot: &Snapshot, role: &Arc<str>) -> Oracle {
        let text = sdl::print(&introspect(snapshot, role));
        let schema = Schema::parse_and_validate(&text, "schema.graphql").map_err(|e| {
            format!(
                "the schema of role {role:?} is not valid:\n{}\n{text}",
                e.errors
            )
        });
        Oracle { schema }
    }

    /// Whether the schema is valid.
    ///
    /// # Errors
    /// Why it is not.
    pub fn schema(&self) -> Result<(), String> {
        self.schema.as_ref().map(drop).map_err(String::clone)
    }

    /// Whether the schema is valid and a document fits it.
    ///
    /// # Errors
    /// Why not.
    pub fn judge(&self, query: &str) -> Result<(), String> {
        let schema = self.schema.as_ref().map_err(String::clone)?;
        ExecutableDocument::parse_and_validate(schema, query, "request.graphql")
            .map(drop)
            .map_err(|e| e.errors.to_string())
    }
}

/// The data that a role gets for [`sdl::INTROSPECTION`].
///
/// # Panics
/// When the engine does not answer.
pub fn introspect(snapshot: &Snapshot, role: &Arc<str>) -> Value {
    let ask = Ask::of(Session::new(role.clone(), []), sdl::INTROSPECTION);
    let lowered = ask.lower(snapshot).unwrap_or_else(|e| panic!("{e}"));
    let [field] = lowered.fields.as_slice() else {
        panic!("one field was asked for")
    };
    let RootValue::Json(text) = &field.value else {
        panic!("introspection is answered at once")
    };
    json!({ "__schema": serde_json::from_str::<Value>(text).unwrap() })
}
