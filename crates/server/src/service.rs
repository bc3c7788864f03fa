//! The engine as HTTP sees it: the narrow trait that [`crate::http`] calls. Whoever
//! implements it knows nothing of headers, statuses or compression.

use crate::subscription::{Subscriber, Subscription};
use async_trait::async_trait;
use bytes::Bytes;
use futures_util::TryStreamExt;
use futures_util::stream::BoxStream;
use howdah_error::Error;
use howdah_error::envelope::Internals;
use howdah_ir::Session;
use http::HeaderMap;
use serde_json::{Map, Value};
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use tokio::sync::watch;

/// One GraphQL operation as it was posted.
#[derive(Debug, Clone, PartialEq)]
pub struct GraphqlRequest {
    /// The document.
    pub query: String,
    /// The values of variables; numbers keep their text.
    pub variables: Option<Map<String, Value>>,
    /// Which operation of the document.
    pub operation_name: Option<String>,
}

/// What is known of a request besides its body.
#[derive(Debug, Clone)]
pub struct RequestContext {
    /// Taken from `x-request-id` or generated.
    pub request_id: Arc<str>,
    /// The client's headers, for what is forwarded.
    pub headers: Arc<HeaderMap>,
    /// The client's address, as proxies report it.
    pub client: IpAddr,
    /// Whether errors to this client show internals.
    pub internals: Internals,
    /// Whether [`GraphqlAnswer::observations`] will be logged and are worth making.
    pub observe: bool,
}

/// What one part of an operation did, for `query-log`.
#[derive(Debug, Clone)]
pub struct Observation {
    /// `database`, `introspection`, `action`, `remote-schema` or `cached`.
    pub kind: &'static str,
    /// `{"query": SQL, "prepared_arguments": […]}` by root field, if there is SQL.
    pub generated_sql: Option<Value>,
}

/// The rest of a long answer: pieces, or the error that ends it too early.
pub type AnswerRest = BoxStream<'static, Result<Bytes, Error>>;

/// The answer to a GraphQL operation.
#[derive(Default)]
pub struct GraphqlAnswer {
    /// The body (`{"data":…}`) in pieces, or the beginning of a long one.
    pub chunks: Vec<Bytes>,
    /// What follows, where that is still being made. It is made no faster than it is taken.
    pub rest: Option<AnswerRest>,
    /// Headers to add.
    pub headers: HeaderMap,
    /// What was done.
    pub observations: Vec<Observation>,
}

impl GraphqlAnswer {
    /// An answer in one piece.
    pub fn whole(body: impl Into<Bytes>) -> Self {
        GraphqlAnswer {
            chunks: vec![body.into()],
            ..Self::default()
        }
    }

    /// The answer with all of its body in `chunks`.
    ///
    /// # Errors
    /// What failed after the beginning.
    pub async fn gathered(mut self) -> Result<Self, Error> {
        if let Some(mut rest) = self.rest.take() {
            while let Some(piece) = rest.try_next().await? {
                self.chunks.push(piece);
            }
        }
        Ok(self)
    }
}

impl fmt::Debug for GraphqlAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GraphqlAnswer")
            .field("chunks", &self.chunks)
            .field("rest", &self.rest.is_some())
            .field("headers", &self.headers)
            .field("observations", &self.observations)
            .finish()
    }
}

/// A JSON body ready to be written.
pub type JsonAnswer = Bytes;

/// What the engine knows of its health.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Health {
    /// The metadata database answers.
    pub metadata_db_ok: bool,
    /// No object of the metadata is inconsistent.
    pub consistent: bool,
}

/// The engine. Futures may be dropped at any time: the client is gone then.
#[async_trait]
pub trait Service: Send + Sync + 'static {
    /// Runs a GraphQL operation.
    async fn graphql(
        &self,
        request: GraphqlRequest,
        session: &Session,
        context: &RequestContext,
    ) -> Result<GraphqlAnswer, Error>;

    /// `POST /v1/metadata`.
    async fn metadata(
        &self,
        body: Value,
        session: &Session,
        context: &RequestContext,
    ) -> Result<JsonAnswer, Error>;

    /// `POST /v1/query`.
    async fn query_v1(
        &self,
        body: Value,
        session: &Session,
        context: &RequestContext,
    ) -> Result<JsonAnswer, Error>;

    /// `POST /v2/query`.
    async fn query_v2(
        &self,
        body: Value,
        session: &Session,
        context: &RequestContext,
    ) -> Result<JsonAnswer, Error>;

    /// `POST /v1/graphql/explain`; the caller has made sure of an administrator.
    async fn explain(
        &self,
        body: Value,
        session: &Session,
        context: &RequestContext,
    ) -> Result<JsonAnswer, Error>;

    /// `POST /v1alpha1/pg_dump`, answered with plain text; the caller has made sure of an
    /// administrator.
    async fn pg_dump(
        &self,
        body: Value,
        session: &Session,
        context: &RequestContext,
    ) -> Result<Bytes, Error> {
        let _ = (body, session, context);
        Err(Error::not_supported("pg_dump is not served"))
    }

    /// Asks the metadata database and looks at the metadata.
    async fn health(&self) -> Health;

    /// Starts a subscription. What does not fit the schema or the database is an error here,
    /// not an event later.
    async fn subscribe(
        &self,
        request: GraphqlRequest,
        subscriber: Subscriber,
        context: &RequestContext,
    ) -> Result<Subscription, Error> {
        let _ = (request, subscriber, context);
        Err(Error::not_supported("subscriptions are not served yet"))
    }

    /// What is subscribed to, for `GET /dev/subscriptions`; `extended` asks for all there is.
    async fn subscriptions(&self, extended: bool) -> Result<JsonAnswer, Error> {
        let _ = extended;
        Err(Error::not_supported("subscriptions are not listed"))
    }

    /// Counts changes of the metadata, after which open websockets may show what is no longer
    /// so; `None` if there are never any.
    fn metadata_changes(&self) -> Option<watch::Receiver<u64>> {
        None
    }
}
