//! Answers that are sent while they are made.

use crate::client::{Answer, post, send};
use crate::fake::{PIECE, STREAMED, Server, until};
use crate::socket::{MODERN, Socket};
use serde_json::json;
use std::io::Read;
use std::sync::atomic::Ordering;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const STREAM: &str = r#"{"query":"{stream}"}"#;

fn expected() -> String {
    format!("[{}1]", "0,".repeat(STREAMED * PIECE / 2))
}

/// The body of an answer in chunks, and whether its end was said.
fn body(answer: &Answer) -> (Vec<u8>, bool) {
    assert_eq!(answer.header("transfer-encoding"), Some("chunked"));
    assert_eq!(answer.header("content-length"), None);
    let mut rest = &answer.body[..];
    let mut body = Vec::new();
    while let Some(line) = rest.windows(2).position(|w| w == b"\r\n") {
        let length = std::str::from_utf8(&rest[..line]).unwrap();
        let length = usize::from_str_radix(length, 16).unwrap();
        rest = &rest[line + 2..];
        if length == 0 {
            return (body, true);
        }
        let there = length.min(rest.len());
        body.extend_from_slice(&rest[..there]);
        rest = rest.get(length + 2..).unwrap_or_default();
    }
    (body, false)
}

/// A connection that has sent a request and stays open.
async fn asking(server: &Server, body: &str) -> TcpStream {
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let length = body.len();
    let head =
        format!("POST /v1/graphql HTTP/1.1\r\nhost: test\r\ncontent-length: {length}\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(body.as_bytes()).await.unwrap();
    stream
}

#[tokio::test]
async fn a_streamed_answer_arrives_whole_and_is_logged_at_its_end() {
    let server = Server::start("").await;
    let answer = post(server.address, "/v1/graphql", &[], STREAM).await;
    assert_eq!(answer.status, 200);
    let (body, ended) = body(&answer);
    assert!(ended && body == expected().as_bytes());
    let line = &server.lines("http-log")[0]["detail"]["operation"];
    assert_eq!(line["response_size"], expected().len());
    assert_eq!(line["uncompressed_response_size"], expected().len());
    assert_eq!(line["request_mode"], "single");
}

#[tokio::test]
async fn a_streamed_answer_is_compressed_as_it_comes() {
    let server = Server::start("").await;
    let gzip = [("accept-encoding", "gzip")];
    let answer = post(server.address, "/v1/graphql", &gzip, STREAM).await;
    assert_eq!(answer.header("content-encoding"), Some("gzip"));
    let (body, ended) = body(&answer);
    assert!(ended && body.len() < expected().len() / 10);
    let mut plain = String::new();
    flate2::read::GzDecoder::new(&body[..])
        .read_to_string(&mut plain)
        .unwrap();
    assert!(plain == expected());
    let line = &server.lines("http-log")[0]["detail"];
    assert_eq!(line["operation"]["response_size"], body.len());
    assert_eq!(
        line["operation"]["uncompressed_response_size"],
        expected().len()
    );
    assert_eq!(line["http_info"]["content_encoding"], "gzip");
}

#[tokio::test]
async fn an_answer_that_fails_half_way_is_cut_so_that_nobody_takes_it_for_whole() {
    let server = Server::start("").await;
    let mut stream = asking(&server, r#"{"query":"{cut}"}"#).await;
    let mut bytes = Vec::new();
    // What was not sent yet may be lost with the connection, even all of it.
    let _ = stream.read_to_end(&mut bytes).await;
    assert!(!bytes.ends_with(b"0\r\n\r\n"));
    until(|| !server.lines("http-log").is_empty()).await;
    let lines = server.lines("http-log");
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["level"], "error");
    let operation = &lines[0]["detail"]["operation"];
    assert_eq!(operation["request_mode"], "error");
    assert_eq!(operation["error"]["error"], "half-way");
}

#[tokio::test]
async fn an_answer_is_made_no_faster_than_it_is_taken() {
    let server = Server::start("").await;
    let mut stream = asking(&server, r#"{"query":"{endless}"}"#).await;
    let mut taken = vec![0; 1 << 20];
    for _ in 0..8 {
        stream.read_exact(&mut taken).await.unwrap();
    }
    // What the sockets hold besides is some megabytes.
    let made = server.fake.pieces.load(Ordering::SeqCst) * PIECE;
    assert!(made < 64 << 20, "{made}");
    drop(stream);
    // The client is gone: nothing is made for it any more.
    until(|| server.fake.running.load(Ordering::SeqCst) == 0).await;
    until(|| !server.lines("http-log").is_empty()).await;
}

#[tokio::test]
async fn batches_and_sockets_gather_what_is_streamed() {
    let server = Server::start("").await;
    let batch = r#"[{"query":"{stream}"},{"query":"{cut}"},{"query":"{stream}"}]"#;
    let answer = send(server.address, "POST", "/v1/graphql", &[], batch.as_bytes()).await;
    let error =
        r#"{"errors":[{"message":"half-way","extensions":{"path":"$","code":"unexpected"}}]}"#;
    let whole = format!("[{0},{error},{0}]", expected());
    assert!(answer.text() == whole, "{} bytes", answer.body.len());
    let mut socket = Socket::ready(&server, MODERN).await;
    socket.start("1", "{stream}").await;
    let next = socket.hear().await;
    assert_eq!(next["type"], "next");
    assert_eq!(
        next["payload"].as_array().unwrap().len(),
        STREAMED * PIECE / 2 + 1
    );
    assert_eq!(socket.hear().await, json!({"type": "complete", "id": "1"}));
    socket.start("2", "{cut}").await;
    let error = socket.hear().await;
    assert_eq!(
        (&error["type"], &error["id"]),
        (&json!("error"), &json!("2"))
    );
    assert_eq!(error["payload"][0]["message"], "half-way");
}
