//! A websocket client that says what a test says.

use crate::fake::Server;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

pub const APOLLO: &str = "graphql-ws";
pub const MODERN: &str = "graphql-transport-ws";

/// A socket.
pub struct Socket {
    pub stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    pub protocol: Option<String>,
}

/// How a socket was closed.
#[derive(Debug, PartialEq)]
pub struct Closed {
    pub code: u16,
    pub reason: String,
}

impl Socket {
    /// Opens a socket at a path with these headers.
    pub async fn connect(
        server: &Server,
        path: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<Socket, Error> {
        let mut request = format!("ws://{}{path}", server.address)
            .into_client_request()
            .unwrap();
        for (name, value) in headers {
            request.headers_mut().append(*name, value.parse().unwrap());
        }
        let (stream, response) = connect_async(request).await?;
        let protocol = response.headers().get("sec-websocket-protocol");
        Ok(Socket {
            protocol: protocol.map(|p| p.to_str().unwrap().to_owned()),
            stream,
        })
    }

    /// Opens a socket that speaks a sub-protocol.
    pub async fn speaking(server: &Server, protocol: &str) -> Socket {
        let headers = [("sec-websocket-protocol", protocol)];
        Self::connect(server, "/v1/graphql", &headers)
            .await
            .unwrap()
    }

    /// The same, and sends `connection_init` with an empty payload.
    pub async fn ready(server: &Server, protocol: &str) -> Socket {
        let mut socket = Self::speaking(server, protocol).await;
        socket.init(json!({})).await;
        socket
    }

    /// Sends `connection_init` and expects it to be accepted.
    pub async fn init(&mut self, payload: Value) {
        self.say(json!({"type": "connection_init", "payload": payload}))
            .await;
        assert_eq!(self.hear().await, json!({"type": "connection_ack"}));
    }

    /// Sends a message.
    pub async fn say(&mut self, message: Value) {
        self.send(Message::text(message.to_string())).await;
    }

    /// Sends anything.
    pub async fn send(&mut self, message: Message) {
        self.stream.send(message).await.unwrap();
    }

    /// Starts an operation.
    pub async fn start(&mut self, id: &str, query: &str) {
        let message = json!({"type": "subscribe", "id": id, "payload": {"query": query}});
        self.say(message).await;
    }

    async fn next(&mut self) -> Message {
        tokio::time::timeout(Duration::from_secs(30), self.stream.next())
            .await
            .expect("in time")
            .expect("not the end")
            .unwrap()
    }

    /// The next message that is no keep-alive.
    pub async fn hear(&mut self) -> Value {
        loop {
            let message = self.hear_any().await;
            if message["type"] != "ka" && message["type"] != "ping" {
                return message;
            }
        }
    }

    /// The next message, whatever it is.
    pub async fn hear_any(&mut self) -> Value {
        match self.next().await {
            Message::Text(text) => serde_json::from_str(&text).unwrap(),
            other => panic!("a message, not {other:?}"),
        }
    }

    /// Whether nothing but keep-alives comes for a while.
    pub async fn is_quiet(&mut self) -> bool {
        let quiet = Duration::from_millis(200);
        tokio::time::timeout(quiet, self.hear()).await.is_err()
    }

    /// Reads until the server closes.
    pub async fn closed(&mut self) -> Closed {
        loop {
            if let Message::Close(frame) = self.next().await {
                let frame = frame.expect("a code");
                return Closed {
                    code: frame.code.into(),
                    reason: frame.reason.to_string(),
                };
            }
        }
    }
}

/// The reason of a close as the sub-protocols wrap it.
pub fn wrapped(code: u16, text: &str) -> Closed {
    Closed {
        code,
        reason: json!({"server_error_msg": format!("{code}: {text}")}).to_string(),
    }
}
