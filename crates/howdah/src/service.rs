//! The engine as HTTP wants it.

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream::{Stream, StreamExt};
use howdah_engine::Engine;
use howdah_engine::{LiveEvent, Sink, SubscriptionHandle, SubscriptionKind};
use howdah_error::Error;
use howdah_ir::Session;
use howdah_server::Service;
use howdah_server::service::{
    GraphqlAnswer, GraphqlRequest, Health, JsonAnswer, Observation, RequestContext,
};
use howdah_server::subscription::{self, Event, Kind, Receiver, Sender, Subscriber, Subscription};
use serde_json::Value;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::sync::watch;

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
            rest: answer.rest,
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

    async fn subscribe(
        &self,
        request: GraphqlRequest,
        subscriber: Subscriber,
        _: &RequestContext,
    ) -> Result<Subscription, Error> {
        let request = howdah_engine::GraphqlRequest {
            query: request.query,
            variables: request.variables.unwrap_or_default(),
            operation_name: request.operation_name,
        };
        let mut receiver = None;
        let handle = self.0.subscribe(request, subscriber.session, |kind| {
            let (sender, results) = subscription::mailbox(match kind {
                SubscriptionKind::Live => Kind::Live,
                SubscriptionKind::Stream => Kind::Stream,
            });
            receiver = Some(results);
            Arc::new(Mailbox(sender))
        });
        let handle = handle.await?;
        let Some(results) = receiver else {
            return Err(Error::unexpected("the subscription has no results"));
        };
        let kind = results.kind();
        Ok(Subscription::new(
            kind,
            Held {
                results,
                _subscription: handle,
            },
        ))
    }

    fn metadata_changes(&self) -> Option<watch::Receiver<u64>> {
        Some(self.0.metadata_changes())
    }

    async fn subscriptions(&self, extended: bool) -> Result<JsonAnswer, Error> {
        Ok(self.0.subscriptions(extended).to_string().into())
    }
}

/// Results of a subscription that lives as long as somebody holds them.
struct Held {
    results: Receiver,
    _subscription: SubscriptionHandle,
}

impl Stream for Held {
    type Item = Event;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Event>> {
        self.results.poll_next_unpin(context)
    }
}

/// Hands the results of a subscription to its socket.
struct Mailbox(Sender);

impl Sink for Mailbox {
    fn send(&self, event: LiveEvent) {
        self.0.send(match event {
            LiveEvent::Data(answer) => Event::Data(answer),
            LiveEvent::Error(error) => Event::Error(error),
            LiveEvent::Complete => Event::Complete,
        });
    }
}
