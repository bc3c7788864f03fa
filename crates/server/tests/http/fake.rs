//! A service that answers by the text of the query, and a server around it.

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use howdah_error::{Code, Error, JsonPath};
use howdah_ir::Session;
use howdah_server::service::{
    GraphqlAnswer, GraphqlRequest, Health, JsonAnswer, Observation, RequestContext, Service,
};
use howdah_server::subscription::{Event, Kind, Sender, Subscriber, Subscription, mailbox};
use howdah_server::{Command, Config, Logger, bind, serve};
use serde_json::{Value, json};
use std::io::Write;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;

/// Counts a future as ended when it is dropped.
struct Running(Arc<AtomicUsize>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Pieces of the answer to `{stream}`, besides its beginning and end.
pub const STREAMED: usize = 100;
/// Bytes of each.
pub const PIECE: usize = 32 * 1024;

pub struct Fake {
    pub running: Arc<AtomicUsize>,
    pub database_ok: AtomicBool,
    pub consistent: AtomicBool,
    pub metadata: watch::Sender<u64>,
    /// Pieces that streamed answers were asked for.
    pub pieces: Arc<AtomicUsize>,
    /// What mutations did and queries of `{log}` answer.
    log: Mutex<String>,
    /// Subscriptions by the name of their client's operation.
    feeds: Mutex<Vec<(String, Sender)>>,
}

impl Default for Fake {
    fn default() -> Self {
        Fake {
            running: Arc::default(),
            database_ok: AtomicBool::new(true),
            consistent: AtomicBool::new(true),
            metadata: watch::Sender::new(0),
            pieces: Arc::default(),
            log: Mutex::default(),
            feeds: Mutex::default(),
        }
    }
}

impl Fake {
    /// Says something to all subscriptions under this id.
    pub fn publish(&self, id: &str, event: &Event) {
        for (_, feed) in self.feeds.lock().unwrap().iter().filter(|(i, _)| i == id) {
            feed.send(event.clone());
        }
    }

    /// `[0,0,…,1]` in so many pieces, or an error in place of the end.
    fn streamed(&self, pieces: usize, fails: bool) -> GraphqlAnswer {
        self.running.fetch_add(1, Ordering::SeqCst);
        let running = Running(Arc::clone(&self.running));
        let asked = Arc::clone(&self.pieces);
        let end = match fails {
            true => Err(Error::unexpected("half-way")),
            false => Ok(Bytes::from_static(b"1]")),
        };
        let rest = stream::iter(0..pieces)
            .map(move |_| {
                let _ = &running;
                asked.fetch_add(1, Ordering::SeqCst);
                Ok(Bytes::from("0,".repeat(PIECE / 2)))
            })
            .chain(stream::iter([end]));
        GraphqlAnswer {
            chunks: vec![Bytes::from_static(b"["), Bytes::new()],
            rest: Some(rest.boxed()),
            ..GraphqlAnswer::default()
        }
    }

    /// Subscriptions that somebody reads.
    pub fn subscriptions(&self) -> usize {
        let feeds = self.feeds.lock().unwrap();
        feeds.iter().filter(|(_, feed)| !feed.is_gone()).count()
    }
}

#[async_trait]
impl Service for Fake {
    async fn graphql(
        &self,
        request: GraphqlRequest,
        session: &Session,
        context: &RequestContext,
    ) -> Result<GraphqlAnswer, Error> {
        self.running.fetch_add(1, Ordering::SeqCst);
        let _running = Running(Arc::clone(&self.running));
        match request.query.as_str() {
            "{fail}" => Err(
                Error::validation("field 'fail' not found in type: 'query_root'")
                    .at(JsonPath::from_iter(["selectionSet", "fail"]))
                    .with_internal(json!({"statement": "select 1"})),
            ),
            "{panic}" => panic!("the fake panics"),
            "{wait}" => std::future::pending().await,
            "{slow}" => {
                tokio::time::sleep(Duration::from_millis(300)).await;
                Ok(GraphqlAnswer::whole(r#"{"data":{"slow":true}}"#))
            }
            "{log}" => {
                let log = self.log.lock().unwrap();
                Ok(GraphqlAnswer::whole(json!({"data": &*log}).to_string()))
            }
            "{constraint}" => Err(Error::new(
                Code::ConstraintViolation,
                "Foreign key violation. x",
            )),
            query if query.starts_with("mutation ") => {
                tokio::time::sleep(Duration::from_millis(100)).await;
                self.log.lock().unwrap().push_str(query);
                Ok(GraphqlAnswer::whole(r#"{"data":{"done":true}}"#))
            }
            "{big}" => Ok(GraphqlAnswer::whole(big())),
            "{huge}" => Ok(GraphqlAnswer {
                chunks: vec![Bytes::from(vec![b'x'; 1 << 20]); 64],
                ..GraphqlAnswer::default()
            }),
            "{stream}" => Ok(self.streamed(STREAMED, false)),
            "{endless}" => Ok(self.streamed(usize::MAX, false)),
            "{cut}" => Ok(self.streamed(3, true)),
            _ => {
                let body = json!({
                    "data": {
                        "role": &**session.role(),
                        "user": session.variable("x-hasura-user-id"),
                        "variables": request.variables,
                        "operationName": request.operation_name,
                        "query": request.query,
                        "client": context.client.to_string(),
                    }
                });
                Ok(GraphqlAnswer {
                    observations: vec![Observation {
                        kind: "database",
                        generated_sql: Some(json!({"query": "select 1"})),
                    }],
                    ..GraphqlAnswer::whole(body.to_string())
                })
            }
        }
    }

    async fn metadata(
        &self,
        body: Value,
        _: &Session,
        _: &RequestContext,
    ) -> Result<JsonAnswer, Error> {
        match body["type"].as_str() {
            Some("fail") => Err(
                Error::not_exists("table \"t\" does not exist in source: default")
                    .at(JsonPath::from_iter(["args"]))
                    .with_internal(json!("inside")),
            ),
            _ => Ok(r#"{"message":"success"}"#.into()),
        }
    }

    async fn query_v1(
        &self,
        _: Value,
        _: &Session,
        _: &RequestContext,
    ) -> Result<JsonAnswer, Error> {
        Ok(r#""v1""#.into())
    }

    async fn query_v2(
        &self,
        _: Value,
        _: &Session,
        _: &RequestContext,
    ) -> Result<JsonAnswer, Error> {
        Ok(r#""v2""#.into())
    }

    async fn explain(
        &self,
        _: Value,
        _: &Session,
        _: &RequestContext,
    ) -> Result<JsonAnswer, Error> {
        Ok("[]".into())
    }

    async fn pg_dump(&self, body: Value, _: &Session, _: &RequestContext) -> Result<Bytes, Error> {
        Ok(format!("-- {body}").into())
    }

    async fn subscribe(
        &self,
        request: GraphqlRequest,
        subscriber: Subscriber,
        _: &RequestContext,
    ) -> Result<Subscription, Error> {
        let kind = match request.query.as_str() {
            "subscription {fail}" => {
                return Err(Error::validation(
                    "field 'fail' not found in type: 'subscription_root'",
                ));
            }
            "subscription {panic}" => panic!("the fake panics"),
            "subscription {stream}" => Kind::Stream,
            _ => Kind::Live,
        };
        let (sender, receiver) = mailbox(kind);
        let role = json!({"data": {"role": &**subscriber.session.role()}});
        sender.send(Event::Data(role.to_string().into()));
        let mut feeds = self.feeds.lock().unwrap();
        feeds.push((subscriber.operation_id.to_string(), sender));
        Ok(Subscription::new(kind, receiver))
    }

    fn metadata_changes(&self) -> Option<watch::Receiver<u64>> {
        Some(self.metadata.subscribe())
    }

    async fn health(&self) -> Health {
        Health {
            metadata_db_ok: self.database_ok.load(Ordering::SeqCst),
            consistent: self.consistent.load(Ordering::SeqCst),
        }
    }
}

/// More than gzip's threshold.
pub fn big() -> String {
    json!({"data": {"big": "howdah ".repeat(1000)}}).to_string()
}

#[derive(Clone, Default)]
pub struct Sink(Arc<Mutex<Vec<u8>>>);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A running server.
pub struct Server {
    pub address: SocketAddr,
    pub fake: Arc<Fake>,
    pub logger: Logger,
    sink: Sink,
    stop: Option<oneshot::Sender<()>>,
    pub task: JoinHandle<()>,
}

impl Server {
    /// A server with these flags of `serve`.
    pub async fn start(flags: &str) -> Server {
        let words = format!(
            "--database-url postgres://unused serve --server-host 127.0.0.1 --server-port 0 {flags}"
        );
        let command = Config::from(
            words.split_whitespace().map(str::to_owned),
            std::iter::empty(),
        )
        .unwrap();
        let Command::Serve(config) = command else {
            panic!("serve was asked for")
        };
        let sink = Sink::default();
        let logger = Logger::to(&config.logs, sink.clone()).unwrap();
        let fake = Arc::new(Fake::default());
        let listener = bind(&config.http).await.unwrap();
        let address = listener.address();
        let (stop, stopped) = oneshot::channel::<()>();
        let service = Arc::clone(&fake);
        let log = logger.clone();
        let task = tokio::spawn(async move {
            let stopped = async move {
                let _ = stopped.await;
            };
            serve(listener, service, Arc::from(config), log, stopped)
                .await
                .unwrap();
        });
        let server = Server {
            address,
            fake,
            logger,
            sink,
            stop: Some(stop),
            task,
        };
        server.wait_until_open().await;
        server
    }

    async fn wait_until_open(&self) {
        while tokio::net::TcpStream::connect(self.address).await.is_err() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Asks the server to stop.
    pub fn stop(&mut self) {
        self.stop.take().unwrap().send(()).unwrap();
    }

    /// The log so far.
    pub fn lines(&self, kind: &str) -> Vec<Value> {
        self.logger.flush();
        let bytes = self.sink.0.lock().unwrap();
        bytes
            .split(|b| *b == b'\n')
            .filter(|line| !line.is_empty())
            .map(|line| serde_json::from_slice::<Value>(line).unwrap())
            .filter(|line| line["type"] == kind)
            .collect()
    }

    /// Waits until as many requests run.
    pub async fn wait_for_running(&self, count: usize) {
        until(|| self.fake.running.load(Ordering::SeqCst) == count).await;
    }

    /// Waits until as many subscriptions run.
    pub async fn wait_for_subscriptions(&self, count: usize) {
        until(|| self.fake.subscriptions() == count).await;
    }
}

/// Waits until something is so.
pub async fn until(so: impl Fn() -> bool) {
    let wait = async {
        while !so() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), wait)
        .await
        .expect("in time");
}
