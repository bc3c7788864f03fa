//! What each endpoint does: who may, what is read, which call of the service answers.

use super::App;
use super::body::{self, Bounds};
use super::endpoint::{Endpoint, Envelope};
use super::exchange::transport_error;
use super::graphql_body::{self, Posted};
use super::record::{Mode, Record};
use super::reply::{Reply, SQL, TEXT, error_body};
use super::{chunks, config_api, console};
use crate::auth::Asked;
use crate::logs::{Level, LogType};
use crate::service::{GraphqlAnswer, GraphqlRequest, RequestContext, Service};
use crate::version::VERSION;
use bytes::Bytes;
use howdah_error::envelope::Internals;
use howdah_error::{Code, Error, Result};
use howdah_ir::Session;
use http::header::SET_COOKIE;
use http::{HeaderMap, StatusCode};
use http_body::Body;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Answers a request whose head was understood.
pub(super) async fn handle<S, B>(
    app: &App<S>,
    record: &mut Record,
    headers: &Arc<HeaderMap>,
    query: &str,
    body: B,
) -> Reply
where
    S: Service,
    B: Body<Data = Bytes> + Unpin,
{
    let endpoint = record.endpoint;
    let open = endpoint
        .api()
        .is_none_or(|api| app.config.http.apis.contains(&api));
    match endpoint {
        Endpoint::Console | Endpoint::Root if open && app.console.is_some() => {
            body::discard(body, app.config.http.stall_timeout).await;
            console::reply(app, record, headers)
        }
        Endpoint::Unknown | Endpoint::Console | Endpoint::Root => {
            let error = Error::new(Code::NotFound, "resource does not exist");
            record.error = Some(error);
            body::discard(body, app.config.http.stall_timeout).await;
            Reply::unknown_path()
        }
        _ if !open => {
            body::discard(body, app.config.http.stall_timeout).await;
            transport_off(record)
        }
        Endpoint::Health => health(app, record, query).await,
        Endpoint::Live => Reply::new(StatusCode::OK, TEXT, "OK"),
        Endpoint::Version => {
            Reply::json(json!({"version": VERSION, "server_type": "ce"}).to_string())
        }
        _ => guarded(app, record, headers, body).await,
    }
}

fn transport_off(record: &mut Record) -> Reply {
    let error = Error::new(Code::NotFound, "resource does not exist");
    let reply = Reply::error(&error, Envelope::Flat, Internals::Hide, false);
    record.error = Some(error);
    reply
}

async fn health<S: Service>(app: &App<S>, record: &mut Record, query: &str) -> Reply {
    let strict = query
        .split('&')
        .any(|pair| pair.eq_ignore_ascii_case("strict=true"));
    let health = app.service.health().await;
    let (status, text, code) = match (health.metadata_db_ok, health.consistent, strict) {
        (false, _, _) => (500, "ERROR", Some(Code::Unexpected)),
        (true, false, true) => (
            500,
            "ERROR: inconsistent objects in schema",
            Some(Code::InvalidConfiguration),
        ),
        (true, false, false) => (200, "WARN: inconsistent objects in schema", None),
        (true, true, _) => (200, "OK", None),
    };
    record.error = code.map(|code| Error::new(code, text).with_status(status));
    Reply::new(StatusCode::from_u16(status).unwrap_or_default(), TEXT, text)
}

/// Endpoints that need a session.
async fn guarded<S, B>(
    app: &App<S>,
    record: &mut Record,
    headers: &Arc<HeaderMap>,
    body: B,
) -> Reply
where
    S: Service,
    B: Body<Data = Bytes> + Unpin,
{
    let http = &app.config.http;
    let bounds = Bounds {
        max_bytes: http.max_body_bytes,
        stall_timeout: http.stall_timeout,
    };
    let mut body = Incoming::Unread(body);
    let mut posted = None;
    if record.endpoint.takes_graphql() && app.auth.wants_request(headers) {
        let bytes = match body.read(bounds).await {
            Ok(bytes) => bytes,
            Err(error) => return transport_error(record, error),
        };
        posted = graphql_body::as_sent(&bytes);
        body = Incoming::Read(bytes);
    }
    let asked = Asked {
        graphql: posted.as_ref(),
        spelling: &record.spelling,
    };
    let grant = match app.auth.authenticate(headers, asked).await {
        Ok(grant) => grant,
        Err(error) => {
            body.discard(http.stall_timeout).await;
            return refused(app, record, error, http.internals.for_client(false));
        }
    };
    let forwarded = crate::auth::headers::to_forward(headers);
    let session = Arc::new(grant.session.with_headers(forwarded));
    let context = RequestContext {
        request_id: Arc::clone(&record.request_id),
        headers: Arc::clone(headers),
        client: record.client,
        internals: http.internals.for_client(session.is_admin()),
        observe: app.logger.writes(Level::Info, LogType::Query),
    };
    record.session = Some(Arc::clone(&session));
    let bytes = match body.read(bounds).await {
        Ok(bytes) => bytes,
        Err(error) => return transport_error(record, error),
    };
    record.body_read = Some(Instant::now());
    let mut reply = match perform(app, record, bytes, &session, &context).await {
        Ok(reply) => reply,
        Err(error) => refused(app, record, error, context.internals),
    };
    for cookie in grant.cookies {
        reply.headers.append(SET_COOKIE, cookie);
    }
    reply
}

/// A body, before or after it is read.
enum Incoming<B> {
    Unread(B),
    Read(Bytes),
}

impl<B: Body<Data = Bytes> + Unpin> Incoming<B> {
    async fn read(self, bounds: Bounds) -> Result<Bytes> {
        match self {
            Incoming::Unread(body) => body::read(body, bounds).await,
            Incoming::Read(bytes) => Ok(bytes),
        }
    }

    async fn discard(self, stall_timeout: Option<Duration>) {
        if let Incoming::Unread(body) = self {
            body::discard(body, stall_timeout).await;
        }
    }
}

fn refused<S>(app: &App<S>, record: &mut Record, error: Error, internals: Internals) -> Reply {
    let preserve_401 = app.config.http.preserve_401;
    let reply = Reply::error(&error, record.endpoint.envelope(), internals, preserve_401);
    record.error = Some(error);
    reply
}

async fn perform<S: Service>(
    app: &App<S>,
    record: &mut Record,
    bytes: Bytes,
    session: &Session,
    context: &RequestContext,
) -> Result<Reply> {
    match record.endpoint {
        Endpoint::Config => {
            only_admin(session)?;
            return Ok(Reply::json(config_api::body(&app.config).to_string()));
        }
        Endpoint::Subscriptions | Endpoint::SubscriptionsExtended => {
            only_admin(session)?;
            let extended = record.endpoint == Endpoint::SubscriptionsExtended;
            return Ok(Reply::json(app.service.subscriptions(extended).await?));
        }
        Endpoint::PersistedQuery => {
            return Err(Error::not_supported(
                "Automatic Persisted Queries is not enabled",
            ));
        }
        _ => {}
    }
    let body = body::json(&bytes)?;
    drop(bytes);
    record.note_body(&body, &app.logger, &app.config.logs);
    let service = &app.service;
    let answer = match record.endpoint {
        Endpoint::Graphql | Endpoint::LegacyGraphql => {
            return graphql(app, record, body, session, context).await;
        }
        Endpoint::Metadata => service.metadata(body, session, context).await?,
        Endpoint::QueryV1 => service.query_v1(body, session, context).await?,
        Endpoint::QueryV2 => service.query_v2(body, session, context).await?,
        Endpoint::Explain => {
            only_admin(session)?;
            service.explain(body, session, context).await?
        }
        Endpoint::PgDump => {
            only_admin(session)?;
            let dump = service.pg_dump(body, session, context).await?;
            return Ok(Reply::new(StatusCode::OK, SQL, dump));
        }
        Endpoint::Config
        | Endpoint::Subscriptions
        | Endpoint::SubscriptionsExtended
        | Endpoint::PersistedQuery
        | Endpoint::Health
        | Endpoint::Live
        | Endpoint::Version
        | Endpoint::Console
        | Endpoint::Root
        | Endpoint::Unknown => return Ok(Reply::unknown_path()),
    };
    Ok(Reply::json(answer))
}

fn only_admin(session: &Session) -> Result<()> {
    if session.is_admin() {
        return Ok(());
    }
    let text = "You have to be an admin to access this endpoint";
    Err(Error::new(Code::AccessDenied, text).with_status(400))
}

async fn graphql<S: Service>(
    app: &App<S>,
    record: &mut Record,
    body: Value,
    session: &Session,
    context: &RequestContext,
) -> Result<Reply> {
    let mut reply = Reply::json(Bytes::new());
    match graphql_body::parse(body)? {
        Posted::One(request) => {
            record.mode = Mode::Single;
            let answer = run(app, request, session, context).await?;
            reply.headers = answer.headers;
            reply.pieces = answer.chunks;
            reply.rest = answer.rest;
        }
        Posted::Batch(requests) => {
            record.mode = Mode::Batched;
            let logged = record.query.take();
            let mut pieces = vec![Bytes::from_static(b"[")];
            for (index, request) in requests.into_iter().enumerate() {
                if index > 0 {
                    pieces.push(Bytes::from_static(b","));
                }
                let started = Instant::now();
                let result = match run(app, request, session, context).await {
                    Ok(answer) => answer.gathered().await,
                    Err(error) => Err(error),
                };
                let size = result.as_ref().map(|answer| chunks::length(&answer.chunks));
                let item = logged.as_ref().map(|all| all.get(index).unwrap_or(all));
                record.note_batch_item(item, size, started.elapsed());
                match result {
                    Ok(answer) => {
                        pieces.extend(answer.chunks);
                        reply.headers.extend(answer.headers);
                    }
                    Err(error) => {
                        let body = error_body(&error, Envelope::Graphql, context.internals);
                        pieces.push(body.to_string().into());
                    }
                }
            }
            pieces.push(Bytes::from_static(b"]"));
            reply.pieces = pieces;
        }
    }
    Ok(reply)
}

/// Runs one operation and writes its `query-log` lines.
pub(crate) async fn run<S: Service>(
    app: &App<S>,
    request: GraphqlRequest,
    session: &Session,
    context: &RequestContext,
) -> Result<GraphqlAnswer> {
    let posted = context.observe.then(|| {
        json!({
            "operationName": request.operation_name,
            "query": request.query,
            "variables": request.variables,
        })
    });
    let answer = app.service.graphql(request, session, context).await?;
    if let Some(posted) = posted {
        let line = |kind: Option<&str>, sql: Option<&Value>| {
            let detail = json!({
                "request_id": &*context.request_id,
                "kind": kind,
                "query": posted,
                "generated_sql": sql,
            });
            app.logger.log(Level::Info, LogType::Query, detail);
        };
        if answer.observations.is_empty() {
            line(None, None);
        }
        for seen in &answer.observations {
            line(Some(seen.kind), seen.generated_sql.as_ref());
        }
    }
    Ok(answer)
}
