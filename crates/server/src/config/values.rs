//! The texts of all settings: flag before variable before default, each checked once.

use super::arguments::Arguments;
use super::fatal::Fatal;
use super::setting::{AnySetting, Setting, Status};
use super::settings;
use std::collections::HashMap;

/// Where a text comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The command line.
    Flag,
    /// This environment variable.
    Variable(&'static str),
}

/// Arguments and environment together.
#[derive(Debug)]
pub struct Values {
    arguments: Arguments,
    environment: HashMap<String, String>,
}

impl Values {
    /// Joins the two.
    pub fn new(arguments: Arguments, environment: HashMap<String, String>) -> Self {
        Values {
            arguments,
            environment,
        }
    }

    /// The command line.
    pub fn arguments(&self) -> &Arguments {
        &self.arguments
    }

    /// The text given for a setting.
    pub fn text(&self, setting: &dyn AnySetting) -> Option<(Origin, &str)> {
        let about = setting.about();
        if let Some(text) = self.arguments.flag(about) {
            return Some((Origin::Flag, text));
        }
        about.variables.iter().find_map(|name| {
            Some((
                Origin::Variable(name),
                self.environment.get(*name)?.as_str(),
            ))
        })
    }

    /// Checks every text that is given, used or not.
    ///
    /// # Errors
    /// The first text that is no value of its setting.
    pub fn check_all(&self) -> Result<(), Fatal> {
        settings::all().try_for_each(|setting| match self.text(setting) {
            Some((origin, text)) => setting
                .check(text)
                .map_err(|reason| bad_value(setting, origin, &reason)),
            None => Ok(()),
        })
    }

    /// The value given for a setting, if any.
    ///
    /// # Errors
    /// The text is no value of the setting.
    pub fn given<T: Send + Sync>(&self, setting: &Setting<T>) -> Result<Option<T>, Fatal> {
        match self.text(setting) {
            Some((origin, text)) => setting
                .parse(text)
                .map(Some)
                .map_err(|reason| bad_value(setting, origin, &reason)),
            None => Ok(None),
        }
    }

    /// The value given for a setting, or its default.
    ///
    /// # Errors
    /// The text is no value of the setting.
    pub fn value<T: Send + Sync>(&self, setting: &Setting<T>) -> Result<T, Fatal> {
        if let Some(value) = self.given(setting)? {
            return Ok(value);
        }
        let default = setting.about().default.unwrap_or_default();
        setting
            .parse(default)
            .map_err(|reason| Fatal::new(format!("{}: {reason}", setting.about().name())))
    }

    /// Settings of one status that are given with another text than their default.
    pub fn changed(&self, status: Status) -> Vec<String> {
        settings::all()
            .filter(|setting| setting.about().status == status && self.is_changed(*setting))
            .map(|setting| setting.about().name())
            .collect()
    }

    fn is_changed(&self, setting: &dyn AnySetting) -> bool {
        let Some((_, text)) = self.text(setting) else {
            return false;
        };
        match setting.about().default {
            None => true,
            Some(default) => !same_value(text, default),
        }
    }
}

/// Whether two texts mean the same: equal, or the same boolean.
fn same_value(text: &str, default: &str) -> bool {
    text == default
        || match (super::value::boolean(text), super::value::boolean(default)) {
            (Ok(a), Ok(b)) => a == b,
            _ => false,
        }
}

fn bad_value(setting: &dyn AnySetting, origin: Origin, reason: &str) -> Fatal {
    match origin {
        Origin::Flag => Fatal::new(format!("option --{}: {reason}", setting.about().flag)),
        Origin::Variable(name) => Fatal::new(format!("Environment variable {name}: {reason}")),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::config::settings::{auth, caching, server};

    fn values(line: &str, environment: &[(&str, &str)]) -> Values {
        let words = line.split_whitespace().map(str::to_owned);
        let environment = environment
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect();
        Values::new(Arguments::split(words).unwrap(), environment)
    }

    #[test]
    fn the_flag_wins_over_the_variable_and_that_over_the_default() {
        let env = [("HASURA_GRAPHQL_SERVER_PORT", "81")];
        assert_eq!(
            values("serve --server-port 82", &env).value(&server::SERVER_PORT),
            Ok(82)
        );
        assert_eq!(values("serve", &env).value(&server::SERVER_PORT), Ok(81));
        assert_eq!(values("serve", &[]).value(&server::SERVER_PORT), Ok(8080));
    }

    #[test]
    fn an_absent_switch_leaves_the_variable_in_force() {
        let env = [("HASURA_GRAPHQL_DEV_MODE", "true")];
        assert_eq!(values("serve", &env).value(&server::DEV_MODE), Ok(true));
    }

    #[test]
    fn older_names_of_a_variable_come_second() {
        let both = [
            ("HASURA_GRAPHQL_AUTH_HOOK_TYPE", "GET"),
            ("HASURA_GRAPHQL_AUTH_HOOK_MODE", "POST"),
        ];
        assert_eq!(
            values("serve", &both).value(&auth::AUTH_HOOK_MODE),
            Ok("POST".into())
        );
        assert_eq!(
            values("serve", &both[..1]).value(&auth::AUTH_HOOK_MODE),
            Ok("GET".into())
        );
    }

    #[test]
    fn settings_that_are_not_served_are_checked_as_well() {
        let fatal = values("serve", &[("HASURA_GRAPHQL_REDIS_TIMEOUT", "soon")])
            .check_all()
            .unwrap_err();
        assert_eq!(
            fatal.message(),
            "Fatal Error:- Environment variable HASURA_GRAPHQL_REDIS_TIMEOUT: Expecting Int value"
        );
        let fatal = values("serve --server-port x", &[])
            .check_all()
            .unwrap_err();
        assert_eq!(
            fatal.message(),
            "Fatal Error:- option --server-port: Only expecting a value between 0 and 65535"
        );
    }

    #[test]
    fn a_setting_at_its_default_is_not_a_change() {
        let v = values(
            "serve",
            &[
                ("HASURA_GRAPHQL_ENABLE_APOLLO_FEDERATION", "no"),
                ("HASURA_GRAPHQL_REDIS_USE_TLS", "yes"),
                ("HASURA_GRAPHQL_CACHE_MAX_ENTRY_TTL", "3600"),
            ],
        );
        assert_eq!(
            v.changed(Status::Later),
            [caching::REDIS_TLS.about().name()]
        );
    }
}
