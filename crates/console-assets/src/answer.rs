//! From a path and the encodings a browser takes to bytes and headers.
//!
//! Addresses of the console's pages are all answered with `index.html`, which finds its files
//! by a relative `<base>`: nobody has to tell the server below which prefix a proxy puts it.

use crate::files::{Console, File};
use crate::page;
use flate2::read::GzDecoder;
use std::borrow::Cow;
use std::io::Read;

/// How the console is served, which it asks for as `config.json`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// By the server itself.
    Server,
    /// By the CLI, which records changes as migrations and metadata files.
    Cli,
}

/// What the console is told at start, as `config.json`.
#[derive(Debug, Clone)]
pub struct Settings<'a> {
    /// Who serves it.
    pub mode: Mode,
    /// Where the API is, from the console's own address: `../` when `/v1/graphql` lies beside
    /// `/console/`.
    pub api_base: &'a str,
    /// The server's version.
    pub version: &'a str,
    /// Whether requests need an admin secret, so that the console asks for it. False too where
    /// the CLI adds it to what it passes on.
    pub needs_admin_secret: bool,
}

impl Settings<'_> {
    /// The text of `config.json`.
    pub fn json(&self) -> String {
        let mode = match self.mode {
            Mode::Server => "server",
            Mode::Cli => "cli",
        };
        format!(
            r#"{{"consoleMode":"{mode}","apiBase":"{}","version":"{}","needsAdminSecret":{}}}"#,
            escaped(self.api_base),
            escaped(self.version),
            self.needs_admin_secret
        )
    }
}

/// Text inside a JSON string.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out
}

/// What is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The value of `Content-Type`.
    pub content_type: &'static str,
    /// Headers besides `Content-Type`, in lower case.
    pub headers: Vec<(&'static str, Cow<'static, str>)>,
    /// The body.
    pub body: Cow<'static, [u8]>,
}

const HTML: &str = "text/html; charset=utf-8";

/// Scripts, data and files from the console's own address only. Editors and the component kit
/// set styles while they run, and make workers of their own; nothing else is inline.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; \
     style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; \
     connect-src 'self'; worker-src 'self' blob:; manifest-src 'self'; base-uri 'self'; \
     form-action 'self'; frame-ancestors 'none'; object-src 'none'";

/// The tag in `index.html` whose address is set by the depth of the page.
const BASE: &str = r#"<base href="./""#;

impl Console {
    /// Answers a GET of `path`: what stands in the URL behind the console's own address, so the
    /// empty text for `/console` itself and `/data/default` for `/console/data/default`.
    /// `accept_encoding` is the request's header.
    pub fn answer(&self, path: &str, accept_encoding: &str, settings: &Settings<'_>) -> Answer {
        if path.is_empty() {
            // Relative, so that it holds below any prefix; the name is what the browser asked for.
            return redirect("console/");
        }
        let path = path.trim_start_matches('/');
        if path == "config.json" {
            return Answer {
                status: 200,
                content_type: "application/json; charset=utf-8",
                headers: with_safety(vec![("cache-control", "no-store".into())]),
                body: settings.json().into_bytes().into(),
            };
        }
        if !self.is_built() && !path.starts_with("assets/") {
            return html(503, page::NOT_BUILT.to_owned());
        }
        match self.file(path) {
            Some(file) if path != "index.html" => file_answer(path, file, accept_encoding),
            _ if path.starts_with("assets/") => not_found(),
            _ => self.index(path),
        }
    }

    /// `index.html` for a page: its base is as many folders up as the page is deep.
    fn index(&self, path: &str) -> Answer {
        let Some(bytes) = self.file("index.html").and_then(plain) else {
            return html(503, page::NOT_BUILT.to_owned());
        };
        let text = String::from_utf8_lossy(&bytes);
        let up = "../".repeat(path.matches('/').count());
        let base = format!(r#"<base href="./{up}""#);
        html(200, text.replacen(BASE, &base, 1))
    }
}

/// A redirect to an address relative to the one that was asked for.
pub fn redirect(to: &'static str) -> Answer {
    Answer {
        status: 302,
        content_type: "text/plain; charset=utf-8",
        headers: vec![
            ("location", to.into()),
            ("cache-control", "no-cache".into()),
        ],
        body: Cow::Borrowed(b""),
    }
}

fn with_safety(
    mut headers: Vec<(&'static str, Cow<'static, str>)>,
) -> Vec<(&'static str, Cow<'static, str>)> {
    headers.push(("x-content-type-options", "nosniff".into()));
    headers
}

fn html(status: u16, text: String) -> Answer {
    Answer {
        status,
        content_type: HTML,
        headers: with_safety(vec![
            ("cache-control", "no-cache".into()),
            ("content-security-policy", CONTENT_SECURITY_POLICY.into()),
            ("referrer-policy", "no-referrer".into()),
            ("x-frame-options", "DENY".into()),
            ("cross-origin-opener-policy", "same-origin".into()),
        ]),
        body: text.into_bytes().into(),
    }
}

fn not_found() -> Answer {
    Answer {
        status: 404,
        content_type: "text/plain; charset=utf-8",
        headers: with_safety(vec![("cache-control", "no-store".into())]),
        body: Cow::Borrowed(b"no such file of the console"),
    }
}

fn file_answer(path: &str, file: &File, accept_encoding: &str) -> Answer {
    let mut headers = with_safety(vec![("vary", "Accept-Encoding".into())]);
    headers.push((
        "cache-control",
        if is_hashed(path) {
            "public, max-age=31536000, immutable".into()
        } else {
            "no-cache".into()
        },
    ));
    let brotli = file
        .brotli
        .as_ref()
        .filter(|_| accepts(accept_encoding, "br"));
    let gzip = file
        .gzip
        .as_ref()
        .filter(|_| accepts(accept_encoding, "gzip"));
    let body = match (brotli, gzip) {
        (Some(bytes), _) => {
            headers.push(("content-encoding", "br".into()));
            bytes.clone()
        }
        (None, Some(bytes)) => {
            headers.push(("content-encoding", "gzip".into()));
            bytes.clone()
        }
        (None, None) => match plain(file) {
            Some(bytes) => bytes,
            None => return not_found(),
        },
    };
    Answer {
        status: 200,
        content_type: content_type(path),
        headers,
        body,
    }
}

/// The uncompressed bytes; unpacked for the few who take nothing else.
fn plain(file: &File) -> Option<Cow<'static, [u8]>> {
    if let Some(bytes) = &file.plain {
        return Some(bytes.clone());
    }
    let mut bytes = Vec::new();
    GzDecoder::new(&**file.gzip.as_ref()?)
        .read_to_end(&mut bytes)
        .ok()?;
    Some(bytes.into())
}

/// Whether an encoding is named, and not with weight zero.
fn accepts(header: &str, encoding: &str) -> bool {
    header.split(',').any(|item| {
        let mut parts = item.split(';').map(str::trim);
        parts.next() == Some(encoding)
            && !parts
                .filter_map(|part| part.strip_prefix("q="))
                .any(|weight| weight.parse::<f32>().is_ok_and(|weight| weight <= 0.0))
    })
}

/// Whether a name changes with its content: `assets/index-BkX9_w2a.js`, as the build names files.
fn is_hashed(path: &str) -> bool {
    let Some(name) = path.strip_prefix("assets/") else {
        return false;
    };
    let stem = name.split('.').next().unwrap_or_default();
    // The hash itself may hold a dash.
    stem.len() > 9
        && stem.as_bytes()[stem.len() - 9] == b'-'
        && stem
            .bytes()
            .rev()
            .take(8)
            .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => HTML,
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json; charset=utf-8",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "woff" => "font/woff",
        "ttf" => "font/ttf",
        "wasm" => "application/wasm",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
