//! The command line and the environment, as far as they make sense for a server that brings its own
//! database.

use super::secret::AdminSecret;
use howdah_server::config::arguments::Arguments;
use howdah_server::config::settings::{auth, connection, server};
use howdah_server::config::values::Values;
use howdah_server::{Command, Config, Fatal};
use std::path::PathBuf;

/// Variables that name databases; those of the environment are most likely another system's.
const DATABASE_VARIABLES: [&str; 2] = [
    "HASURA_GRAPHQL_DATABASE_URL",
    "HASURA_GRAPHQL_METADATA_DATABASE_URL",
];
/// The variable of the admin secret.
const SECRET_VARIABLE: &str = "HASURA_GRAPHQL_ADMIN_SECRET";

/// What the process was started with.
pub struct Input {
    words: Vec<String>,
    /// Without the variables of databases.
    environment: Vec<(String, String)>,
    unused: Vec<&'static str>,
    values: Values,
}

impl Input {
    /// Takes the words behind the program's name and the environment.
    ///
    /// # Errors
    /// The words are no command line.
    pub fn new(words: Vec<String>, environment: Vec<(String, String)>) -> Result<Self, Fatal> {
        let given = |name: &str| environment.iter().any(|(known, _)| known == name);
        let unused = DATABASE_VARIABLES
            .into_iter()
            .filter(|name| given(name))
            .collect();
        let environment: Vec<(String, String)> = environment
            .into_iter()
            .filter(|(name, _)| !DATABASE_VARIABLES.contains(&name.as_str()))
            .collect();
        let values = Values::new(
            Arguments::split(words.clone())?,
            environment.iter().cloned().collect(),
        );
        Ok(Input {
            words,
            environment,
            unused,
            values,
        })
    }

    /// Variables that are set and not heeded.
    pub fn unused(&self) -> &[&'static str] {
        &self.unused
    }

    /// A variable of the environment.
    pub fn variable(&self, name: &str) -> Option<String> {
        let found = self.environment.iter().find(|(known, _)| known == name);
        found.map(|(_, text)| text.clone())
    }

    /// The data folder that is wished for.
    ///
    /// # Errors
    /// The text is no path.
    pub fn data_folder(&self) -> Result<Option<PathBuf>, Fatal> {
        self.values.given(&connection::DATA_DIR)
    }

    /// Whether a setting gives an admin secret.
    pub fn gives_secret(&self) -> bool {
        self.values.text(&auth::ADMIN_SECRETS).is_some()
            || self.values.text(&auth::ADMIN_SECRET).is_some()
            || self.values.text(&auth::ACCESS_KEY).is_some()
    }

    /// The settings, protected by the secret.
    ///
    /// # Errors
    /// As [`Config::from`]; a database is named on the command line.
    pub fn config(&self, secret: &AdminSecret) -> Result<Config, Fatal> {
        let secret = secret
            .to_set()
            .map(|text| (SECRET_VARIABLE.to_owned(), text.to_owned()));
        let environment = self.environment.iter().cloned().chain(secret);
        let Command::Dev { config, .. } = Config::from(self.words.clone(), environment)? else {
            return Err(Fatal::usage("this is no command line of dev"));
        };
        let databases = &config.databases;
        if databases.database_url.is_some() || databases.metadata_url.is_some() {
            return Err(Fatal::usage(
                "dev brings its own database; use serve to serve another one",
            ));
        }
        let mut config = *config;
        // Whoever develops wants it; whoever does not says so.
        if self.values.text(&server::ENABLE_CONSOLE).is_none() {
            config.http.console = true;
        }
        Ok(config)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn input(line: &str, environment: &[(&str, &str)]) -> Input {
        let words = line.split_whitespace().map(str::to_owned).collect();
        let environment = environment
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect();
        Input::new(words, environment).unwrap()
    }

    #[test]
    fn databases_of_the_environment_are_not_used_but_told() {
        let input = input(
            "dev",
            &[("HASURA_GRAPHQL_DATABASE_URL", "postgres://production")],
        );
        assert_eq!(input.unused(), ["HASURA_GRAPHQL_DATABASE_URL"]);
        let config = input.config(&AdminSecret::Own("s".into())).unwrap();
        assert!(config.databases.database_url.is_none());
        assert!(config.auth.has_admin_secret());
    }

    #[test]
    fn databases_of_the_command_line_are_refused() {
        for line in [
            "--database-url postgres://x dev",
            "--metadata-database-url postgres://x dev",
        ] {
            let fatal = input(line, &[])
                .config(&AdminSecret::Own("s".into()))
                .unwrap_err();
            assert_eq!(fatal.code(), 2);
            assert!(fatal.message().contains("serve"), "{fatal}");
        }
    }

    #[test]
    fn an_own_secret_lets_there_be_a_role_for_everybody() {
        let input = input("dev --unauthorized-role anonymous", &[]);
        assert!(!input.gives_secret());
        input.config(&AdminSecret::Own("s".into())).unwrap();
    }

    #[test]
    fn the_console_is_on_unless_it_is_switched_off() {
        let console = |environment: &[(&str, &str)]| {
            let input = input("dev", environment);
            let config = input.config(&AdminSecret::Own("s".into())).unwrap();
            config.http.console
        };
        assert!(console(&[]));
        assert!(!console(&[("HASURA_GRAPHQL_ENABLE_CONSOLE", "false")]));
    }

    #[test]
    fn every_way_to_give_a_secret_counts() {
        for (line, environment) in [
            ("dev --admin-secret a", vec![]),
            ("dev --access-key a", vec![]),
            ("dev", vec![("HASURA_GRAPHQL_ADMIN_SECRET", "a")]),
            ("dev", vec![("HASURA_GRAPHQL_ADMIN_SECRETS", "[\"a\"]")]),
        ] {
            let input = input(line, &environment);
            assert!(input.gives_secret(), "{line} {environment:?}");
        }
    }
}
