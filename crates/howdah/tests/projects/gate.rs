//! A proxy that stands for an older server: what that one would not know is refused and noted.

use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// The operations of version 2 that the tool may use, with the keys of their arguments.
const OPERATIONS: [(&str, &str, &[&str]); 11] = [
    ("/v1/metadata", "export_metadata", &[]),
    (
        "/v1/metadata",
        "replace_metadata",
        &["allow_inconsistent_metadata", "allow_warnings", "metadata"],
    ),
    (
        "/v1/metadata",
        "reload_metadata",
        &[
            "reload_remote_schemas",
            "reload_sources",
            "recreate_event_triggers",
        ],
    ),
    ("/v1/metadata", "clear_metadata", &[]),
    ("/v1/metadata", "get_inconsistent_metadata", &[]),
    ("/v1/metadata", "drop_inconsistent_metadata", &[]),
    ("/v1/metadata", "get_catalog_state", &[]),
    ("/v1/metadata", "set_catalog_state", &["type", "state"]),
    (
        "/v2/query",
        "run_sql",
        &[
            "sql",
            "source",
            "cascade",
            "check_metadata_consistency",
            "read_only",
            "no_transaction",
        ],
    ),
    ("/v1/graphql", "", &[]),
    ("/v1alpha1/pg_dump", "", &[]),
];

/// Paths that are only read.
const READ: [&str; 3] = ["/v1/version", "/v1alpha1/config", "/healthz"];

/// The gate; it closes with the test.
pub struct Gate {
    pub port: u16,
    refused: Arc<Mutex<Vec<String>>>,
    passed: Arc<Mutex<Vec<String>>>,
}

impl Gate {
    /// Opens a gate before the server at `port`.
    pub fn before(port: u16) -> Gate {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let gate = Gate {
            port: listener.local_addr().unwrap().port(),
            refused: Arc::default(),
            passed: Arc::default(),
        };
        let (refused, passed) = (gate.refused.clone(), gate.passed.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (refused, passed) = (refused.clone(), passed.clone());
                std::thread::spawn(move || {
                    let _ = pass(stream, port, &refused, &passed);
                });
            }
        });
        gate
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Nothing that an older server would not know was asked.
    pub fn assert_only_old_operations(&self) {
        let refused = self.refused.lock().unwrap();
        assert!(refused.is_empty(), "{refused:#?}");
        assert!(!self.passed.lock().unwrap().is_empty());
    }
}

fn pass(
    mut client: TcpStream,
    port: u16,
    refused: &Mutex<Vec<String>>,
    passed: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    let (head, body) = request(&mut client)?;
    let mut words = head.split(' ');
    let (method, path) = (
        words.next().unwrap_or_default().to_owned(),
        words.next().unwrap_or_default().to_owned(),
    );
    match judge(&method, &path, &body) {
        Ok(operation) => passed.lock().unwrap().push(operation),
        Err(why) => {
            refused.lock().unwrap().push(why.clone());
            let text = json!({"error": why, "path": "$", "code": "not-supported"}).to_string();
            let answer = format!(
                "HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\n\
                 content-length: {}\r\nconnection: close\r\n\r\n{text}",
                text.len()
            );
            return client.write_all(answer.as_bytes());
        }
    }
    let mut server = TcpStream::connect(("127.0.0.1", port))?;
    let mut lines = head.split("\r\n");
    let mut sent = format!("{}\r\n", lines.next().unwrap_or_default());
    for line in lines.filter(|line| !line.to_ascii_lowercase().starts_with("connection:")) {
        if !line.is_empty() {
            sent.push_str(&format!("{line}\r\n"));
        }
    }
    sent.push_str("connection: close\r\n\r\n");
    server.write_all(sent.as_bytes())?;
    server.write_all(&body)?;
    std::io::copy(&mut server, &mut client)?;
    client.shutdown(Shutdown::Both)
}

fn request(client: &mut TcpStream) -> std::io::Result<(String, Vec<u8>)> {
    let mut raw = Vec::new();
    let mut chunk = [0; 65536];
    loop {
        if let Some(end) = raw.windows(4).position(|w| w == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&raw[..end]).into_owned();
            let length = head
                .split("\r\n")
                .filter_map(|line| line.split_once(':'))
                .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
                .and_then(|(_, value)| value.trim().parse().ok())
                .unwrap_or(0);
            let mut body = raw.split_off(end + 4);
            while body.len() < length {
                let read = client.read(&mut chunk)?;
                if read == 0 {
                    return Err(std::io::Error::other("the body ends early"));
                }
                body.extend_from_slice(&chunk[..read]);
            }
            return Ok((head, body));
        }
        let read = client.read(&mut chunk)?;
        if read == 0 {
            return Err(std::io::Error::other("no request"));
        }
        raw.extend_from_slice(&chunk[..read]);
    }
}

fn judge(method: &str, path: &str, body: &[u8]) -> Result<String, String> {
    if method == "GET" && READ.contains(&path) {
        return Ok(path.to_owned());
    }
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let kind = body["type"].as_str().unwrap_or_default();
    let known = OPERATIONS
        .iter()
        .find(|(at, name, _)| *at == path && *name == kind && method == "POST");
    let Some((_, name, keys)) = known else {
        return Err(format!(
            "{method} {path} {kind} is no operation of version 2"
        ));
    };
    for key in body["args"]
        .as_object()
        .into_iter()
        .flat_map(|args| args.keys())
    {
        if !keys.contains(&key.as_str()) {
            return Err(format!("{name} has no argument {key} in version 2"));
        }
    }
    Ok(if name.is_empty() { path } else { name }.to_owned())
}
