//! Hostile bytes, slow readers, compression, great numbers.

use crate::fake::{Server, until};
use crate::socket::{APOLLO, MODERN, Socket};
use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress};
use futures_util::{SinkExt, StreamExt};
use howdah_server::subscription::Event;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;

/// A socket without a library: what is written is what is sent.
async fn raw(server: &Server, headers: &str) -> (TcpStream, String) {
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let head = format!(
        "GET /v1/graphql HTTP/1.1\r\nhost: t\r\nConnection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{headers}\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        answer.push(stream.read_u8().await.unwrap());
    }
    (stream, String::from_utf8(answer).unwrap())
}

/// A frame with a mask of zeros.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![first];
    match u16::try_from(payload.len()) {
        Ok(short @ 0..=125) => bytes.push(0x80 | u8::try_from(short).unwrap()),
        Ok(middle) => {
            bytes.push(0x80 | 126);
            bytes.extend(middle.to_be_bytes());
        }
        Err(_) => panic!("too long for a test"),
    }
    bytes.extend([0; 4]);
    bytes.extend_from_slice(payload);
    bytes
}

async fn read_frame(stream: &mut TcpStream) -> (u8, Vec<u8>) {
    let first = stream.read_u8().await.unwrap();
    let length = match stream.read_u8().await.unwrap() {
        126 => stream.read_u16().await.unwrap().into(),
        127 => usize::try_from(stream.read_u64().await.unwrap()).unwrap(),
        short => short.into(),
    };
    let mut payload = vec![0; length];
    stream.read_exact(&mut payload).await.unwrap();
    (first, payload)
}

#[tokio::test]
async fn the_handshake_is_that_of_the_standard() {
    let server = Server::start("").await;
    let (_, answer) = raw(
        &server,
        "Sec-WebSocket-Protocol: x, graphql-transport-ws\r\n",
    )
    .await;
    let answer = answer.to_ascii_lowercase();
    assert!(answer.starts_with("http/1.1 101 "));
    assert!(answer.contains("sec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo="));
    assert!(answer.contains("sec-websocket-protocol: graphql-transport-ws"));
    assert!(!answer.contains("extensions"), "compression is off");
    for (wrong, status) in [
        (
            "Sec-WebSocket-Version: 12\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            "426",
        ),
        ("Sec-WebSocket-Version: 13", "400"),
        ("Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x", "400"),
    ] {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        let head = format!(
            "GET /v1/graphql HTTP/1.1\r\nhost: t\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n{wrong}\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).await.unwrap();
        assert!(answer.ends_with(status.as_bytes()), "{wrong}");
    }
}

#[tokio::test]
async fn broken_frames_close_the_socket_and_no_other() {
    let server = Server::start("").await;
    let mut other = Socket::ready(&server, MODERN).await;
    let mut promises = frame(0x81, b"");
    promises[1] = 0x80 | 127;
    promises.splice(2..2, (1u64 << 40).to_be_bytes());
    for (bytes, code) in [
        (vec![0x81, 1, b'x'], 1002u16),
        (frame(0x83, b""), 1002),
        (frame(0xc1, b""), 1002),
        (frame(0x81, &[0xff]), 1007),
        (promises, 1009),
    ] {
        let (mut stream, _) = raw(&server, "").await;
        stream.write_all(&bytes).await.unwrap();
        let (first, payload) = read_frame(&mut stream).await;
        assert_eq!((first, &payload[..2]), (0x88, &code.to_be_bytes()[..]));
    }
    other.start("1", "{ok}").await;
    assert_eq!(other.hear().await["type"], "next");
}

#[tokio::test]
async fn binary_and_long_messages_are_read() {
    let server = Server::start("").await;
    let mut socket = Socket::speaking(&server, APOLLO).await;
    let init = r#"{"type":"connection_init"}"#;
    socket.send(Message::binary(init)).await;
    assert_eq!(socket.hear().await["type"], "connection_ack");
    let long = "x".repeat(1 << 20);
    let payload = json!({"query": "{ok}", "variables": {"long": long}});
    socket
        .say(json!({"type": "start", "id": "1", "payload": payload}))
        .await;
    let answer = socket.hear().await;
    assert_eq!(
        answer["payload"]["data"]["variables"]["long"]
            .as_str()
            .unwrap()
            .len(),
        1 << 20
    );
    socket.send(Message::binary(vec![0xff, 0xfe])).await;
    assert_eq!(socket.hear().await["type"], "complete");
    assert_eq!(socket.hear().await["type"], "connection_error");
}

#[tokio::test]
async fn messages_are_compressed_where_both_sides_want_it() {
    let server = Server::start("--websocket-compression").await;
    let offer = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n";
    let (mut stream, answer) = raw(&server, offer).await;
    assert!(answer.to_ascii_lowercase().contains(
        "sec-websocket-extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover"
    ));
    let init = json!({"type": "connection_init"}).to_string();
    stream
        .write_all(&frame(0xc1, &packed(&init)))
        .await
        .unwrap();
    let (first, payload) = read_frame(&mut stream).await;
    assert_eq!(first, 0x81, "short messages go as they are");
    assert_eq!(payload, br#"{"type":"connection_ack"}"#);
    read_frame(&mut stream).await;
    for id in ["1", "2"] {
        let start = json!({"type": "start", "id": id, "payload": {"query": "{big}"}}).to_string();
        stream
            .write_all(&frame(0x81, start.as_bytes()))
            .await
            .unwrap();
        let (first, payload) = read_frame(&mut stream).await;
        assert_eq!(first, 0xc1);
        assert!(payload.len() < 500);
        let answer: Value = serde_json::from_slice(&unpacked(&payload)).unwrap();
        assert_eq!(answer["id"], id);
        read_frame(&mut stream).await;
    }
    // Those who do not offer it get none.
    let (_, answer) = raw(&server, "").await;
    assert!(!answer.to_ascii_lowercase().contains("extensions"));
}

fn packed(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(1000);
    Compress::new(Compression::default(), false)
        .compress_vec(text.as_bytes(), &mut out, FlushCompress::Sync)
        .unwrap();
    out.strip_suffix(&[0, 0, 0xff, 0xff]).unwrap().to_vec()
}

fn unpacked(payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(100_000);
    let whole = [payload, &[0, 0, 0xff, 0xff]].concat();
    Decompress::new(false)
        .decompress_vec(&whole, &mut out, FlushDecompress::Sync)
        .unwrap();
    out
}

#[tokio::test]
async fn a_slow_reader_gets_the_newest_result_of_a_live_query() {
    let server = Server::start("").await;
    let mut slow = Socket::ready(&server, MODERN).await;
    slow.start("slow", "subscription {live}").await;
    slow.hear().await;
    let mut quick = Socket::ready(&server, MODERN).await;
    quick.start("quick", "subscription {live}").await;
    quick.hear().await;
    let filler = "x".repeat(1 << 20);
    for n in 0..100 {
        let result = Event::Data(json!({"data": n, "filler": filler}).to_string().into());
        server.fake.publish("slow", &result);
        server
            .fake
            .publish("quick", &Event::Data(json!({"data": n}).to_string().into()));
        assert_eq!(
            quick.hear().await["payload"]["data"],
            n,
            "others do not wait"
        );
    }
    let mut seen = Vec::new();
    while seen.last() != Some(&99) {
        seen.push(slow.hear().await["payload"]["data"].as_u64().unwrap());
    }
    assert!(seen.len() < 60 && seen.is_sorted(), "{seen:?}");
}

#[tokio::test]
async fn a_slow_reader_of_a_stream_is_let_go() {
    let server = Server::start("").await;
    let mut slow = Socket::ready(&server, MODERN).await;
    slow.start("slow", "subscription {stream}").await;
    slow.hear().await;
    let filler = "x".repeat(1 << 20);
    for n in 0..100u64 {
        let result = json!({"data": n, "filler": filler});
        server
            .fake
            .publish("slow", &Event::Data(result.to_string().into()));
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let mut next = 0;
    loop {
        match slow.stream.next().await.unwrap().unwrap() {
            Message::Text(text) => {
                let message: Value = serde_json::from_str(&text).unwrap();
                assert_eq!(
                    message["payload"]["data"], next,
                    "none is left out before the end"
                );
                next += 1;
            }
            Message::Close(frame) => {
                assert_eq!(u16::from(frame.unwrap().code), 1013);
                break;
            }
            other => panic!("not {other:?}"),
        }
    }
    assert!(next < 60, "{next}");
}

#[tokio::test]
async fn a_great_answer_arrives_whole() {
    let server = Server::start("").await;
    let (mut stream, _) = raw(&server, "").await;
    let start = json!({"type": "start", "id": "1", "payload": {"query": "{huge}"}});
    for message in [json!({"type": "connection_init"}), start] {
        let bytes = frame(0x81, message.to_string().as_bytes());
        stream.write_all(&bytes).await.unwrap();
    }
    let wait = async {
        loop {
            let (_, payload) = read_frame(&mut stream).await;
            // Of no JSON, which the transport does not mind.
            if payload.starts_with(br#"{"type":"data""#) {
                return payload.len();
            }
        }
    };
    let length = tokio::time::timeout(Duration::from_secs(30), wait).await;
    assert!(length.unwrap() > 64 << 20);
}

#[tokio::test]
async fn a_hundred_thousand_starts_on_one_socket() {
    let server = Server::start("--log-level error").await;
    let mut other = Socket::ready(&server, MODERN).await;
    let socket = Socket::ready(&server, MODERN).await;
    let (mut sending, mut receiving) = socket.stream.split();
    const COUNT: usize = 100_000;
    let writing = tokio::spawn(async move {
        for id in 0..COUNT {
            let query = if id % 2 == 0 {
                "{log}"
            } else {
                "subscription {live}"
            };
            let message =
                json!({"type": "subscribe", "id": id.to_string(), "payload": {"query": query}});
            sending
                .feed(Message::text(message.to_string()))
                .await
                .unwrap();
        }
        sending.flush().await.unwrap();
        sending
    });
    let mut results = 0;
    while results < COUNT {
        let message = receiving.next().await.unwrap().unwrap();
        if message.to_text().unwrap().starts_with(r#"{"type":"next""#) {
            results += 1;
            if results == COUNT / 2 {
                other.start("1", "{log}").await;
                assert_eq!(other.hear().await["type"], "next", "others go on");
            }
        }
    }
    assert_eq!(server.fake.subscriptions(), COUNT / 2);
    drop((writing.await.unwrap(), receiving));
    until(|| server.fake.subscriptions() == 0).await;
}
