//! The console of a project: what is changed through it lands in the project.

use crate::support::{folder, free_port};
use crate::tool::{Environment, START, Tool, project};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Child;
use std::time::Instant;

struct Console {
    child: Child,
    port: u16,
}

impl Console {
    fn start(tool: &Tool) -> Console {
        let port = free_port();
        let line = format!("console --no-browser --console-port {port}");
        let child = tool.command(&line, &[]).spawn().unwrap();
        let start = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(start.elapsed() < START, "the console does not start");
        }
        Console { child, port }
    }

    /// The head and the body of the answer to a request.
    fn ask(&self, line: &str, headers: &[(&str, &str)], body: &str) -> (String, String) {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(START)).unwrap();
        let mut text = format!("{line} HTTP/1.1\r\ncontent-length: {}\r\n", body.len());
        let own = format!("localhost:{}", self.port);
        let given = |name: &str| headers.iter().any(|(known, _)| *known == name);
        if !given("host") {
            text.push_str(&format!("host: {own}\r\n"));
        }
        if !given("connection") {
            text.push_str("connection: close\r\n");
        }
        for (name, value) in headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        stream
            .write_all(format!("{text}\r\n{body}").as_bytes())
            .unwrap();
        let mut answer = Vec::new();
        let mut chunk = [0; 4096];
        // An upgraded connection stays open.
        while let Ok(read @ 1..) = stream.read(&mut chunk) {
            answer.extend_from_slice(&chunk[..read]);
            if answer.starts_with(b"HTTP/1.1 101") {
                break;
            }
        }
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.to_owned(), body.to_owned())
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        let origin = format!("http://localhost:{}", self.port);
        let headers = [
            ("origin", origin.as_str()),
            ("content-type", "application/json"),
        ];
        let (head, body) = self.ask(&format!("POST {path}"), &headers, &body.to_string());
        assert!(head.starts_with("HTTP/1.1 200"), "{head}\n{body}");
        serde_json::from_str(&body).unwrap()
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_made_in_the_console_are_recorded_in_the_project() {
    let environment = Environment::start().await;
    let folder = folder();
    Tool::new(folder.path()).runs("init p");
    // Past the gate: what the console itself asks is not bound to the older server.
    let server = format!("http://127.0.0.1:{}", environment.howdah.port);
    let tool = Tool::of(&folder.path().join("p"), &environment.gate)
        .with("HASURA_GRAPHQL_ENDPOINT", &server);
    let console = Console::start(&tool);
    let (head, config) = console.ask("GET /console/config.json", &[], "");
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    assert!(config.contains(r#""consoleMode":"cli""#), "{config}");
    assert!(!config.contains("s3cret"), "{config}");

    let sql = |sql: &str| json!({"type": "run_sql", "args": {"source": "default", "sql": sql}});
    console.post("/v2/query", &sql("create table users (id int primary key)"));
    console.post("/v2/query", &sql("select 1"));
    let status = tool.json("migrate status -o json");
    assert_eq!(status.as_array().unwrap().len(), 1, "{status}");
    assert_eq!(status[0]["name"], "create_table_users");
    assert_eq!(status[0]["database_status"], "Present");
    let version = &status[0]["version"];
    let up = format!("migrations/default/{version}_create_table_users/up.sql");
    assert_eq!(tool.read(&up), "create table users (id int primary key)\n");

    let table = json!({"source": "default", "table": "users"});
    console.post(
        "/v1/metadata",
        &json!({"type": "pg_track_table", "args": table}),
    );
    let file = "metadata/databases/default/tables/public_users.yaml";
    assert!(tool.read(file).contains("name: users"));
    tool.ends(0, "metadata diff");
    tool.ends(0, "migrate apply").tells(&["nothing to apply"]);
    let answer = console.post("/v1/graphql", &json!({"query": "{ users { id } }"}));
    assert_eq!(answer, json!({"data": {"users": []}}));

    // What fails is not recorded.
    let body = sql("create table users (id int)").to_string();
    let (head, _) = console.ask("POST /v2/query", &[], &body);
    assert!(head.starts_with("HTTP/1.1 400"), "{head}");
    assert_eq!(tool.json("migrate status -o json"), status);

    // Subscriptions pass, too.
    let (head, _) = console.ask(
        "GET /v1/graphql",
        &[
            ("connection", "Upgrade"),
            ("upgrade", "websocket"),
            ("sec-websocket-version", "13"),
            ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
            ("sec-websocket-protocol", "graphql-transport-ws"),
        ],
        "",
    );
    assert!(head.starts_with("HTTP/1.1 101"), "{head}");
    assert!(
        head.to_ascii_lowercase().contains("graphql-transport-ws"),
        "{head}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn other_pages_cannot_use_the_consoles_secret() {
    let (_environment, _folder, tool) = project().await;
    let console = Console::start(&tool);
    let body = json!({"type": "clear_metadata", "args": {}}).to_string();
    for headers in [
        [
            ("origin", "http://evil.example"),
            ("content-type", "text/plain"),
        ],
        [("host", "evil.example"), ("content-type", "text/plain")],
    ] {
        let (head, _) = console.ask("POST /v1/metadata", &headers, &body);
        assert!(head.starts_with("HTTP/1.1 403"), "{head}");
    }
}
