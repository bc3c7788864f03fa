//! How long something may be kept: `Cache-Control` and `Expires`.

use http::HeaderMap;
use http::header::{CACHE_CONTROL, EXPIRES};
use std::time::{Duration, SystemTime};

/// Key sets that must not be kept are fetched again after this time.
const UNKEPT: Duration = Duration::from_secs(60);
/// Nothing is fetched more often than this.
const LEAST: Duration = Duration::from_secs(1);
/// Keys that were withdrawn are gone after this time, whatever the publisher says.
const MOST: Duration = Duration::from_secs(24 * 60 * 60);

/// The directives of a `Cache-Control` text that matter here.
#[derive(Debug, Default, PartialEq, Eq)]
struct CacheControl {
    max_age: Option<Duration>,
    shared_max_age: Option<Duration>,
    uncacheable: bool,
    must_revalidate: bool,
}

impl CacheControl {
    fn parse(text: &str) -> Self {
        let mut found = CacheControl::default();
        for directive in text.split(',') {
            let (name, value) = directive.split_once('=').unwrap_or((directive, ""));
            let seconds = || {
                let digits = value.trim().trim_matches('"');
                digits.parse().ok().map(Duration::from_secs)
            };
            match name.trim().to_ascii_lowercase().as_str() {
                "max-age" => found.max_age = seconds(),
                "s-maxage" => found.shared_max_age = seconds(),
                "no-cache" | "no-store" => found.uncacheable = true,
                "must-revalidate" => found.must_revalidate = true,
                _ => {}
            }
        }
        found
    }

    fn age(&self) -> Option<Duration> {
        self.shared_max_age.or(self.max_age)
    }
}

/// Seconds that a `Cache-Control` text allows.
pub(super) fn max_age(text: &str) -> Option<Duration> {
    CacheControl::parse(text).age()
}

/// The moment that an `Expires` text names.
pub(super) fn expires(text: &str) -> Option<SystemTime> {
    httpdate::parse_http_date(text.trim()).ok()
}

/// How long an answer with these headers may be kept; `None` if they do not say.
pub(super) fn of_answer(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = |name| {
        headers
            .get(name)
            .and_then(|value: &http::HeaderValue| value.to_str().ok())
    };
    let control = CacheControl::parse(text(CACHE_CONTROL).unwrap_or_default());
    let age = match control.age() {
        Some(age) if control.must_revalidate || !control.uncacheable => Some(age),
        _ if control.must_revalidate || control.uncacheable => Some(UNKEPT),
        _ => None,
    };
    age.or_else(|| {
        let until = expires(text(EXPIRES)?)?;
        Some(until.duration_since(now).unwrap_or_default())
    })
    .map(|age| age.clamp(LEAST, MOST))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_says_how_long_it_may_be_kept() {
        let now = expires("Mon, 30 Mar 2020 13:25:18 GMT").unwrap();
        for (control, expires, seconds) in [
            ("max-age=600", "", Some(600)),
            ("public, s-maxage=30, max-age=600", "", Some(30)),
            ("MAX-AGE=\"5\"", "", Some(5)),
            ("no-cache", "", Some(60)),
            ("no-store, max-age=600", "", Some(60)),
            ("must-revalidate", "", Some(60)),
            ("must-revalidate, max-age=600", "", Some(600)),
            ("max-age=0", "", Some(1)),
            ("max-age=-1", "", None),
            ("public", "Mon, 30 Mar 2020 13:25:28 GMT", Some(10)),
            ("", "Mon, 30 Mar 2020 13:25:08 GMT", Some(1)),
            ("max-age=7", "Mon, 30 Mar 2020 13:25:28 GMT", Some(7)),
            ("", "soon", None),
            ("", "", None),
        ] {
            let mut headers = HeaderMap::new();
            for (name, text) in [(CACHE_CONTROL, control), (EXPIRES, expires)] {
                if !text.is_empty() {
                    headers.insert(name, text.parse().unwrap());
                }
            }
            let age = of_answer(&headers, now).map(|age| age.as_secs());
            assert_eq!(age, seconds, "{control:?} {expires:?}");
        }
    }
}
