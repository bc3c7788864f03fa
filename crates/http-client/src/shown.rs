//! What of an exchange may be seen.

use url::Url;

/// A URL as logs and messages may show it: without credentials and query.
pub fn shown_url(url: &Url) -> String {
    let mut shown = url.clone();
    shown.set_query(None);
    shown.set_fragment(None);
    let _ = shown.set_username("");
    let _ = shown.set_password(None);
    shown.to_string()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_shown_without_what_may_be_secret() {
        let url = Url::parse("https://user:pass@host:8443/path?token=x#y").unwrap();
        assert_eq!(shown_url(&url), "https://host:8443/path");
    }
}
