//! `POST /v1alpha1/pg_dump` (M4): PostgreSQL's own dump of a source.

use crate::engine::Engine;
use bytes::Bytes;
use howdah_error::Result;
use howdah_metadata::DEFAULT_SOURCE;
use howdah_postgres::pg_dump::{cleaning, pg_dump};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct Dump {
    opts: Vec<String>,
    #[serde(default)]
    clean_output: bool,
    #[serde(default)]
    source: Option<String>,
}

impl Engine {
    /// The dump of a source's database as text; the body holds `opts`, options of the program,
    /// `clean_output` and `source`.
    ///
    /// # Errors
    /// `not-exists` for an unknown source; what running the program says.
    pub async fn pg_dump(&self, body: Value) -> Result<Bytes> {
        let request: Dump = howdah_metadata::parse_object(body)?;
        let state = self.state.load_full();
        let source = request.source.as_deref().unwrap_or(DEFAULT_SOURCE);
        let settings = state.pool_named(source)?.settings().clone();
        let programs = self.builder.options().sources.programs.as_deref();
        let dump = pg_dump(&settings, &request.opts, programs).await?;
        Ok(match request.clean_output {
            true => cleaning::clean(&dump).into(),
            false => dump.into(),
        })
    }
}
