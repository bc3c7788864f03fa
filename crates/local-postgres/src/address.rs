//! The connection URL of a managed server: a libpq URI with the socket folder as query
//! parameter.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};

/// What a URI may hold unescaped anywhere (RFC 3986 "unreserved"), and the slashes of a path,
/// which a query may hold as they are.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');
const ESCAPED_IN_QUERY: &AsciiSet = &ESCAPED.remove(b'/');

/// `postgres://user:password@/database?host=/socket/folder`, every part percent-encoded.
pub(crate) fn url(user: &str, password: &str, database: &str, socket_folder: &Path) -> String {
    format!(
        "postgres://{}:{}@/{}?host={}",
        escape(user),
        escape(password),
        escape(database),
        percent_encode(OsStr::as_bytes(socket_folder.as_os_str()), ESCAPED_IN_QUERY),
    )
}

fn escape(text: &str) -> String {
    percent_encode(text.as_bytes(), ESCAPED).to_string()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use tokio_postgres::config::Host;

    #[test]
    fn any_password_database_and_folder_survive_parsing() {
        let folder = Path::new("/tmp/a folder/ü&b=c?#%41");
        let text = url("postgres", "p@s:s/w?&ö%", "my db/1", folder);
        let config: tokio_postgres::Config = text.parse().unwrap();
        assert_eq!(config.get_user(), Some("postgres"));
        assert_eq!(config.get_password(), Some("p@s:s/w?&ö%".as_bytes()));
        assert_eq!(config.get_dbname(), Some("my db/1"));
        assert_eq!(config.get_hosts(), [Host::Unix(folder.to_owned())]);
    }

    #[test]
    fn an_ordinary_url_is_readable() {
        assert_eq!(
            url("postgres", "abc", "postgres", Path::new("/run/howdah")),
            "postgres://postgres:abc@/postgres?host=/run/howdah"
        );
    }
}
