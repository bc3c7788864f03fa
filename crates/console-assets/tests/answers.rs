//! What a browser gets for which path.

#![allow(clippy::unwrap_used)]

use flate2::Compression;
use flate2::write::GzEncoder;
use howdah_console_assets::{Answer, Console, Mode, Settings};
use std::fs;
use std::io::Write;
use std::path::Path;

const SETTINGS: Settings<'static> = Settings {
    mode: Mode::Server,
    api_base: "../",
    version: "v2.48.0-\"x\"",
    needs_admin_secret: true,
};

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn write(root: &Path, path: &str, bytes: &[u8]) {
    let file = root.join(path);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, bytes).unwrap();
}

/// A console of its own, as a build leaves it.
fn console() -> Console {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write(
        root,
        "index.html",
        b"<head><base href=\"./\"><script src=\"./assets/index-AbCd_f-1.js\">",
    );
    write(root, "assets/index-AbCd_f-1.js.gz", &gzip("let x = 1"));
    write(root, "assets/index-AbCd_f-1.js.br", b"as brotli");
    write(root, "icon.svg", b"<svg/>");
    Console::embedded().with_folder(root).unwrap()
}

fn get(path: &str, encodings: &str) -> Answer {
    console().answer(path, encodings, &SETTINGS)
}

fn header<'a>(answer: &'a Answer, name: &str) -> Option<&'a str> {
    let found = answer.headers.iter().find(|(n, _)| *n == name);
    found.map(|(_, value)| &**value)
}

fn text(answer: &Answer) -> &str {
    std::str::from_utf8(&answer.body).unwrap()
}

#[test]
fn pages_of_any_depth_find_the_files_by_a_relative_base() {
    for (path, base) in [
        ("/", "./"),
        ("/data", "./"),
        ("/data/default/public", "./../../"),
        ("/settings/", "./../"),
    ] {
        let answer = get(path, "gzip, br");
        assert_eq!(answer.status, 200);
        assert!(
            text(&answer).contains(&format!("<base href=\"{base}\"")),
            "{path}: {}",
            text(&answer)
        );
        assert_eq!(header(&answer, "cache-control"), Some("no-cache"));
    }
}

#[test]
fn a_page_may_load_nothing_from_elsewhere_and_run_nothing_inline() {
    let answer = get("/api", "");
    let policy = header(&answer, "content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'"));
    let scripts = policy.split("; ").find(|p| p.starts_with("script-src"));
    assert_eq!(scripts, Some("script-src 'self'"));
    assert!(
        !policy.contains("http") && !policy.contains('*'),
        "{policy}"
    );
    assert!(policy.contains("frame-ancestors 'none'"));
}

#[test]
fn the_address_without_a_slash_leads_to_the_one_with_it() {
    let answer = get("", "");
    assert_eq!(answer.status, 302);
    assert_eq!(header(&answer, "location"), Some("console/"));
}

#[test]
fn hashed_files_are_kept_for_ever_in_the_best_encoding() {
    let path = "/assets/index-AbCd_f-1.js";
    let answer = get(path, "gzip, deflate, br");
    assert_eq!(header(&answer, "content-encoding"), Some("br"));
    assert_eq!(&*answer.body, b"as brotli");
    assert_eq!(answer.content_type, "text/javascript; charset=utf-8");
    assert!(
        header(&answer, "cache-control")
            .unwrap()
            .contains("immutable")
    );
    let answer = get(path, "gzip, br;q=0");
    assert_eq!(header(&answer, "content-encoding"), Some("gzip"));
    let answer = get(path, "");
    assert_eq!(header(&answer, "content-encoding"), None);
    assert_eq!(text(&answer), "let x = 1");
}

#[test]
fn other_files_are_asked_for_anew() {
    let answer = get("/icon.svg", "gzip");
    assert_eq!(answer.content_type, "image/svg+xml");
    assert_eq!(header(&answer, "cache-control"), Some("no-cache"));
}

#[test]
fn paths_name_entries_of_the_map_only() {
    for path in [
        "/assets/../index.html",
        "/assets/nothing-12345678.js",
        "/assets/%2e%2e/x",
        "/assets/",
    ] {
        assert_eq!(get(path, "").status, 404, "{path}");
    }
    // Anything else is a page of the console, whatever it looks like.
    let answer = get("/../../etc/passwd", "");
    assert!(text(&answer).contains("<base "));
}

#[test]
fn the_console_is_told_how_it_is_served() {
    let answer = get("/config.json", "");
    assert_eq!(header(&answer, "cache-control"), Some("no-store"));
    assert_eq!(
        text(&answer),
        r#"{"consoleMode":"server","apiBase":"../","version":"v2.48.0-\"x\"","needsAdminSecret":true}"#
    );
}

#[test]
fn without_a_build_a_page_says_how_to_build() {
    let answer = Console::default().answer("/data", "", &SETTINGS);
    assert_eq!(answer.status, 503);
    assert!(text(&answer).contains("npm run build"));
    assert!(!Console::default().is_built());
}

#[test]
fn a_folder_without_a_console_adds_its_files() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "common/logo.png", b"png");
    let console = console().with_folder(folder.path()).unwrap();
    assert!(console.is_built());
    let answer = console.answer("/assets/common/logo.png", "", &SETTINGS);
    assert_eq!((answer.status, &*answer.body), (200, &b"png"[..]));
    assert!(
        Console::default()
            .with_folder(&folder.path().join("none"))
            .is_err()
    );
}
