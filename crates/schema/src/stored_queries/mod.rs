//! Stored queries: whether the queries of collections fit the schema that administrators see.
//!
//! * `outline`: what of a query's text is looked at, read once and taken over from snapshot to
//!   snapshot.
//! * `analysis`: an outline held against the schema. `input_types`: the types that variables name.
//! * `needs`: what a query that fits goes by.
//!
//! A query that does not fit is an inconsistent object. It stays where it is, on the allow list too:
//! what is told of it is all. Parts of the metadata that are kept but not served add fields to the
//! schema that are not known here, so what may be theirs is believed.

mod analysis;
mod input_types;
mod needs;
mod outline;

use crate::model::{Inconsistency, Snapshot};
use analysis::Checker;
use howdah_error::Code;
use howdah_metadata::{ListedQuery, Metadata, MetadataObject, QueryCollection};
use needs::{Changes, Needs};
use outline::Outline;
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// What is known of the stored queries, by their texts.
#[derive(Debug, Default)]
pub(crate) struct StoredQueries {
    by_text: HashMap<Arc<str>, StoredQuery>,
}

#[derive(Debug, Clone)]
struct StoredQuery {
    outline: Arc<Outline>,
    verdict: Verdict,
}

/// Whether a query fits.
#[derive(Debug, Clone)]
enum Verdict {
    /// It does, by what it needs.
    Fits(Arc<Needs>),
    /// It does not, for these reasons.
    Fails(Arc<[String]>),
}

impl StoredQueries {
    /// Checks the queries of a snapshot. Texts that are known from the one before are not read again,
    /// and what goes by nothing that has changed since is not looked at again.
    pub(crate) fn check(snapshot: &Snapshot, before: Option<&Snapshot>) -> Self {
        let mut by_text: HashMap<Arc<str>, StoredQuery> = HashMap::new();
        let mut checker = Checker::new(snapshot);
        let changes = before.map(|before| Changes::between(before, snapshot));
        for (_, query) in listed(&snapshot.metadata) {
            let text = query.query.as_str();
            if by_text.contains_key(text) {
                continue;
            }
            let known = before.and_then(|before| before.stored_queries.by_text.get_key_value(text));
            let (text, outline) = match known {
                Some((text, known)) => {
                    if let (Verdict::Fits(needs), Some(changes)) = (&known.verdict, &changes)
                        && !changes.concern(needs)
                    {
                        by_text.insert(text.clone(), known.clone());
                        continue;
                    }
                    (text.clone(), known.outline.clone())
                }
                None => (text.into(), Arc::new(Outline::read(text))),
            };
            let verdict = match checker.check(&outline) {
                Ok(needs) => Verdict::Fits(Arc::new(needs)),
                Err(errors) => Verdict::Fails(errors.into()),
            };
            by_text.insert(text, StoredQuery { outline, verdict });
        }
        StoredQueries { by_text }
    }

    fn of(&self, query: &ListedQuery) -> Option<&StoredQuery> {
        self.by_text.get(query.query.as_str())
    }
}

/// Every query with its collection, in the order of the document.
fn listed(metadata: &Metadata) -> impl Iterator<Item = (&QueryCollection, &ListedQuery)> {
    metadata.query_collections.iter().flat_map(|collection| {
        let queries = &collection.definition.queries;
        queries.iter().map(move |query| (collection, query))
    })
}

/// The stored queries of a snapshot that do not fit.
pub(crate) fn inconsistencies(snapshot: &Snapshot) -> Vec<Inconsistency> {
    let mut uses = None;
    let mut found = Vec::new();
    for (collection, query) in listed(&snapshot.metadata) {
        let Some(StoredQuery {
            outline,
            verdict: Verdict::Fails(errors),
        }) = snapshot.stored_queries.of(query)
        else {
            continue;
        };
        let uses = uses.get_or_insert_with(|| Uses::of(snapshot));
        let object = MetadataObject::StoredQuery {
            collection: collection.name.clone(),
            name: query.name.clone(),
            text: query.query.clone(),
        };
        found.push(Inconsistency {
            definition: object.definition(&snapshot.metadata),
            reason: reason(collection, query, errors, &uses.text(query, outline)),
            object,
            code: Code::ValidationFailed,
            message: None,
            not_inherited: None,
        });
    }
    found
}

fn reason(
    collection: &QueryCollection,
    query: &ListedQuery,
    errors: &[String],
    uses: &str,
) -> String {
    // The last one comes first: so it has always been told.
    let errors = quoted(errors.iter().rev());
    format!(
        "Inconsistent object: In query collection \"{}\" the query \"{}\" is invalid with the following \
         error(s): {errors}{uses}",
        collection.name, query.name
    )
}

fn quoted(texts: impl Iterator<Item = impl AsRef<str>>) -> String {
    let texts: Vec<String> = texts.map(|text| format!("\"{}\"", text.as_ref())).collect();
    texts.join(", ")
}

/// What stored queries are used for.
struct Uses<'s> {
    /// Names of REST endpoints by the text of the query that they run.
    endpoints: HashMap<&'s str, Vec<&'s str>>,
    /// Fingerprints of the queries that everybody may run.
    allowed: HashSet<u64>,
}

impl<'s> Uses<'s> {
    fn of(snapshot: &'s Snapshot) -> Self {
        let metadata = &*snapshot.metadata;
        let mut endpoints: HashMap<&str, Vec<&str>> = HashMap::new();
        for endpoint in &metadata.rest_endpoints {
            let Some(name) = endpoint.get("name").and_then(Value::as_str) else {
                continue;
            };
            let reference = |key: &str| {
                let query = endpoint.pointer("/definition/query");
                query.and_then(|query| query.get(key)?.as_str())
            };
            let (of, called) = (reference("collection_name"), reference("query_name"));
            let run = listed(metadata).find(|(collection, query)| {
                Some(collection.name.as_str()) == of && Some(query.name.as_str()) == called
            });
            if let Some((_, query)) = run {
                endpoints.entry(&query.query).or_default().push(name);
            }
        }
        let everybodys = |name: &str| {
            metadata.allowlist.iter().any(|entry| {
                entry.collection == name && entry.scope.as_ref().is_none_or(|scope| scope.global)
            })
        };
        let allowed = metadata
            .query_collections
            .iter()
            .filter(|collection| everybodys(&collection.name))
            .flat_map(|collection| &collection.definition.queries)
            .filter_map(|query| snapshot.stored_queries.of(query)?.outline.fingerprint)
            .collect();
        Uses { endpoints, allowed }
    }

    /// What is said of the uses of a query.
    fn text(&self, query: &ListedQuery, outline: &Outline) -> String {
        let mut text = String::new();
        if let Some(names) = self.endpoints.get(query.query.as_str()) {
            text.push_str(". This query is being used in the following REST endpoint(s): ");
            text.push_str(&quoted(names.iter().rev()));
        }
        if outline
            .fingerprint
            .is_some_and(|print| self.allowed.contains(&print))
        {
            text.push_str(". This query is in allowlist.");
        }
        text
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
