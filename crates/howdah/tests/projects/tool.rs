//! The tool, called in a folder as people and scripts do.

use crate::gate::Gate;
use crate::support::{self, BINARY, Howdah, command};
use howdah_test_postgres::TestDatabase;
use serde_json::Value;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tempfile::TempDir;

pub const SECRET: &str = "s3cret";
pub const START: Duration = Duration::from_secs(30);

/// A server on a database of its own, behind a gate.
pub struct Environment {
    pub howdah: Howdah,
    pub gate: Gate,
    pub database: TestDatabase,
}

impl Environment {
    pub async fn start() -> Environment {
        let database = howdah_test_postgres::database().await;
        let howdah = serve(&database, &[]);
        Environment {
            gate: Gate::before(howdah.port),
            howdah,
            database,
        }
    }
}

/// A server, and a new project for it in a folder that goes when it is dropped.
pub async fn project() -> (Environment, TempDir, Tool) {
    let environment = Environment::start().await;
    let folder = support::folder();
    Tool::new(folder.path()).runs("init p");
    let tool = Tool::of(&folder.path().join("p"), &environment.gate);
    (environment, folder, tool)
}

/// A server, and a copy of the demo for it.
pub async fn demo() -> (Environment, TempDir, Tool) {
    let environment = Environment::start().await;
    let folder = support::folder();
    let copied = folder.path().join("demo");
    support::copy(&support::repository().join("demo"), &copied);
    let tool = Tool::of(&copied, &environment.gate);
    (environment, folder, tool)
}

/// `howdah serve` on a database, ready.
pub fn serve(database: &TestDatabase, arguments: &[&str]) -> Howdah {
    let port = support::free_port();
    let mut start = command();
    start
        .args(["serve", "--server-port", &port.to_string()])
        .args(arguments)
        .env("HASURA_GRAPHQL_DATABASE_URL", database.url())
        .env("HASURA_GRAPHQL_ADMIN_SECRET", SECRET);
    let mut howdah = Howdah::start(start, port).ready(START);
    howdah.secret = Some(SECRET.to_owned());
    howdah
}

/// The tool in a folder.
pub struct Tool {
    pub folder: PathBuf,
    pub program: PathBuf,
    variables: Vec<(String, String)>,
}

/// What a call ended with.
pub struct Ended {
    pub code: i32,
    pub out: String,
    pub err: String,
    line: String,
}

impl Tool {
    pub fn new(folder: &Path) -> Tool {
        Tool {
            folder: folder.to_owned(),
            program: BINARY.into(),
            variables: Vec::new(),
        }
    }

    /// For a server.
    pub fn of(folder: &Path, gate: &Gate) -> Tool {
        Tool::new(folder)
            .with("HASURA_GRAPHQL_ENDPOINT", &gate.url())
            .with("HASURA_GRAPHQL_ADMIN_SECRET", SECRET)
    }

    pub fn with(mut self, name: &str, value: &str) -> Tool {
        self.variables.retain(|(known, _)| known != name);
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Calls it. Words are separated by spaces; `{}` stands for the next of `values`.
    pub fn call(&self, line: &str, values: &[&str], input: &str) -> Ended {
        let mut child = self
            .command(line, values)
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let _ = stdin.write_all(input.as_bytes());
        drop(stdin);
        let output = child.wait_with_output().unwrap();
        Ended {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
            line: line.to_owned(),
        }
    }

    pub fn command(&self, line: &str, values: &[&str]) -> std::process::Command {
        let mut values = values.iter();
        let words = line.split_whitespace().map(|word| match word {
            "{}" => (*values.next().unwrap()).to_owned(),
            word => word.to_owned(),
        });
        let mut command = std::process::Command::new(&self.program);
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .envs(self.variables.iter().map(|(k, v)| (k, v)))
            .current_dir(&self.folder)
            .args(words)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// A call that must end with a code; gives what it wrote.
    pub fn ends(&self, code: i32, line: &str) -> Ended {
        self.call(line, &[], "").ends(code)
    }

    /// A call that must succeed; gives what it wrote to standard output.
    pub fn runs(&self, line: &str) -> String {
        self.ends(0, line).out
    }

    /// A call that must succeed and write JSON.
    pub fn json(&self, line: &str) -> Value {
        let out = self.runs(line);
        serde_json::from_str(&out).unwrap_or_else(|e| panic!("{line}: {e}: {out}"))
    }

    pub fn write(&self, file: &str, text: &str) {
        let path = self.folder.join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub fn read(&self, file: &str) -> String {
        std::fs::read_to_string(self.folder.join(file)).unwrap_or_else(|e| panic!("{file}: {e}"))
    }

    /// A migration with a version of the test's choice.
    pub fn migration(&self, name: &str, up: &str, down: &str) {
        self.write(&format!("migrations/default/{name}/up.sql"), up);
        self.write(&format!("migrations/default/{name}/down.sql"), down);
    }
}

impl Ended {
    pub fn of(line: &str, code: i32, out: String) -> Ended {
        Ended {
            code,
            out,
            err: String::new(),
            line: line.to_owned(),
        }
    }

    pub fn ends(self, code: i32) -> Ended {
        assert_eq!(
            self.code, code,
            "{}\n--- out\n{}--- err\n{}",
            self.line, self.out, self.err
        );
        self
    }

    /// Standard error must hold all of these.
    pub fn tells(self, parts: &[&str]) -> Ended {
        for part in parts {
            assert!(
                self.err.contains(part),
                "{}: {part:?} is missing in\n{}",
                self.line,
                self.err
            );
        }
        self
    }
}

/// Every file below a folder with its text.
pub fn files(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let text = std::fs::read_to_string(&path).unwrap();
                found.push((path.strip_prefix(folder).unwrap().to_owned(), text));
            }
        }
    }
    found.sort();
    found
}
