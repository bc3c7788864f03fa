//! What of a stored query is held against a schema: fields, selection sets and the types of
//! variables. Arguments and directives are left out, so that thousands of queries take little room.
//! Knows no schema.

use crate::allow_list;
use crate::document::{self, Document, OperationKind, Selection, TypeExpr};
use std::collections::BTreeMap;

/// How deep selections are looked at once fragments are put in: far above honest use, and shallow
/// enough for any stack.
const MAX_NESTING: usize = 128;

/// A stored query.
#[derive(Debug)]
pub(super) struct Outline {
    /// Its operation, or what is wrong with the document itself. `None` when it is nested too deeply
    /// to be looked at.
    pub(super) operation: Result<Option<Operation>, String>,
    /// What two documents have in common that are the same to the allow list.
    pub(super) fingerprint: Option<u64>,
}

/// The only operation of a document.
#[derive(Debug)]
pub(super) struct Operation {
    pub(super) kind: OperationKind,
    /// Names of variables and of the types at the bottom of theirs.
    pub(super) variables: Vec<(Box<str>, Box<str>)>,
    pub(super) selection: Vec<Node>,
    /// Selections of the fragments that are reached, each after those that it spreads.
    pub(super) fragments: Vec<Vec<Node>>,
}

/// An element of a selection set.
#[derive(Debug)]
pub(super) enum Node {
    /// A field; one without a selection set selects nothing.
    Field {
        name: Box<str>,
        alias: Option<Box<str>>,
        selection: Vec<Node>,
    },
    /// A fragment by its place.
    Spread(usize),
    /// An inline fragment. Whether its condition fits is not asked.
    Inline(Vec<Node>),
}

impl Outline {
    /// Reads a text.
    pub(super) fn read(text: &str) -> Self {
        match document::parse(text) {
            Ok(document) => Outline {
                operation: operation(&document),
                fingerprint: Some(allow_list::fingerprint(&document)),
            },
            Err(error) => Outline {
                operation: Err(error.message().to_owned()),
                fingerprint: None,
            },
        }
    }
}

fn operation(document: &Document) -> Result<Option<Operation>, String> {
    let [operation] = document.operations.as_slice() else {
        return Err(
            "exactly one operation has to be present in the document when operationName is \
                    not specified"
                .to_owned(),
        );
    };
    let mut reader = Reader {
        document,
        places: BTreeMap::new(),
        fragments: Vec::new(),
        stack: Vec::new(),
        depth: 0,
    };
    let selection = match reader.nodes(&operation.selection) {
        Ok(selection) => selection,
        Err(Fault::TooDeep) => return Ok(None),
        Err(Fault::Text(text)) => return Err(text),
    };
    let variables = operation
        .variables
        .iter()
        .map(|variable| (variable.name.as_str().into(), base(&variable.ty).into()))
        .collect();
    Ok(Some(Operation {
        kind: operation.kind,
        variables,
        selection,
        fragments: reader.fragments,
    }))
}

fn base(ty: &TypeExpr) -> &str {
    match ty {
        TypeExpr::Named(name, _) => name,
        TypeExpr::List(inner, _) => base(inner),
    }
}

enum Fault {
    Text(String),
    TooDeep,
}

struct Reader<'d> {
    document: &'d Document,
    /// Fragments that were read to their end.
    places: BTreeMap<&'d str, usize>,
    fragments: Vec<Vec<Node>>,
    /// Fragments that are being read.
    stack: Vec<&'d str>,
    depth: usize,
}

impl<'d> Reader<'d> {
    fn nodes(&mut self, selection: &'d [Selection]) -> Result<Vec<Node>, Fault> {
        self.depth += 1;
        if self.depth > MAX_NESTING {
            return Err(Fault::TooDeep);
        }
        let nodes = selection.iter().map(|item| self.node(item)).collect();
        self.depth -= 1;
        nodes
    }

    fn node(&mut self, item: &'d Selection) -> Result<Node, Fault> {
        Ok(match item {
            Selection::Field(field) => Node::Field {
                name: field.name.as_str().into(),
                alias: field.alias.as_deref().map(Into::into),
                selection: match &field.selection {
                    Some(selection) => self.nodes(selection)?,
                    None => Vec::new(),
                },
            },
            Selection::Inline { selection, .. } => Node::Inline(self.nodes(selection)?),
            Selection::Spread { name, .. } => Node::Spread(self.fragment(name)?),
        })
    }

    fn fragment(&mut self, name: &'d str) -> Result<usize, Fault> {
        if let Some(place) = self.places.get(name) {
            return Ok(*place);
        }
        if let Some(start) = self.stack.iter().position(|other| *other == name) {
            return Err(Fault::Text(format!(
                "the fragment definition(s) {} form a cycle",
                enumeration(&self.stack[start..])
            )));
        }
        let document: &'d Document = self.document;
        let Some(fragment) = document.fragments.get(name) else {
            return Err(Fault::Text(format!(
                "reference to undefined fragment \"{name}\""
            )));
        };
        self.stack.push(name);
        let nodes = self.nodes(&fragment.selection)?;
        self.stack.pop();
        let place = self.fragments.len();
        self.fragments.push(nodes);
        self.places.insert(name, place);
        Ok(place)
    }
}

/// `a`, `a and b`, `a, b, and c`.
fn enumeration(names: &[&str]) -> String {
    match names {
        [first, second] => format!("{first} and {second}"),
        [others @ .., last] if !others.is_empty() => format!("{}, and {last}", others.join(", ")),
        names => names.join(""),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn fault(text: &str) -> String {
        Outline::read(text).operation.unwrap_err()
    }

    #[test]
    fn documents_that_say_nothing_of_one_operation_have_faults() {
        assert_eq!(fault("{ a"), "not a valid graphql query");
        for text in [
            "query a { a } query b { b }",
            "fragment f on author { id }",
            "{ a } query b { b }",
        ] {
            assert_eq!(
                fault(text),
                "exactly one operation has to be present in the document when operationName is not \
                 specified"
            );
        }
        assert_eq!(fault("{ ...f }"), "reference to undefined fragment \"f\"");
        assert_eq!(
            fault("{ ...a } fragment a on t { ...a }"),
            "the fragment definition(s) a form a cycle"
        );
        assert_eq!(
            fault("{ ...a } fragment a on t { x { ...b } } fragment b on t { ...a }"),
            "the fragment definition(s) a and b form a cycle"
        );
        assert_eq!(
            fault(
                "{ ...z } fragment z on t { ...a } fragment a on t { ...b } fragment b on t { ...c } \
                 fragment c on t { ...a }"
            ),
            "the fragment definition(s) a, b, and c form a cycle"
        );
    }

    #[test]
    fn fragments_are_read_once_and_only_where_they_are_reached() {
        let text = "{ ...a ...a ... on t { ...b } } fragment a on t { ...b } fragment b on t { id }
            fragment unused on t { ...nothing }";
        let operation = Outline::read(text).operation.unwrap().unwrap();
        assert_eq!(operation.fragments.len(), 2);
    }

    #[test]
    fn what_is_nested_too_deeply_is_not_looked_at() {
        let nested = format!("{}{}", "{a".repeat(150), "}".repeat(150));
        assert!(Outline::read(&nested).operation.unwrap().is_none());
        let mut chain = String::from("{ ...f0 }");
        for i in 0..5_000 {
            chain.push_str(&format!(" fragment f{i} on t {{ ...f{} }}", i + 1));
        }
        chain.push_str(" fragment f5000 on t { id }");
        assert!(Outline::read(&chain).operation.unwrap().is_none());
    }
}
