//! Connection strings as they may stand in logs and errors.

/// The string with its password (and that of the key) replaced by `...`. A string that cannot
/// be read is replaced whole.
pub fn redact(url: &str) -> String {
    if let Some(path) = url.strip_prefix("dynamic-from-file://") {
        return format!("dynamic-from-file://{path}");
    }
    let Ok(parameters) = super::conninfo::Parameters::parse(url) else {
        return "...".to_owned();
    };
    let secrets = ["password", "sslpassword"];
    if secrets.iter().all(|k| parameters.get(k).is_none()) {
        return url.to_owned();
    }
    // Built from the parsed parts, so that no spelling of a password slips through.
    let mut text = String::from("postgres://");
    if let Some(user) = parameters.get("user") {
        text.push_str(user);
        text.push_str(":...@");
    }
    text.push_str(parameters.get("host").unwrap_or_default());
    if let Some(port) = parameters.get("port") {
        text.push(':');
        text.push_str(port);
    }
    text.push('/');
    text.push_str(parameters.get("dbname").unwrap_or_default());
    text
}

#[cfg(test)]
mod tests {
    use super::redact;

    #[test]
    fn passwords_are_taken_out_of_every_form() {
        for (given, shown) in [
            ("postgres://h/db", "postgres://h/db"),
            ("postgres://u:secret@h:5/db", "postgres://u:...@h:5/db"),
            (
                "host=h user=u password='secret' dbname=d",
                "postgres://u:...@h/d",
            ),
            (
                "postgres://h/db?user=u&password=secret",
                "postgres://u:...@h/db",
            ),
            ("postgres://u:secret%zz@h", "..."),
            ("mysql://u:secret@h", "..."),
        ] {
            assert_eq!(redact(given), shown);
        }
    }
}
