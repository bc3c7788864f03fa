//! `config.yaml`: where a project's parts are and which server it belongs to. Environment
//! variables override it; flags of commands override both, elsewhere.

use crate::error::{Error, Place, Result, Warning};
use crate::yaml;
use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::Value;
use std::path::Path;

/// The file.
pub const CONFIG_FILE: &str = "config.yaml";

/// The settings of a project.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Config {
    /// The layout: 3 has a folder of migrations and seeds per database, 2 has one for all.
    #[serde(default = "current_version")]
    pub version: u64,
    /// The server.
    #[serde(default = "default_endpoint")]
    pub endpoint: String,
    /// The server's secret.
    #[serde(default)]
    pub admin_secret: Option<String>,
    /// Several secrets; the first one is used when `admin_secret` is absent.
    #[serde(default)]
    pub admin_secrets: Vec<String>,
    /// Whether the server's certificate is not checked.
    #[serde(default)]
    pub insecure_skip_tls_verify: bool,
    /// A file with the authority that signed the server's certificate.
    #[serde(default)]
    pub certificate_authority: Option<String>,
    /// An older name of `admin_secret`.
    #[serde(default)]
    pub access_key: Option<String>,
    /// Whether nothing is asked, not even on terminals.
    #[serde(default)]
    pub disable_interactive: bool,
    /// The server's paths where they are not the usual ones.
    #[serde(default)]
    pub api_paths: IndexMap<String, String>,
    /// The metadata folder, relative to the project.
    #[serde(default = "default_metadata")]
    pub metadata_directory: String,
    /// A file of YAML or JSON that holds the metadata instead of the folder.
    #[serde(default)]
    pub metadata_file: Option<String>,
    /// The migrations folder.
    #[serde(default = "default_migrations")]
    pub migrations_directory: String,
    /// The seeds folder.
    #[serde(default = "default_seeds")]
    pub seeds_directory: String,
    /// Settings of action scaffolding.
    #[serde(default)]
    pub actions: Option<Value>,
    /// Unknown keys.
    #[serde(flatten)]
    pub extra: IndexMap<String, Value>,
    /// What is said of those, one for each.
    #[serde(skip)]
    pub warnings: Vec<Warning>,
}

fn current_version() -> u64 {
    3
}

fn default_endpoint() -> String {
    "http://localhost:8080".into()
}

fn default_metadata() -> String {
    "metadata".into()
}

fn default_migrations() -> String {
    "migrations".into()
}

fn default_seeds() -> String {
    "seeds".into()
}

impl Config {
    /// The keys that are known.
    pub const KEYS: [&'static str; 14] = [
        "version",
        "endpoint",
        "admin_secret",
        "admin_secrets",
        "access_key",
        "insecure_skip_tls_verify",
        "certificate_authority",
        "disable_interactive",
        "api_paths",
        "metadata_directory",
        "metadata_file",
        "migrations_directory",
        "seeds_directory",
        "actions",
    ];

    /// Reads the text of a configuration file.
    ///
    /// # Errors
    /// With the place, when the text is no YAML or a value does not fit; for versions of
    /// projects that are not known.
    pub fn from_text(text: &str, file: &Path) -> Result<Self> {
        let mut value = yaml::read(text, file)?;
        if value.is_null() {
            value = Value::Object(serde_json::Map::new());
        }
        let mut config: Config = howdah_metadata::parse(value).map_err(|fault| {
            let place = Place {
                file: file.to_owned(),
                position: yaml::locate(text, fault.path().segments()),
                path: fault.path().to_string(),
            };
            Error::content(place, fault.message())
        })?;
        config.metadata_file = config.metadata_file.filter(|file| !file.is_empty());
        config.warnings = config
            .extra
            .keys()
            .map(|key| Warning {
                place: Place {
                    position: yaml::locate(text, &[key.as_str().into()]),
                    ..Place::file(file)
                },
                message: format!("the key \"{key}\" is not known"),
            })
            .collect();
        if matches!(config.version, 2 | 3) {
            return Ok(config);
        }
        let position = yaml::locate(text, &["version".into()]);
        Err(Error::content(
            Place {
                position,
                ..Place::file(file)
            },
            format!(
                "projects of version {} are not supported, only 2 and 3",
                config.version
            ),
        ))
    }

    /// Lets environment variables override what the file says.
    #[must_use]
    pub fn with_environment(mut self, variable: impl Fn(&str) -> Option<String>) -> Self {
        let set = |name: &str, target: &mut String| {
            if let Some(value) = variable(name) {
                *target = value;
            }
        };
        set("HASURA_GRAPHQL_ENDPOINT", &mut self.endpoint);
        set(
            "HASURA_GRAPHQL_METADATA_DIRECTORY",
            &mut self.metadata_directory,
        );
        set(
            "HASURA_GRAPHQL_MIGRATIONS_DIRECTORY",
            &mut self.migrations_directory,
        );
        set("HASURA_GRAPHQL_SEEDS_DIRECTORY", &mut self.seeds_directory);
        let secret = variable("HASURA_GRAPHQL_ADMIN_SECRET")
            .or_else(|| variable("HASURA_GRAPHQL_ACCESS_KEY"));
        if let Some(secret) = secret {
            self.admin_secret = Some(secret);
        }
        if let Some(secrets) = variable("HASURA_GRAPHQL_ADMIN_SECRETS") {
            // A JSON list, as the server takes it, or words with commas between them.
            self.admin_secrets = serde_json::from_str(&secrets).unwrap_or_else(|_| {
                let words = secrets.split(',').map(str::trim);
                words
                    .filter(|word| !word.is_empty())
                    .map(str::to_owned)
                    .collect()
            });
        }
        if let Some(file) = variable("HASURA_GRAPHQL_METADATA_FILE") {
            self.metadata_file = Some(file);
        }
        // Others give this variable another meaning, such as the server's version.
        if let Some(version) = variable("HASURA_GRAPHQL_VERSION").and_then(|text| text.parse().ok())
            && matches!(version, 2 | 3)
        {
            self.version = version;
        }
        if let Some(file) = variable("HASURA_GRAPHQL_CERTIFICATE_AUTHORITY") {
            self.certificate_authority = Some(file);
        }
        if let Some(text) = variable("HASURA_GRAPHQL_INSECURE_SKIP_TLS_VERIFY") {
            self.insecure_skip_tls_verify = is_true(&text);
        }
        for path in [
            "query",
            "v2_query",
            "v1_metadata",
            "graphql",
            "config",
            "pg_dump",
            "version",
        ] {
            let name = format!("HASURA_GRAPHQL_API_PATHS_{}", path.to_uppercase());
            if let Some(text) = variable(&name) {
                self.api_paths.insert(path.to_owned(), text);
            }
        }
        self
    }

    /// The secret to use.
    pub fn secret(&self) -> Option<&str> {
        self.admin_secret
            .as_deref()
            .or_else(|| self.admin_secrets.first().map(String::as_str))
            .or(self.access_key.as_deref())
    }
}

/// Whether a variable says yes.
pub fn is_true(text: &str) -> bool {
    matches!(
        text.trim().to_ascii_lowercase().as_str(),
        "1" | "t" | "true" | "yes" | "y" | "on"
    )
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Config> {
        Config::from_text(text, Path::new(CONFIG_FILE))
    }

    #[test]
    fn an_empty_file_has_the_usual_settings() {
        let config = read("").unwrap();
        assert_eq!(config.version, 3);
        assert_eq!(config.metadata_directory, "metadata");
        assert_eq!(config.secret(), None);
    }

    #[test]
    fn the_environment_comes_first() {
        let config = read("endpoint: http://a\nadmin_secrets: [x, y]\nfuture: 1\n").unwrap();
        assert_eq!(config.secret(), Some("x"));
        assert_eq!(config.extra["future"], Value::from(1));
        let config = config.with_environment(|name| {
            (name == "HASURA_GRAPHQL_ENDPOINT").then(|| "http://b".to_owned())
        });
        let with = |value: &str| {
            let config = read("version: 3\n").unwrap();
            let variable = |name: &str| (name == "HASURA_GRAPHQL_VERSION").then(|| value.into());
            config.with_environment(variable).version
        };
        assert_eq!((with("2"), with("v2.48.0")), (2, 3));
        assert_eq!(config.endpoint, "http://b");
        assert_eq!(config.secret(), Some("x"));
    }

    #[test]
    fn faults_have_positions() {
        assert_eq!(
            read("endpoint: http://a\nversion: 1\n")
                .unwrap_err()
                .to_string(),
            "config.yaml:2:10: projects of version 1 are not supported, only 2 and 3"
        );
        let text = read("version: 3\nmetadata_directory: [a]\n")
            .unwrap_err()
            .to_string();
        assert!(
            text.starts_with("config.yaml:2:21 at $.metadata_directory: "),
            "{text}"
        );
        let odd = read("endpoint: http://a\nendpont: http://b\n")
            .unwrap()
            .warnings;
        let odd: Vec<String> = odd.iter().map(ToString::to_string).collect();
        assert_eq!(odd, ["config.yaml:2:10: the key \"endpont\" is not known"]);
        let text = read("a: b: c\n").unwrap_err().to_string();
        assert!(text.starts_with("config.yaml:1:"), "{text}");
    }
}
