//! The real binary as a child process, and an HTTP client that needs nothing but a socket.

#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// The binary under test.
pub const BINARY: &str = env!("CARGO_BIN_EXE_howdah");

const SECRET_HEADER: &str = "x-hasura-admin-secret";

/// How long a line that was printed may take to be read here.
const PRINTED: Duration = Duration::from_secs(30);

/// A port that was free a moment ago.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

/// A howdah that runs; killed when dropped.
pub struct Howdah {
    pub child: Child,
    pub port: u16,
    /// Sent with every request that does not send one itself.
    pub secret: Option<String>,
    output: Arc<Mutex<Vec<String>>>,
    readers: Vec<JoinHandle<()>>,
}

/// An HTTP answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&self.body)))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, v)| v.as_str())
    }
}

/// A command for the binary with an empty environment but PATH.
pub fn command() -> Command {
    let mut command = Command::new(BINARY);
    command
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command
}

/// Runs the binary to its end.
pub fn run(mut command: Command) -> (ExitStatus, String, String) {
    let output = command.stdin(Stdio::null()).output().unwrap();
    (
        output.status,
        String::from_utf8_lossy(&output.stdout).into_owned(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}

impl Howdah {
    /// `howdah serve` on a database, with more arguments and variables.
    pub fn serve(url: &str, args: &[&str], env: &[(&str, &str)]) -> Howdah {
        let port = free_port();
        let mut command = command();
        command
            .args([
                "--database-url",
                url,
                "serve",
                "--server-port",
                &port.to_string(),
            ])
            .args(args)
            .envs(env.iter().copied());
        Howdah::start(command, port)
    }

    /// Starts a command that will listen on `port`.
    pub fn start(mut command: Command, port: u16) -> Howdah {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let output: Arc<Mutex<Vec<String>>> = Arc::default();
        let streams: [Box<dyn Read + Send>; 2] = [
            Box::new(child.stdout.take().unwrap()),
            Box::new(child.stderr.take().unwrap()),
        ];
        let readers = streams.map(|stream| {
            let output = output.clone();
            std::thread::spawn(move || {
                for line in BufReader::new(stream).lines().map_while(Result::ok) {
                    output.lock().unwrap().push(line);
                }
            })
        });
        Howdah {
            child,
            port,
            secret: None,
            output,
            readers: readers.into(),
        }
    }

    /// `howdah dev` in a folder, which needs not hold a project.
    pub fn dev(folder: &Path, args: &[&str], env: &[(&str, &str)]) -> Howdah {
        let port = free_port();
        let mut command = command();
        command
            .current_dir(folder)
            .args(["dev", "--server-port", &port.to_string()])
            .args(args)
            .envs(env.iter().copied());
        Howdah::start(command, port)
    }

    /// Takes the admin secret that was printed.
    pub fn with_printed_secret(mut self) -> Howdah {
        let line = self.says("Admin secret");
        let secret = line.trim().strip_prefix("Admin secret");
        self.secret = secret.map(|secret| secret.trim().to_owned());
        assert!(self.secret.is_some(), "no secret in {line}");
        self
    }

    /// Waits until requests are answered; panics with the output when that takes too long.
    pub fn ready(mut self, patience: Duration) -> Howdah {
        let start = Instant::now();
        loop {
            if let Ok(answer) = self.try_send("GET", "/healthz", &[], b"")
                && answer.status == 200
            {
                return self;
            }
            let ended = self.child.try_wait().unwrap();
            if start.elapsed() > patience || ended.is_some() {
                panic!("not ready ({ended:?}): {:#?}", self.lines());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Waits for a line with `part` and answers it whole. A server may answer requests before what
    /// it printed earlier is read here, so a test that expects a line has to wait for it.
    pub fn says(&self, part: &str) -> String {
        let mut found = None;
        eventually(PRINTED, || {
            found = self.lines().into_iter().find(|line| line.contains(part));
            found.is_some()
        });
        found.unwrap_or_else(|| panic!("no line has {part:?}: {:#?}", self.lines()))
    }

    /// What it printed so far; all of it once [`Howdah::wait`] answered.
    pub fn lines(&self) -> Vec<String> {
        self.output.lock().unwrap().clone()
    }

    pub fn try_send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> std::io::Result<Answer> {
        let mut stream = self.open(method, path, headers, body)?;
        let mut raw = Vec::new();
        stream.read_to_end(&mut raw)?;
        let end = raw
            .windows(4)
            .position(|w| w == b"\r\n\r\n")
            .ok_or_else(|| std::io::Error::other("no HTTP answer"))?;
        let head = String::from_utf8_lossy(&raw[..end]).into_owned();
        let mut lines = head.split("\r\n");
        let status = lines
            .next()
            .and_then(|l| l.split(' ').nth(1))
            .and_then(|s| s.parse().ok())
            .ok_or_else(|| std::io::Error::other("no status"))?;
        let headers: Vec<(String, String)> = lines
            .filter_map(|l| l.split_once(": "))
            .map(|(n, v)| (n.to_owned(), v.to_owned()))
            .collect();
        let chunked = headers
            .iter()
            .any(|(n, v)| n.eq_ignore_ascii_case("transfer-encoding") && v == "chunked");
        let body = &raw[end + 4..];
        let body = if chunked {
            unchunk(body)
        } else {
            body.to_vec()
        };
        Ok(Answer {
            status,
            headers,
            body,
        })
    }

    /// Sends a request and leaves the answer to the caller.
    pub fn open(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> std::io::Result<TcpStream> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        let mut head = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {}\r\n",
            body.len()
        );
        let secret = self.secret.as_deref().map(|secret| (SECRET_HEADER, secret));
        let secret = secret.filter(|_| !headers.iter().any(|(name, _)| *name == SECRET_HEADER));
        for (name, value) in headers.iter().copied().chain(secret) {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        stream.write_all(head.as_bytes())?;
        stream.write_all(body)?;
        Ok(stream)
    }

    pub fn post(&self, path: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
        self.try_send("POST", path, headers, body.to_string().as_bytes())
            .unwrap()
    }

    /// A GraphQL request as admin (or as the headers say).
    pub fn graphql(&self, query: &str, headers: &[(&str, &str)]) -> Value {
        self.post("/v1/graphql", headers, &json!({ "query": query }))
            .json()
    }

    /// A command of the metadata API that must succeed.
    pub fn metadata(&self, kind: &str, args: Value) -> Value {
        let answer = self.post("/v1/metadata", &[], &json!({"type": kind, "args": args}));
        assert_eq!(answer.status, 200, "{kind}: {}", answer.json());
        answer.json()
    }

    /// SQL that must succeed.
    pub fn sql(&self, sql: &str) -> Value {
        let body = json!({"type": "run_sql", "args": {"source": "default", "sql": sql}});
        let answer = self.post("/v2/query", &[], &body);
        assert_eq!(answer.status, 200, "{}", answer.json());
        answer.json()
    }

    /// Sends a signal by name.
    pub fn signal(&self, signal: &str) {
        let status = Command::new("kill")
            .args([&format!("-{signal}"), &self.child.id().to_string()])
            .status()
            .unwrap();
        assert!(status.success());
    }

    /// Waits for the end.
    pub fn wait(&mut self, patience: Duration) -> Option<ExitStatus> {
        let start = Instant::now();
        while start.elapsed() < patience {
            if let Some(status) = self.child.try_wait().unwrap() {
                // Children that outlive it may hold its streams open, so not for ever.
                eventually(PRINTED, || self.readers.iter().all(JoinHandle::is_finished));
                return Some(status);
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        None
    }
}

impl Drop for Howdah {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn unchunk(mut body: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    while let Some(end) = body.windows(2).position(|w| w == b"\r\n") {
        let size = std::str::from_utf8(&body[..end])
            .ok()
            .and_then(|s| usize::from_str_radix(s, 16).ok());
        let Some(size) = size.filter(|s| *s > 0 && body.len() >= end + 2 + s) else {
            break;
        };
        out.extend_from_slice(&body[end + 2..end + 2 + size]);
        body = body.get(end + 4 + size..).unwrap_or_default();
    }
    out
}

/// Polls until `done` answers true.
pub fn eventually(patience: Duration, mut done: impl FnMut() -> bool) -> bool {
    let start = Instant::now();
    while start.elapsed() < patience {
        if done() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    false
}

/// The root of the repository.
pub fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

/// A folder that other accounts can reach, as PostgreSQL needs it when tests run as root.
pub fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let open = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(folder.path(), open).unwrap();
    folder
}

/// Copies a folder, leaving out what runs left behind.
pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_name() == ".howdah" {
            continue;
        } else if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Command lines of live processes that mention a folder.
pub fn processes_of(folder: &Path) -> Vec<String> {
    let output = Command::new("ps")
        .args(["-eo", "stat=,pid=,args=", "-ww"])
        .output()
        .unwrap();
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter(|line| !line.starts_with('Z') && line.contains(folder.to_str().unwrap()))
        .map(str::to_owned)
        .collect()
}
