//! The one table of flags and environment variables, by subject.

pub mod auth;
pub mod caching;
pub mod connection;
pub mod eventing;
pub mod graphql;
pub mod observing;
pub mod pool;
pub mod project;
pub mod server;

use super::setting::{AnySetting, Place};

/// A part of the table with its heading.
#[derive(Clone, Copy)]
pub struct Section {
    /// The heading in `--help` and in the documentation.
    pub title: &'static str,
    /// What is in it.
    pub settings: &'static [&'static dyn AnySetting],
}

/// The whole table, in the order of the documentation.
pub static SECTIONS: &[Section] = &[
    Section {
        title: "Databases (before the command)",
        settings: connection::ALL,
    },
    Section {
        title: "Server and HTTP",
        settings: server::ALL,
    },
    Section {
        title: "Project applied at start",
        settings: project::ALL,
    },
    Section {
        title: "Connections to PostgreSQL",
        settings: pool::ALL,
    },
    Section {
        title: "Authentication",
        settings: auth::ALL,
    },
    Section {
        title: "GraphQL",
        settings: graphql::ALL,
    },
    Section {
        title: "Subscriptions, events, metadata",
        settings: eventing::ALL,
    },
    Section {
        title: "Logs, metrics, traces",
        settings: observing::ALL,
    },
    Section {
        title: "Cache and rate limits",
        settings: caching::ALL,
    },
];

/// All settings, in order.
pub fn all() -> impl Iterator<Item = &'static dyn AnySetting> {
    SECTIONS
        .iter()
        .flat_map(|section| section.settings.iter().copied())
}

/// The setting with this long flag.
pub fn by_flag(flag: &str) -> Option<&'static dyn AnySetting> {
    all().find(|s| !flag.is_empty() && s.about().flag == flag)
}

/// The setting with this short flag at this place.
pub fn by_short(short: char, place: Place) -> Option<&'static dyn AnySetting> {
    all().find(|s| s.about().short == Some(short) && s.about().place == place)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn flags_and_variables_are_unique() {
        let mut seen = HashSet::new();
        for setting in all() {
            let about = setting.about();
            assert!(
                about.flag.is_empty() || seen.insert(about.flag.to_owned()),
                "{}",
                about.flag
            );
            for variable in about.variables {
                assert!(seen.insert((*variable).to_owned()), "{variable}");
            }
            if let Some(short) = about.short {
                assert!(seen.insert(format!("-{short}")), "-{short}");
            }
        }
    }

    #[test]
    fn every_setting_can_be_given_and_is_described() {
        for setting in all() {
            let about = setting.about();
            assert!(!about.flag.is_empty() || !about.variables.is_empty());
            assert!(!about.meaning.is_empty(), "{}", about.name());
            assert!(
                about.default.is_some() != about.default_note.is_some(),
                "{}",
                about.name()
            );
        }
    }

    #[test]
    fn defaults_and_switches_are_values_of_their_settings() {
        for setting in all() {
            for text in [setting.about().default, setting.about().switch]
                .into_iter()
                .flatten()
            {
                assert_eq!(setting.check(text), Ok(()), "{}", setting.about().name());
            }
        }
    }
}
