//! The allow list: which operations roles may run when it is in force.
//!
//! Two operations are the same when their documents are, apart from `__typename` fields (clients
//! add them), the operation's name and the way the text is laid out. The order of fields counts.

use crate::document::{self, Directive, Document, Field, OperationKind, Selection, Value};
use howdah_metadata::Metadata;
use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

/// The operations of all allowed collections, in canonical form.
#[derive(Debug, Default)]
pub struct AllowList {
    global: HashSet<String>,
    by_role: HashMap<String, HashSet<String>>,
}

impl AllowList {
    /// Reads the allowed collections of a metadata document. A stored query that is no document
    /// matches nothing.
    pub fn new(metadata: &Metadata) -> Self {
        let mut list = AllowList::default();
        for entry in &metadata.allowlist {
            let Some(collection) = metadata
                .query_collections
                .iter()
                .find(|c| c.name == entry.collection)
            else {
                continue;
            };
            let queries: Vec<String> = collection
                .definition
                .queries
                .iter()
                .filter_map(|q| document::parse(&q.query).ok())
                .map(|d| canonical(&d))
                .collect();
            // An entry without a scope is for everybody.
            let roles = match &entry.scope {
                Some(scope) if !scope.global => scope.roles.as_deref().unwrap_or_default(),
                _ => {
                    list.global.extend(queries);
                    continue;
                }
            };
            for role in roles {
                list.by_role
                    .entry(role.clone())
                    .or_default()
                    .extend(queries.iter().cloned());
            }
        }
        list
    }

    /// Whether a role may run a document.
    pub fn allows(&self, role: &str, document: &Document) -> bool {
        let text = canonical(document);
        self.global.contains(&text)
            || self
                .by_role
                .get(role)
                .is_some_and(|queries| queries.contains(&text))
    }
}

/// A number that two documents have in common if they are the same to the list.
pub(crate) fn fingerprint(document: &Document) -> u64 {
    let mut hasher = DefaultHasher::new();
    canonical(document).hash(&mut hasher);
    hasher.finish()
}

/// A document as text in which only what matters for the comparison is left.
fn canonical(document: &Document) -> String {
    let mut out = String::new();
    for operation in &document.operations {
        out.push_str(match operation.kind {
            OperationKind::Query => "query",
            OperationKind::Mutation => "mutation",
            OperationKind::Subscription => "subscription",
        });
        out.push('(');
        for variable in &operation.variables {
            let _ = write!(out, "${}:{}", variable.name, variable.ty);
            if let Some(default) = &variable.default {
                out.push('=');
                value(default, &mut out);
            }
            out.push(',');
        }
        out.push(')');
        directives(&operation.directives, &mut out);
        selections(&operation.selection, &mut out);
    }
    for (name, fragment) in &document.fragments {
        let _ = write!(out, "fragment {name} on {}", fragment.condition);
        directives(&fragment.directives, &mut out);
        selections(&fragment.selection, &mut out);
    }
    out
}

fn selections(items: &[Selection], out: &mut String) {
    out.push('{');
    for item in items {
        match item {
            Selection::Field(field) if field.name == "__typename" => {}
            Selection::Field(field) => self::field(field, out),
            Selection::Spread {
                name,
                directives: given,
            } => {
                let _ = write!(out, "...{name}");
                directives(given, out);
                out.push(' ');
            }
            Selection::Inline {
                condition,
                directives: given,
                selection,
            } => {
                out.push_str("... ");
                if let Some(condition) = condition {
                    let _ = write!(out, "on {condition}");
                }
                directives(given, out);
                selections(selection, out);
            }
        }
    }
    out.push('}');
}

fn field(field: &Field, out: &mut String) {
    if let Some(alias) = &field.alias {
        let _ = write!(out, "{alias}:");
    }
    out.push_str(&field.name);
    arguments(&field.arguments, out);
    directives(&field.directives, out);
    match &field.selection {
        Some(selection) => selections(selection, out),
        None => out.push(' '),
    }
}

fn directives(given: &[Directive], out: &mut String) {
    for directive in given {
        let _ = write!(out, "@{}", directive.name);
        arguments(&directive.arguments, out);
    }
}

/// Arguments are a set to GraphQL: they are compared sorted by name.
fn arguments(given: &[(String, Value)], out: &mut String) {
    if given.is_empty() {
        return;
    }
    let mut sorted: Vec<&(String, Value)> = given.iter().collect();
    sorted.sort_by(|a, b| a.0.cmp(&b.0));
    out.push('(');
    for (name, argument) in sorted {
        let _ = write!(out, "{name}:");
        value(argument, out);
        out.push(',');
    }
    out.push(')');
}

fn value(given: &Value, out: &mut String) {
    match given {
        Value::Variable(name) => {
            let _ = write!(out, "${name}");
        }
        Value::Int(text) | Value::Float(text) | Value::Enum(text) => out.push_str(text),
        Value::String(text) => out.push_str(&serde_json::Value::from(text.as_str()).to_string()),
        Value::Boolean(flag) => {
            let _ = write!(out, "{flag}");
        }
        Value::Null => out.push_str("null"),
        Value::List(items) => {
            out.push('[');
            for item in items {
                value(item, out);
                out.push(',');
            }
            out.push(']');
        }
        Value::Object(entries) => {
            let mut sorted: Vec<&(String, Value)> = entries.iter().collect();
            sorted.sort_by(|a, b| a.0.cmp(&b.0));
            out.push('{');
            for (name, entry) in sorted {
                let _ = write!(out, "{name}:");
                value(entry, out);
                out.push(',');
            }
            out.push('}');
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::canonical;
    use crate::document::parse;

    fn same(a: &str, b: &str) -> bool {
        canonical(&parse(a).unwrap()) == canonical(&parse(b).unwrap())
    }

    #[test]
    fn layout_name_and_typename_do_not_count() {
        assert!(same("query a { t { id __typename } }", "{ t {\n id } }"));
        assert!(same(
            "{ t(limit: 1, offset: 2) { id } }",
            "{ t(offset: 2, limit: 1) { id } }"
        ));
    }

    #[test]
    fn everything_else_counts() {
        assert!(!same("{ t { id name } }", "{ t { name id } }"));
        assert!(!same("{ t { id } }", "{ t { id: name } }"));
        assert!(!same(
            "{ t(where: {a: \"x\"}) { id } }",
            "{ t(where: {a: \"y\"}) { id } }"
        ));
        assert!(!same(
            "query ($a: Int) { t { id } }",
            "query ($a: Int!) { t { id } }"
        ));
        assert!(!same("{ t { id } }", "{ t { id @skip(if: true) } }"));
        assert!(!same("{ t { ... { id } } }", "{ t { id } }"));
    }
}
