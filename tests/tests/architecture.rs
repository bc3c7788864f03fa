//! The arrows between crates, and rules about source files, as `docs/architecture.md` has them.

#![allow(clippy::unwrap_used)]

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The floors of the house, from the ground up: a crate may use crates of lower floors only, so
/// that those of one floor do not know each other.
const FLOORS: [&[&str]; 7] = [
    &["error", "console-assets"],
    &["metadata"],
    &["ir"],
    &["schema", "postgres", "http-client"],
    &["engine", "project", "local-postgres"],
    &["server", "cli"],
    &["howdah"],
];

/// Crates that only tests use.
const FOR_TESTS: [&str; 2] = ["howdah-test-postgres", "howdah-tests"];

/// Libraries that belong to some crates alone. Only a server listens, and whoever calls out does it
/// through one client; only one crate knows SQL (the managed server is asked whether it is ready).
const KEPT_TO: [(&[&str], &[&str]); 6] = [
    (&["axum", "tower-http"], &["howdah-server"]),
    (
        &["hyper", "hyper-util", "http-body-util"],
        &[
            "howdah-server",
            "howdah-http-client",
            "howdah-cli",
            "howdah",
        ],
    ),
    (
        &[
            "tokio-postgres",
            "tokio-postgres-rustls",
            "postgres-types",
            "postgres-protocol",
        ],
        &["howdah-postgres", "howdah-local-postgres"],
    ),
    (&["bluejay-parser", "bluejay-core"], &["howdah-schema"]),
    (&["serde_norway"], &["howdah-project"]),
    (&["clap"], &["howdah-server", "howdah-cli", "howdah"]),
];

/// Crates that are pure: nothing that waits, listens or connects.
const WITHOUT_IO: [&str; 5] = [
    "howdah-error",
    "howdah-metadata",
    "howdah-ir",
    "howdah-schema",
    "howdah-project",
];
const IO: [&str; 5] = ["tokio", "tokio-util", "socket2", "rustls", "async-trait"];

/// A file longer than this has more than one job.
const MAX_LINES: usize = 800;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

/// Direct dependencies of the workspace's crates, without those of their tests.
fn arrows() -> BTreeMap<String, BTreeSet<String>> {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--format-version",
            "1",
            "--no-deps",
            "--offline",
        ])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = |v: &Value| v.as_str().unwrap().to_owned();
    metadata["packages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|package| {
            let uses = package["dependencies"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|d| d["kind"].as_str() != Some("dev"))
                .map(|d| text(&d["name"]))
                .collect();
            (text(&package["name"]), uses)
        })
        .collect()
}

fn floor(package: &str) -> Option<usize> {
    let short = package.strip_prefix("howdah-").unwrap_or(package);
    FLOORS.iter().position(|floor| floor.contains(&short))
}

fn product() -> BTreeMap<String, BTreeSet<String>> {
    let mut all = arrows();
    all.retain(|name, _| !FOR_TESTS.contains(&name.as_str()));
    all
}

#[test]
fn every_crate_has_a_floor() {
    for package in product().keys() {
        assert!(
            floor(package).is_some(),
            "{package} stands on no floor: add it to FLOORS"
        );
    }
}

#[test]
fn arrows_point_down() {
    for (package, uses) in product() {
        for used in uses.iter().filter(|u| u.starts_with("howdah")) {
            assert!(
                !FOR_TESTS.contains(&used.as_str()),
                "{package} depends on {used}, which is for tests"
            );
            assert!(
                floor(used) < floor(&package),
                "{package} depends on {used}, which is not below it"
            );
        }
    }
}

#[test]
fn libraries_stay_with_their_crates() {
    for (package, uses) in product() {
        for (libraries, owners) in KEPT_TO {
            for library in libraries {
                assert!(
                    owners.contains(&package.as_str()) || !uses.contains(*library),
                    "{package} depends on {library}, which belongs to {owners:?}"
                );
            }
        }
        if WITHOUT_IO.contains(&package.as_str()) {
            for library in IO {
                assert!(
                    !uses.contains(library),
                    "{package} is pure but depends on {library}"
                );
            }
        }
    }
}

/// Source files of the product's crates, with their path from `crates/`.
fn sources() -> Vec<(String, String)> {
    let crates = root().join("crates");
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> = fs::read_dir(&crates)
        .unwrap()
        .map(|entry| entry.unwrap().path().join("src"))
        .filter(|folder| folder.is_dir())
        .collect();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let name = path.strip_prefix(&crates).unwrap().display().to_string();
                found.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    assert!(found.len() > 100, "the source files were not found");
    found.sort();
    found
}

#[test]
fn files_are_short() {
    let long: Vec<String> = sources()
        .iter()
        .map(|(name, text)| (name, text.lines().count()))
        .filter(|(_, lines)| *lines > MAX_LINES)
        .map(|(name, lines)| format!("{name}: {lines} lines"))
        .collect();
    assert!(long.is_empty(), "files over {MAX_LINES} lines: {long:#?}");
}

#[test]
fn files_open_with_what_they_are_for() {
    let bare: Vec<String> = sources()
        .into_iter()
        .filter(|(name, _)| !name.ends_with("/tests.rs"))
        .filter(|(_, text)| !text.starts_with("//!"))
        .map(|(name, _)| name)
        .collect();
    assert!(
        bare.is_empty(),
        "files without an opening paragraph: {bare:#?}"
    );
}

/// Columns and tables without a role's right may be made where stored rules are read and where
/// rules of roles are merged, and nowhere else.
#[test]
fn only_rules_name_columns_and_tables_without_a_permit() {
    let allowed = |name: &str| {
        name == "schema/src/rules.rs"
            || name.starts_with("schema/src/resolve/")
            || name.starts_with("ir/src/")
    };
    let users: BTreeSet<String> = sources()
        .into_iter()
        .filter(|(_, text)| {
            text.lines()
                .map(|line| line.split("//").next().unwrap_or_default())
                .any(|code| code.contains("::in_rule(") || code.contains("::in_rule)"))
        })
        .map(|(name, _)| name)
        .collect();
    assert!(
        users.contains("schema/src/rules.rs"),
        "the search finds nothing: {users:?}"
    );
    let strangers: Vec<&String> = users.iter().filter(|name| !allowed(name)).collect();
    assert!(
        strangers.is_empty(),
        "`in_rule` is used outside of rules: {strangers:?}"
    );
}

/// The catalogue of rights is asked in lowering only: backends get permits, never [`Roles`].
#[test]
fn backends_do_not_open_rights() {
    for (name, text) in sources() {
        if name.starts_with("postgres/src/") {
            for forbidden in [
                "open_select(",
                "open_insert(",
                "open_update(",
                "open_delete(",
            ] {
                assert!(
                    !text.contains(forbidden),
                    "{name} opens a right itself: {forbidden}"
                );
            }
        }
    }
}
