//! What a person at a terminal sees: questions, bars, colours, Ctrl-C, completions. The terminals
//! are those of `script`.

use crate::support::BINARY;
use crate::tool::{Ended, SECRET, Tool, project};
use serde_json::json;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const CTRL_C: &str = "\u{3}";
const DOWN: &str = "\u{1b}[B";
const HIDE_CURSOR: &str = "\u{1b}[?25l";
const SHOW_CURSOR: &str = "\u{1b}[?25h";
const PATIENCE: Duration = Duration::from_secs(60);

/// A process on a terminal of its own.
struct Terminal {
    child: Child,
    keys: ChildStdin,
    screen: Arc<Mutex<String>>,
    line: String,
}

impl Terminal {
    /// The tool.
    fn of(tool: &Tool, line: &str) -> Terminal {
        Terminal::shell(tool, &format!("exec '{BINARY}' {line}"))
    }

    /// What a shell makes of a line.
    fn shell(tool: &Tool, line: &str) -> Terminal {
        let own = tool.command("", &[]);
        let mut command = Command::new("script");
        command
            .args(["-q", "-e", "-c", line, "/dev/null"])
            .current_dir(&tool.folder)
            .env_clear()
            .envs(
                own.get_envs()
                    .filter_map(|(name, value)| Some((name, value?))),
            );
        Terminal::start(command, line)
    }

    fn start(mut command: Command, line: &str) -> Terminal {
        let needed = [("TERM", "xterm"), ("SHELL", "/bin/sh")];
        let given = |name: &str| command.get_envs().any(|(known, _)| known == name);
        let missing: Vec<_> = needed
            .into_iter()
            .filter(|(name, _)| !given(name))
            .collect();
        let mut child = command
            .envs(missing)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("script is there: scripts/install-needs test installs it");
        let screen: Arc<Mutex<String>> = Arc::default();
        let (shown, mut output) = (screen.clone(), child.stdout.take().unwrap());
        std::thread::spawn(move || {
            let mut chunk = [0; 4096];
            while let Ok(read @ 1..) = output.read(&mut chunk) {
                let text = String::from_utf8_lossy(&chunk[..read]).into_owned();
                shown.lock().unwrap().push_str(&text);
            }
        });
        Terminal {
            keys: child.stdin.take().unwrap(),
            child,
            screen,
            line: line.to_owned(),
        }
    }

    fn screen(&self) -> String {
        self.screen.lock().unwrap().clone()
    }

    /// Waits until all of this has been on the screen.
    fn shows(&mut self, part: &str) -> &mut Terminal {
        let start = Instant::now();
        while !self.screen().contains(part) {
            let waits = start.elapsed() < PATIENCE;
            assert!(waits, "{}: no {part:?} in\n{}", self.line, self.screen());
            std::thread::sleep(Duration::from_millis(5));
        }
        self
    }

    fn types(&mut self, keys: &str) -> &mut Terminal {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
        self
    }

    /// Waits for the end; gives everything that was on the screen.
    fn ends(mut self, code: i32) -> String {
        let start = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            let waits = start.elapsed() < PATIENCE;
            assert!(waits, "{} does not end:\n{}", self.line, self.screen());
            std::thread::sleep(Duration::from_millis(5));
        };
        let ended = Ended::of(&self.line, status.code().unwrap_or(-1), self.screen());
        ended.ends(code).out
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn questions_are_asked_on_terminals() {
    let (_environment, _folder, tool) = project().await;
    tool.migration("1_a", "create table a (id int);", "drop table a;");
    // Yes, no, nobody to answer.
    let ask = || {
        let mut terminal = Terminal::of(&tool, "metadata clear");
        terminal.shows("Remove all metadata").shows("[y/N]");
        terminal
    };
    let mut no = ask();
    no.types("n");
    assert!(no.ends(1).contains("nothing was changed"));
    let mut yes = ask();
    yes.types("y");
    yes.ends(0);
    let silent = Terminal::of(&tool, "migrate delete --all --disable-interactive").ends(2);
    assert!(silent.contains("--force confirms it"), "{silent}");
    Terminal::of(&tool, "metadata clear --yes").ends(0);
    // Who leaves finds the cursor where it was.
    let mut left = ask();
    left.types(CTRL_C);
    let screen = left.ends(130);
    assert!(
        screen.rfind(SHOW_CURSOR) > screen.rfind(HIDE_CURSOR),
        "{screen:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_is_chosen_and_a_secret_typed() {
    let (environment, _folder, tool) = project().await;
    let url = json!({"from_env": "HASURA_GRAPHQL_DATABASE_URL"});
    let args =
        json!({"name": "second", "configuration": {"connection_info": {"database_url": url}}});
    environment.howdah.metadata("pg_add_source", args);
    tool.write("migrations/second/1_a/up.sql", "create table a (id int);");
    let mut choice = Terminal::of(&tool, "migrate apply");
    choice
        .shows("Which database")
        .shows("second")
        .types(DOWN)
        .types("\r");
    assert!(choice.ends(0).contains("second: 1 migration done"));
    let mut left = Terminal::of(&tool, "migrate apply");
    left.shows("Which database").types(CTRL_C);
    let screen = left.ends(130);
    assert!(
        screen.rfind(SHOW_CURSOR) > screen.rfind(HIDE_CURSOR),
        "{screen:?}"
    );
    // What is typed is not shown.
    let unknown = Tool::of(&tool.folder, &environment.gate).with("HASURA_GRAPHQL_ADMIN_SECRET", "");
    let mut secret = Terminal::of(&unknown, "metadata export --admin-secret-file -");
    secret.shows("Admin secret: ").types(&format!("{SECRET}\n"));
    let screen = secret.ends(0);
    assert!(!screen.contains(SECRET), "{screen}");
    // Who changes their mind has a terminal that shows what is typed.
    let line = format!(
        "trap : INT; '{BINARY}' metadata export --admin-secret-file -; echo \"ended with $?\"; stty -a"
    );
    let mut left = Terminal::shell(&unknown, &line);
    left.shows("Admin secret: ").types(CTRL_C);
    let screen = left.ends(0);
    assert!(screen.contains("ended with 130"), "{screen}");
    assert!(
        screen.contains(" echo ") && !screen.contains("-echo "),
        "{screen}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn bars_and_colours_are_for_terminals_that_want_them() {
    let (environment, _folder, tool) = project().await;
    for number in 1..=3 {
        // Long enough for somebody to press Ctrl-C while the second runs.
        let rest = if number == 2 {
            "select pg_sleep(2);"
        } else {
            ""
        };
        let up = format!("create table t{number} (id int); {rest}");
        tool.migration(
            &format!("{number}_make"),
            &up,
            &format!("drop table t{number};"),
        );
    }
    let mut stopped = Terminal::of(&tool, "migrate apply");
    stopped.shows("1/3 2_make").types(CTRL_C);
    let screen = stopped.ends(1);
    for part in [
        "when the file that is running is done",
        "done before: 1_make, 2_make; not done: 1 of 3",
    ] {
        assert!(screen.contains(part), "{part}\n{screen}");
    }
    // Everything again, where no bars are wanted; the last file alone needs none.
    tool.runs("migrate apply --down all");
    let plain = Terminal::of(&tool, "migrate apply --log-level warn").ends(0);
    assert!(!plain.contains("/3"), "{plain}");

    let coloured = Terminal::of(&tool, "doctor").ends(0);
    assert!(coloured.contains("\u{1b}[32mok"), "{coloured}");
    let wrong = Terminal::of(&tool, "migrate aply").ends(2);
    assert!(wrong.contains("\u{1b}["), "{wrong}");
    let unset = ("HASURA_GRAPHQL_NOTHING", "");
    for ((name, value), code, line) in [
        (unset, 0, "doctor --no-color"),
        (unset, 2, "--no-color migrate aply"),
        (("NO_COLOR", "1"), 0, "doctor"),
        (("NO_COLOR", "1"), 2, "migrate aply"),
        (("TERM", "dumb"), 0, "doctor"),
        (("TERM", "dumb"), 2, "migrate aply"),
        (("TERM", "dumb"), 0, "migrate apply --down all"),
    ] {
        let tool = Tool::of(&tool.folder, &environment.gate).with(name, value);
        let screen = Terminal::of(&tool, line).ends(code);
        assert!(!screen.contains('\u{1b}'), "{line} {name}: {screen:?}");
    }
}

#[test]
fn bash_completes_commands_and_flags() {
    let folder = crate::support::folder();
    let programs = Path::new(BINARY).parent().unwrap().display().to_string();
    let path = std::env::var("PATH").unwrap_or_default();
    let mut command = Command::new("script");
    command
        .args(["-q", "-e", "-c", "bash --norc --noprofile -i", "/dev/null"])
        .current_dir(folder.path())
        .env_clear()
        .env("PATH", format!("{programs}:{path}"))
        .env("PS1", "$ ");
    let mut bash = Terminal::start(command, "bash");
    bash.shows("$ ");
    // Put together by the shell, so that the echo of the keys is not taken for it.
    bash.types("source <(howdah completion bash) && echo rea''dy\n")
        .shows("ready");
    bash.types("howdah metad\tinc\tdr\t--hel\t\n")
        .shows("howdah metadata inconsistency drop --help");
    bash.types("howdah migrate apply --all-d\t--dry\t--hel\t\n")
        .shows("--all-databases --dry-run --help");
    bash.types("exit\n");
    bash.ends(0);
}
