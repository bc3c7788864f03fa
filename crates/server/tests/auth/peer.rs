//! A server on the other side: it answers as told and remembers what it was asked.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What the peer was asked.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The head, with names of headers as they were sent.
    pub head: String,
    pub body: String,
}

impl Asked {
    pub fn has_header(&self, name: &str) -> bool {
        let start = format!("{name}:");
        self.head
            .lines()
            .any(|line| line.to_ascii_lowercase().starts_with(&start))
    }
}

/// What it answers: status, headers and body. Without a status it never answers.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Answer {
    pub fn new(status: u16, headers: &[(&str, &str)], body: impl Into<String>) -> Self {
        Answer {
            status,
            headers: headers
                .iter()
                .map(|(k, v)| ((*k).into(), (*v).into()))
                .collect(),
            body: body.into(),
        }
    }
}

#[derive(Clone)]
pub struct Peer {
    pub address: SocketAddr,
    answer: Arc<Mutex<Answer>>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Peer {
    pub async fn start(answer: Answer) -> Peer {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let peer = Peer {
            address: listener.local_addr().unwrap(),
            answer: Arc::new(Mutex::new(answer)),
            asked: Arc::default(),
        };
        let serving = peer.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let peer = serving.clone();
                tokio::spawn(async move { peer.converse(stream).await });
            }
        });
        peer
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn answers(&self, answer: Answer) {
        *self.answer.lock().unwrap() = answer;
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    async fn converse(&self, mut stream: TcpStream) {
        let mut bytes = Vec::new();
        loop {
            let Some(end) = bytes.windows(4).position(|w| w == b"\r\n\r\n") else {
                if !more(&mut stream, &mut bytes).await {
                    return;
                }
                continue;
            };
            let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
            let length = head
                .lines()
                .find_map(|line| {
                    line.to_ascii_lowercase()
                        .strip_prefix("content-length:")?
                        .trim()
                        .parse()
                        .ok()
                })
                .unwrap_or(0);
            while bytes.len() < end + 4 + length {
                if !more(&mut stream, &mut bytes).await {
                    return;
                }
            }
            let body = String::from_utf8(bytes[end + 4..end + 4 + length].to_vec()).unwrap();
            bytes.drain(..end + 4 + length);
            self.asked.lock().unwrap().push(Asked { head, body });
            let answer = self.answer.lock().unwrap().clone();
            if answer.status == 0 {
                std::future::pending::<()>().await;
            }
            let mut text = format!("HTTP/1.1 {} Any\r\n", answer.status);
            for (name, value) in &answer.headers {
                text.push_str(&format!("{name}: {value}\r\n"));
            }
            text.push_str(&format!(
                "content-length: {}\r\n\r\n{}",
                answer.body.len(),
                answer.body
            ));
            if stream.write_all(text.as_bytes()).await.is_err() {
                return;
            }
        }
    }
}

async fn more(stream: &mut TcpStream, bytes: &mut Vec<u8>) -> bool {
    let mut buffer = [0; 4096];
    match stream.read(&mut buffer).await {
        Ok(count) if count > 0 => {
            bytes.extend_from_slice(&buffer[..count]);
            true
        }
        _ => false,
    }
}
