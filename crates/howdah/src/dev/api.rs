//! The engine within this process, asked as an administrator.

use bytes::Bytes;
use howdah_cli::{Api, ApiResult};
use howdah_engine::Engine;
use howdah_error::{Error, Result};
use howdah_ir::Session;
use serde_json::Value;
use std::sync::Arc;

/// An engine that nobody else can reach yet.
pub struct InProcess(pub Arc<Engine>);

impl Api for InProcess {
    async fn metadata(&self, body: Value) -> ApiResult<Value> {
        Ok(read(&self.0.metadata(body, &Session::admin()).await?)?)
    }

    async fn query(&self, body: Value) -> ApiResult<Value> {
        Ok(read(&self.0.query_v2(body, &Session::admin()).await?)?)
    }
}

fn read(answer: &Bytes) -> Result<Value> {
    serde_json::from_slice(answer).map_err(|fault| Error::unexpected(fault.to_string()))
}
