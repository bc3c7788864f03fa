//! The web console at `/console`.

use crate::client::get;
use crate::fake::Server;
use std::fs;

/// A folder with a console, as a build leaves it.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    fs::create_dir(root.join("assets")).unwrap();
    fs::write(
        root.join("index.html"),
        format!("<base href=\"./\">{}", " ".repeat(2000)),
    )
    .unwrap();
    fs::write(root.join("assets/index-12345678.js"), "let x").unwrap();
    fs::write(root.join("assets/index-12345678.js.gz"), "zipped").unwrap();
    folder
}

async fn server(flags: &str) -> (Server, tempfile::TempDir) {
    let folder = folder();
    let assets = folder.path().display();
    let server = Server::start(&format!("{flags} --console-assets-dir {assets}")).await;
    (server, folder)
}

#[tokio::test]
async fn the_console_is_off_unless_it_is_asked_for() {
    let (server, _folder) = server("").await;
    for path in [
        "/",
        "/console",
        "/console/",
        "/console/assets/index-12345678.js",
    ] {
        let answer = get(server.address, path, &[]).await;
        assert_eq!(answer.status, 404, "{path}");
        assert_eq!(answer.json()["code"], "not-found");
    }
}

#[tokio::test]
async fn the_console_needs_the_metadata_api() {
    let (server, _folder) = server("--enable-console --enabled-apis graphql").await;
    assert_eq!(get(server.address, "/console/", &[]).await.status, 404);
    assert_eq!(get(server.address, "/", &[]).await.status, 404);
}

#[tokio::test]
async fn the_root_leads_to_the_console() {
    let (server, _folder) = server("--enable-console").await;
    for path in ["/", "/console"] {
        let answer = get(server.address, path, &[]).await;
        assert_eq!(answer.status, 302, "{path}");
        assert_eq!(answer.header("location"), Some("console/"), "{path}");
    }
}

#[tokio::test]
async fn pages_and_files_come_with_their_headers() {
    let (server, _folder) = server("--enable-console --admin-secret s").await;
    let page = get(
        server.address,
        "/console/data/default",
        &[("accept-encoding", "gzip")],
    )
    .await;
    assert_eq!(page.status, 200);
    assert_eq!(
        page.header("content-type"),
        Some("text/html; charset=utf-8")
    );
    assert_eq!(page.header("content-encoding"), Some("gzip"));
    assert!(
        page.header("content-security-policy")
            .unwrap()
            .contains("script-src 'self'")
    );
    let file = get(
        server.address,
        "/console/assets/index-12345678.js",
        &[("accept-encoding", "gzip")],
    )
    .await;
    assert_eq!(file.header("content-encoding"), Some("gzip"));
    assert_eq!(file.text(), "zipped");
    let config = get(server.address, "/console/config.json", &[]).await;
    assert_eq!(config.json()["needsAdminSecret"], true);
    assert_eq!(config.json()["consoleMode"], "server");
}

#[tokio::test]
async fn a_folder_that_cannot_be_read_is_told_and_the_rest_is_served() {
    let server = Server::start("--enable-console --console-assets-dir /nowhere/at/all").await;
    assert_ne!(get(server.address, "/console/", &[]).await.status, 404);
    let told = server.lines("startup");
    let told = told
        .iter()
        .find(|line| line["detail"]["kind"] == "console_assets")
        .unwrap();
    assert_eq!(told["detail"]["info"]["folder"], "/nowhere/at/all");
}
