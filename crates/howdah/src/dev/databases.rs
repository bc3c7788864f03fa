//! What the variables mean that a project's sources name: each is a database of the managed server.

use howdah_cli::DATABASE_VARIABLE;
use howdah_metadata::{DEFAULT_SOURCE, Metadata, UrlConfig};
use howdah_server::Config;
use howdah_server::config::{DatabaseUrl, Secret};
use std::collections::{BTreeMap, BTreeSet};

/// Databases that every server has; the first of them is the main one.
const TAKEN: [&str; 3] = ["postgres", "template0", "template1"];
/// Longer names are cut by PostgreSQL.
const NAME_BYTES: usize = 63;

/// Which variable means which database.
#[derive(Debug, Default, PartialEq)]
pub struct Assignments {
    /// The name of the database, or the main one.
    variables: BTreeMap<String, Option<String>>,
    sources: BTreeSet<String>,
}

impl Assignments {
    /// The source `default` gets the main database; so does the only one, whatever its name. Others
    /// get one named like them. Sources that name one variable share a database. Sources that are
    /// connected in another way are none of ours.
    pub fn of(metadata: Option<&Metadata>) -> Self {
        let named: Vec<(&str, &str)> = metadata
            .iter()
            .flat_map(|metadata| &metadata.sources)
            .filter_map(
                |source| match &source.configuration.connection_info.database_url {
                    UrlConfig::FromEnv(variable) => Some((source.name.as_str(), variable.as_str())),
                    _ => None,
                },
            )
            .collect();
        let distinct: BTreeSet<&str> = named.iter().map(|(_, variable)| *variable).collect();
        let main = named
            .iter()
            .find(|(source, _)| *source == DEFAULT_SOURCE || distinct.len() == 1)
            .map(|(_, variable)| *variable);
        let mut assignments = Assignments::default();
        for (source, variable) in named {
            let database = (Some(variable) != main).then(|| database_name(source));
            assignments
                .variables
                .entry(variable.to_owned())
                .or_insert(database);
            assignments.sources.insert(source.to_owned());
        }
        assignments
            .variables
            .entry(DATABASE_VARIABLE.to_owned())
            .or_insert(None);
        if metadata.is_none() {
            assignments.sources.insert(DEFAULT_SOURCE.to_owned());
        }
        assignments
    }

    /// Each variable with its database; `None` is the main one.
    pub fn variables(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        let variables = self.variables.iter();
        variables.map(|(variable, database)| (variable.as_str(), database.as_deref()))
    }

    /// The sources whose databases are ours.
    pub fn sources(&self) -> &BTreeSet<String> {
        &self.sources
    }
}

/// A name like the source's that no other database has.
fn database_name(source: &str) -> String {
    let suffix = if TAKEN.contains(&source) {
        "_source"
    } else {
        ""
    };
    let mut name = source.to_owned();
    while name.len() + suffix.len() > NAME_BYTES {
        name.pop();
    }
    name + suffix
}

/// Names the main database in the settings: it holds the metadata, and is the source `default`
/// unless a project says what the sources are.
pub fn name_in(config: &mut Config, url: &str, serves_default: bool) {
    config.databases.metadata_url = Some(Secret::new(url));
    config.databases.database_url = serves_default.then(|| DatabaseUrl::Variable {
        name: DATABASE_VARIABLE.to_owned(),
        url: Secret::new(url),
    });
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn assigned(sources: &[(&str, Value)]) -> Assignments {
        let sources: Vec<Value> = sources
            .iter()
            .map(|(name, url)| {
                json!({"name": name, "kind": "postgres", "tables": [],
                    "configuration": {"connection_info": {"database_url": url}}})
            })
            .collect();
        let document = json!({"version": 3, "sources": sources});
        Assignments::of(Some(&Metadata::from_document(document).unwrap()))
    }

    fn variables(assignments: &Assignments) -> Vec<(&str, Option<&str>)> {
        assignments.variables().collect()
    }

    #[test]
    fn every_source_gets_a_database_of_its_own() {
        let assigned = assigned(&[
            ("postgres", json!({"from_env": "A"})),
            ("default", json!({"from_env": "B"})),
            ("reports", json!({"from_env": "C"})),
            ("again", json!({"from_env": "C"})),
            ("far", json!("postgres://far/away")),
        ]);
        assert_eq!(
            variables(&assigned),
            [
                ("A", Some("postgres_source")),
                ("B", None),
                ("C", Some("reports")),
                (DATABASE_VARIABLE, None),
            ]
        );
        let ours: Vec<&str> = assigned.sources().iter().map(String::as_str).collect();
        assert_eq!(ours, ["again", "default", "postgres", "reports"]);
    }

    #[test]
    fn the_only_variable_means_the_main_database() {
        let assigned = assigned(&[("shop", json!({"from_env": "SHOP_URL"}))]);
        assert_eq!(
            variables(&assigned),
            [(DATABASE_VARIABLE, None), ("SHOP_URL", None)]
        );
        assert!(assigned.sources().contains("shop"));
    }

    #[test]
    fn without_metadata_there_is_the_default_source() {
        let assigned = Assignments::of(None);
        assert_eq!(variables(&assigned), [(DATABASE_VARIABLE, None)]);
        assert!(assigned.sources().contains("default"));
    }

    #[test]
    fn long_names_stay_distinct_from_what_is_there() {
        assert_eq!(database_name(&"é".repeat(40)).len(), 62);
    }
}
