//! libpq's password file: lines of `host:port:database:user:password`, `*` for anything.

/// The password of the first line that fits.
pub(super) fn password(
    content: &str,
    host: &str,
    port: u16,
    database: &str,
    user: &str,
) -> Option<String> {
    let port = port.to_string();
    // A socket in the default folder counts as localhost.
    let wanted = [host, &port, database, user];
    content
        .lines()
        .filter(|line| !line.starts_with('#'))
        .find_map(|line| {
            let mut fields = fields(line).into_iter();
            let fits = wanted.iter().all(|wanted| {
                fields
                    .next()
                    .is_some_and(|field| field == "*" || field == *wanted)
            });
            fields
                .next()
                .filter(|password| fits && !password.is_empty())
        })
}

/// Splits at colons; a backslash makes the next character plain.
fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut characters = line.chars();
    while let Some(c) = characters.next() {
        let last = fields.len();
        match c {
            ':' if last < 5 => fields.push(String::new()),
            '\\' => fields[last - 1].extend(characters.next()),
            c => fields[last - 1].push(c),
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::password;

    #[test]
    fn the_first_line_that_fits_wins() {
        let file = "# comment\nh:5432:d:u:one\n*:*:*:u:t\\:wo\n";
        assert_eq!(password(file, "h", 5432, "d", "u").as_deref(), Some("one"));
        assert_eq!(password(file, "x", 1, "d", "u").as_deref(), Some("t:wo"));
        assert_eq!(password(file, "x", 1, "d", "v"), None);
    }
}
