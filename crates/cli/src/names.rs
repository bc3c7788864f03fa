//! Versions and names of files that are made.

use chrono::Utc;

/// Milliseconds since 1970: the version of what is made now.
pub fn version_now() -> u64 {
    u64::try_from(Utc::now().timestamp_millis()).unwrap_or_default()
}

/// A number of things that are called by one word: `1 seed`, `2 seeds`.
pub fn count(number: usize, thing: &str) -> String {
    match number {
        1 => format!("1 {thing}"),
        _ => format!("{number} {thing}s"),
    }
}

/// A name as part of a file's name: letters, digits and underscores stay.
pub fn slug(name: &str) -> String {
    let mut slug = String::new();
    for c in name.trim().chars() {
        if c.is_alphanumeric() || c == '-' {
            slug.push(c);
        } else if !slug.ends_with('_') {
            slug.push('_');
        }
    }
    let slug = slug.trim_matches('_');
    match slug {
        "" => "unnamed".to_owned(),
        slug => slug.chars().take(MAX_NAME).collect(),
    }
}

/// Whether a text is a name in GraphQL.
pub fn is_graphql_name(text: &str) -> bool {
    let mut chars = text.chars();
    chars
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// With the version before it, well below what file systems take.
const MAX_NAME: usize = 60;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_never_lead_elsewhere() {
        assert_eq!(slug("add users table"), "add_users_table");
        assert_eq!(slug("../../etc/passwd"), "etc_passwd");
        assert_eq!(
            slug("create_table_public_users"),
            "create_table_public_users"
        );
        assert_eq!(slug("  "), "unnamed");
        assert!(version_now() > 1_600_000_000_000);
    }
}
