//! What needs no server or concerns whole projects: help, completions, big metadata.

use crate::support::{folder, repository};
use crate::tool::{Tool, demo, files, project};
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};

#[test]
fn help_completions_and_man_pages_name_every_command() {
    let folder = folder();
    let tool = Tool::new(folder.path());
    let help = tool.runs("--help");
    for command in [
        "init",
        "migrate",
        "metadata",
        "serve",
        "doctor",
        "Exit codes",
    ] {
        assert!(help.contains(command), "{command}");
    }
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let script = tool.runs(&format!("completion {shell}"));
        for word in ["inconsistency", "all-databases", "server-port"] {
            assert!(script.contains(word), "{shell} {word}");
        }
    }
    tool.ends(2, "completion tcsh");
    tool.runs("man --dir pages");
    let page = tool.read("pages/howdah-migrate-apply.1");
    assert!(page.contains("skip\\-execution"), "{page}");
    tool.ends(2, "migrate aply").tells(&["similar", "apply"]);
    tool.ends(2, "");
    let out = tool.runs("version -o json");
    assert!(out.contains("v2.48.0-howdah"), "{out}");
    // Nothing is coloured where no terminal is.
    assert!(!tool.call("metadata apply", &[], "").err.contains('\u{1b}'));
}

/// Export, apply, export: the same bytes.
#[tokio::test(flavor = "multi_thread")]
async fn the_demo_survives_a_server_to_the_byte() {
    let (environment, _folder, tool) = demo().await;
    let metadata = tool.folder.join("metadata");
    let before = files(&metadata);
    tool.runs("deploy --with-seeds");
    tool.runs("metadata export");
    assert_eq!(files(&metadata), before);
    tool.ends(0, "metadata inconsistency status");
    environment.gate.assert_only_old_operations();
}

/// The same for thousands of tables, where they are at hand.
#[tokio::test(flavor = "multi_thread")]
async fn a_huge_schema_survives_a_server_to_the_byte() {
    let shared = match std::env::var_os("HOWDAH_BENCH") {
        Some(folder) => folder.into(),
        None => repository().join("../shared/bench"),
    };
    let Some((sql, metadata)) = unpacked(&shared) else {
        eprintln!("skipped: {} has no huge_schema", shared.display());
        return;
    };
    let (environment, _folder, tool) = project().await;
    environment.database.run(&sql).await;
    let metadata: serde_json::Value = serde_json::from_str(&metadata).unwrap();
    let answer = environment.howdah.post("/v1/query", &[], &metadata);
    assert_eq!(answer.status, 200);
    tool.runs("metadata export");
    let exported = files(&tool.folder.join("metadata"));
    assert!(exported.len() > 100, "{} files", exported.len());
    tool.runs("metadata clear");
    tool.runs("metadata apply");
    tool.runs("metadata export");
    assert!(
        files(&tool.folder.join("metadata")) == exported,
        "files differ"
    );
}

fn unpacked(folder: &Path) -> Option<(String, String)> {
    let unpack = |name: &str| {
        let path = folder.join(name);
        if !path.exists() {
            return None;
        }
        let mut child = Command::new("gzip")
            .arg("-dc")
            .arg(path)
            .stdout(Stdio::piped())
            .spawn()
            .ok()?;
        let mut text = String::new();
        child.stdout.take()?.read_to_string(&mut text).ok()?;
        child.wait().ok()?;
        Some(text)
    };
    Some((
        unpack("huge_schema.sql.gz")?,
        unpack("huge_schema.metadata.json.gz")?,
    ))
}
