//! The web console at `/console`: which files it consists of, and what it is told of the server.

use super::App;
use super::endpoint::Endpoint;
use super::record::Record;
use super::reply::Reply;
use crate::config::HttpSettings;
use crate::logs::{Level, Logger};
use crate::version::VERSION;
use howdah_console_assets::answer::redirect;
use howdah_console_assets::{Answer, Console, Mode, Settings};
use http::header::ACCEPT_ENCODING;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde_json::json;

/// The console that the settings ask for. A folder that cannot be used is told, and the embedded
/// console serves: what cannot be read is no reason to leave the API down.
pub(super) fn load(settings: &HttpSettings, logger: &Logger) -> Option<Console> {
    if !settings.console {
        return None;
    }
    let mut console = Console::embedded();
    if let Some(folder) = &settings.console_assets_dir {
        match console.clone().with_folder(folder) {
            Ok(with_folder) => console = with_folder,
            Err(error) => logger.startup(
                Level::Warn,
                "console_assets",
                json!({
                    "message": "the folder of console assets cannot be used; the console of this binary is served",
                    "folder": folder.to_string_lossy(),
                    "reason": error.to_string(),
                }),
            ),
        }
    }
    if !console.is_built() {
        logger.startup(
            Level::Warn,
            "console_assets",
            json!({"message": "this binary was built without the console; /console says how to build it"}),
        );
    }
    Some(console)
}

/// Answers `/` and what lies at `/console`.
pub(super) fn reply<S>(app: &App<S>, record: &Record, headers: &HeaderMap) -> Reply {
    let Some(console) = &app.console else {
        return Reply::unknown_path();
    };
    if record.endpoint == Endpoint::Root {
        return from_answer(redirect("console/"));
    }
    let settings = Settings {
        mode: Mode::Server,
        api_base: "../",
        version: VERSION,
        needs_admin_secret: app.config.auth.has_admin_secret(),
    };
    let path = record.path.trim_start_matches('/');
    let path = path.strip_prefix("console").unwrap_or("/");
    let encodings: Vec<&str> = headers
        .get_all(ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .collect();
    from_answer(console.answer(path, &encodings.join(","), &settings))
}

fn from_answer(answer: Answer) -> Reply {
    let status = StatusCode::from_u16(answer.status).unwrap_or_default();
    let mut reply = match answer.body {
        std::borrow::Cow::Borrowed(bytes) => Reply::new(
            status,
            answer.content_type,
            bytes::Bytes::from_static(bytes),
        ),
        std::borrow::Cow::Owned(bytes) => Reply::new(status, answer.content_type, bytes),
    };
    for (name, value) in answer.headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            reply.headers.insert(HeaderName::from_static(name), value);
        }
    }
    reply
}
