//! The engine as HTTP wants it.

use async_trait::async_trait;
use bytes::Bytes;
use howdah_engine::Engine;
use howdah_error::Error;
use howdah_ir::Session;
use howdah_server::Service;
use howdah_server::service::{
    GraphqlAnswer, GraphqlRequest, Health, JsonAnswer, Observation, RequestContext,
};
use serde_json::Value;
use std::sync::Arc;

/// An engine that is asked over HTTP.
#[derive(Debug, Clone)]
pub struct EngineService(pub Arc<Engine>);

#[async_trait]
impl Service for EngineService {
    async fn graphql(
        &self,
        request: GraphqlRequest,
        session: &Session,
        context: &RequestContext,
    ) -> Result<GraphqlAnswer, Error> {
        let request = howdah_engine::GraphqlRequest {
            query: request.query,
            variables: request.variables.unwrap_or_default(),
            operation_name: request.operation_name,
        };
        let answer = self.0.graphql(&request, session, context.observe).await?;
        let observations = answer.observations.into_iter().map(|seen| Observation {
            kind: seen.kind,
            generated_sql: seen.generated_sql,
        });
        Ok(GraphqlAnswer {
            chunks: answer.chunks,
            observations: observations.collect(),
            ..GraphqlAnswer::default()
        })
    }

    async fn metadata(
        &self,
        body: Value,
        session: &Session,
        _: &RequestContext,
    ) -> Result<JsonAnswer, Error> {
        self.0.metadata(body, session).await
    }

    async fn query_v1(
        &self,
        body: Value,
        session: &Session,
        _: &RequestContext,
    ) -> Result<JsonAnswer, Error> {
        self.0.query_v1(body, session).await
    }

    async fn query_v2(
        &self,
        body: Value,
        session: &Session,
        _: &RequestContext,
    ) -> Result<JsonAnswer, Error> {
        self.0.query_v2(body, session).await
    }

    async fn explain(
        &self,
        body: Value,
        _: &Session,
        _: &RequestContext,
    ) -> Result<JsonAnswer, Error> {
        self.0.explain(body).await
    }

    async fn pg_dump(&self, body: Value, _: &Session, _: &RequestContext) -> Result<Bytes, Error> {
        self.0.pg_dump(body).await
    }

    async fn health(&self) -> Health {
        let health = self.0.health().await;
        Health {
            metadata_db_ok: health.metadata_db_ok,
            consistent: health.consistent,
        }
    }
}
