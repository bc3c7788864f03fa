//! Bounds, stalls, disconnects and the end of the server.

use crate::client::{post, read};
use crate::fake::Server;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

async fn within<T>(seconds: u64, future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(seconds), future)
        .await
        .expect("in time")
}

async fn ask(server: &Server, query: &str) -> TcpStream {
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let body = format!(r#"{{"query":"{query}"}}"#);
    let head = format!(
        "POST /v1/graphql HTTP/1.1\r\nhost: t\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all((head + &body).as_bytes()).await.unwrap();
    stream
}

#[tokio::test]
async fn a_client_that_leaves_takes_its_request_with_it() {
    let server = Server::start("").await;
    let stream = ask(&server, "{wait}").await;
    server.wait_for_running(1).await;
    drop(stream);
    server.wait_for_running(0).await;
}

#[tokio::test]
async fn an_idle_server_stops_at_once() {
    let mut server = Server::start("").await;
    let mut idle = TcpStream::connect(server.address).await.unwrap();
    idle.write_all(b"GET /livez HTTP/1.1\r\nhost: t\r\n\r\n")
        .await
        .unwrap();
    let mut buffer = [0; 1024];
    assert!(idle.read(&mut buffer).await.unwrap() > 0);
    server.stop();
    within(30, &mut server.task).await.unwrap();
    assert!(TcpStream::connect(server.address).await.is_err());
}

#[tokio::test]
async fn running_requests_may_end_before_the_server_does() {
    let mut server = Server::start("").await;
    let mut stream = ask(&server, "{slow}").await;
    server.wait_for_running(1).await;
    server.stop();
    within(30, &mut server.task).await.unwrap();
    let answer = within(30, read(&mut stream)).await;
    assert_eq!(
        (answer.status, answer.text()),
        (200, r#"{"data":{"slow":true}}"#)
    );
}

#[tokio::test]
async fn requests_that_never_end_are_waited_for_so_long_only() {
    let mut server = Server::start("--graceful-shutdown-timeout 1").await;
    let _stream = ask(&server, "{wait}").await;
    server.wait_for_running(1).await;
    server.stop();
    within(30, &mut server.task).await.unwrap();
}

#[tokio::test]
async fn headers_are_bounded() {
    let server = Server::start("--max-total-header-length 10000").await;
    let long = "x".repeat(9_000);
    let answer = post(server.address, "/v1/metadata", &[("a", &long)], "{}").await;
    assert_eq!(answer.status, 200);
    let longer = "x".repeat(11_000);
    let answer = post(server.address, "/v1/metadata", &[("a", &longer)], "{}").await;
    assert_eq!(answer.status, 431);
    assert_eq!(answer.json()["code"], "bad-request");
    let far_too_long = "x".repeat(200_000);
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let head = format!("GET /livez HTTP/1.1\r\nhost: t\r\na: {far_too_long}\r\n\r\n");
    let _ = stream.write_all(head.as_bytes()).await;
    let mut bytes = Vec::new();
    let _ = within(30, stream.read_to_end(&mut bytes)).await;
    assert!(!String::from_utf8_lossy(&bytes).contains(" 200 "));
}

#[tokio::test]
async fn peers_that_stall_are_let_go() {
    let server = Server::start("--server-timeout 1").await;
    // Says nothing; says half a head; says half a body.
    for beginning in [
        "",
        "GET /livez HT",
        "POST /v1/metadata HTTP/1.1\r\nhost: t\r\ncontent-length: 100\r\n\r\n{",
    ] {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(beginning.as_bytes()).await.unwrap();
        let mut bytes = Vec::new();
        let _ = within(30, stream.read_to_end(&mut bytes)).await;
        assert!(
            !String::from_utf8_lossy(&bytes).contains(" 200 "),
            "{beginning}"
        );
    }
}

#[tokio::test]
async fn readers_that_stall_are_let_go() {
    let server = Server::start("--server-timeout 1").await;
    let mut stream = ask(&server, "{huge}").await;
    tokio::time::sleep(Duration::from_millis(2500)).await;
    let mut bytes = Vec::new();
    let _ = within(30, stream.read_to_end(&mut bytes)).await;
    assert!(
        bytes.len() < 64 << 20,
        "the rest was not kept for a reader who does not read"
    );
}

#[tokio::test]
async fn a_long_wait_for_the_engine_is_no_stall() {
    let server = Server::start("--server-timeout 1").await;
    let mut stream = ask(&server, "{wait}").await;
    server.wait_for_running(1).await;
    let mut byte = [0];
    let quiet = tokio::time::timeout(Duration::from_millis(2000), stream.read(&mut byte)).await;
    assert!(quiet.is_err(), "still waiting");
    server.wait_for_running(1).await;
}

#[tokio::test]
async fn connections_are_kept_for_the_next_request() {
    let server = Server::start("").await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    for _ in 0..3 {
        stream
            .write_all(b"GET /livez HTTP/1.1\r\nhost: t\r\n\r\n")
            .await
            .unwrap();
        let mut buffer = [0; 4096];
        let n = stream.read(&mut buffer).await.unwrap();
        assert!(buffer[..n].starts_with(b"HTTP/1.1 200"));
    }
}
