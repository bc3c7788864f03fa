//! The GraphQL document as lowering reads it: owned, compact, numbers as written.
//!
//! Parsing is bluejay's; this module only copies its tree into one that keeps the digits of
//! numbers and has no lifetime. It knows no schema.

use bluejay_core::executable::{
    ExplicitOperationDefinition as _, Field as _, FragmentDefinition as _, FragmentSpread as _,
    InlineFragment as _, OperationDefinition as _, OperationDefinitionReference, Selection as _,
    SelectionReference, VariableType as _, VariableTypeReference,
};
use bluejay_core::{AsIter, Directive as _, OperationType};
use bluejay_parser::HasSpan;
use bluejay_parser::ast::executable::{ExecutableDocument, SelectionSet, VariableType};
use bluejay_parser::ast::{self, Parse, ParseOptions};
use howdah_error::{Error, JsonPath, Result};
use std::cell::Cell;
use std::collections::{BTreeMap, HashSet};
use std::fmt;

/// Nesting that a document may have: far above honest use, far below what a stack can hold.
pub const MAX_DEPTH: usize = 400;

/// A parsed document.
#[derive(Debug)]
pub struct Document {
    /// Operations in order.
    pub operations: Vec<Operation>,
    /// Fragments by name.
    pub fragments: BTreeMap<String, Fragment>,
}

/// The three kinds of operations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OperationKind {
    /// `query`
    Query,
    /// `mutation`
    Mutation,
    /// `subscription`
    Subscription,
}

/// An operation.
#[derive(Debug)]
pub struct Operation {
    /// Kind.
    pub kind: OperationKind,
    /// Name, if any.
    pub name: Option<String>,
    /// Variable definitions in order.
    pub variables: Vec<VariableDefinition>,
    /// Directives on the operation.
    pub directives: Vec<Directive>,
    /// Selection set.
    pub selection: Vec<Selection>,
}

/// `$name: type = default`.
#[derive(Debug)]
pub struct VariableDefinition {
    /// Name without `$`.
    pub name: String,
    /// Declared type.
    pub ty: TypeExpr,
    /// Default.
    pub default: Option<Value>,
}

/// A type as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TypeExpr {
    /// A named type.
    Named(String, Nullability),
    /// A list.
    List(Box<TypeExpr>, Nullability),
}

/// Whether a type has a `!`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nullability {
    /// Without `!`.
    Nullable,
    /// With `!`.
    NonNull,
}

impl TypeExpr {
    /// Whether the outermost type is non-null.
    pub fn is_non_null(&self) -> bool {
        matches!(
            self,
            TypeExpr::Named(_, Nullability::NonNull) | TypeExpr::List(_, Nullability::NonNull)
        )
    }
}

impl fmt::Display for TypeExpr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TypeExpr::Named(name, _) => f.write_str(name)?,
            TypeExpr::List(inner, _) => write!(f, "[{inner}]")?,
        }
        if self.is_non_null() {
            f.write_str("!")
        } else {
            Ok(())
        }
    }
}

/// A fragment definition.
#[derive(Debug)]
pub struct Fragment {
    /// `on T`.
    pub condition: String,
    /// Directives on the definition.
    pub directives: Vec<Directive>,
    /// Selection set.
    pub selection: Vec<Selection>,
}

/// An element of a selection set.
#[derive(Debug)]
pub enum Selection {
    /// A field.
    Field(Field),
    /// `...name`
    Spread {
        /// Fragment name.
        name: String,
        /// Directives.
        directives: Vec<Directive>,
    },
    /// `... on T { }`
    Inline {
        /// Type condition, if any.
        condition: Option<String>,
        /// Directives.
        directives: Vec<Directive>,
        /// Selection set.
        selection: Vec<Selection>,
    },
}

/// A field.
#[derive(Debug)]
pub struct Field {
    /// Alias, if any.
    pub alias: Option<String>,
    /// Name.
    pub name: String,
    /// Arguments in order.
    pub arguments: Vec<(String, Value)>,
    /// Directives.
    pub directives: Vec<Directive>,
    /// Selection set; `None` when there are no braces.
    pub selection: Option<Vec<Selection>>,
}

impl Field {
    /// Alias or name.
    pub fn response_key(&self) -> &str {
        self.alias.as_deref().unwrap_or(&self.name)
    }
}

/// A directive.
#[derive(Debug, Clone, PartialEq)]
pub struct Directive {
    /// Name without `@`.
    pub name: String,
    /// Arguments.
    pub arguments: Vec<(String, Value)>,
}

/// A value as written; numbers keep their text.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `$name`
    Variable(String),
    /// An integer literal.
    Int(String),
    /// A literal with fraction or exponent.
    Float(String),
    /// A string.
    String(String),
    /// `true`, `false`
    Boolean(bool),
    /// `null`
    Null,
    /// A bare name.
    Enum(String),
    /// A list.
    List(Vec<Value>),
    /// An object, keys in order.
    Object(Vec<(String, Value)>),
}

/// Parses a document. Every fault is `not a valid graphql query` at `$.query`, as clients expect.
pub fn parse(text: &str) -> Result<Document> {
    let options = ParseOptions {
        max_depth: MAX_DEPTH,
        ..ParseOptions::default()
    };
    let parsed = ExecutableDocument::parse_with_options(text, options)
        .result
        .map_err(|_| no_query())?;
    let source = Source {
        text,
        repeated: Cell::new(false),
    };
    let mut fragments = BTreeMap::new();
    let mut ambiguous = None;
    for fragment in parsed.fragment_definitions() {
        let name = fragment.name().as_str();
        let definition = Fragment {
            condition: fragment.type_condition().named_type().as_str().to_owned(),
            directives: source.directives(fragment.directives()),
            selection: source.selection_set(fragment.selection_set()),
        };
        if fragments.insert(name.to_owned(), definition).is_some() {
            ambiguous.get_or_insert(name);
        }
    }
    let operations = parsed
        .operation_definitions()
        .iter()
        .map(|operation| source.operation(operation))
        .collect();
    if source.repeated.get() {
        return Err(no_query());
    }
    if let Some(name) = ambiguous {
        return Err(Error::parse_failed(format!(
            "multiple definitions for fragment {name:?}"
        )));
    }
    Ok(Document {
        operations,
        fragments,
    })
}

fn no_query() -> Error {
    Error::validation("not a valid graphql query").at(JsonPath::from_iter(["query"]))
}

struct Source<'a> {
    text: &'a str,
    /// Whether a field has an argument twice, or an object a key.
    repeated: Cell<bool>,
}

impl Source<'_> {
    fn operation(&self, operation: &ast::executable::OperationDefinition<'_>) -> Operation {
        match operation.as_ref() {
            OperationDefinitionReference::Explicit(explicit) => Operation {
                kind: match bluejay_core::executable::ExplicitOperationDefinition::operation_type(
                    explicit,
                ) {
                    OperationType::Query => OperationKind::Query,
                    OperationType::Mutation => OperationKind::Mutation,
                    OperationType::Subscription => OperationKind::Subscription,
                },
                name: explicit.name().map(|n| n.as_str().to_owned()),
                variables: explicit
                    .variable_definitions()
                    .into_iter()
                    .flat_map(|definitions| definitions.iter())
                    .map(|definition| VariableDefinition {
                        name: definition.variable().name().to_owned(),
                        ty: type_expr(definition.r#type()),
                        default: definition.default_value().map(|v| self.value(v)),
                    })
                    .collect(),
                directives: self.directives(explicit.directives()),
                selection: self.selection_set(explicit.selection_set()),
            },
            OperationDefinitionReference::Implicit(_) => Operation {
                kind: OperationKind::Query,
                name: None,
                variables: Vec::new(),
                directives: Vec::new(),
                selection: self.selection_set(operation.selection_set()),
            },
        }
    }

    fn selection_set(&self, set: &SelectionSet<'_>) -> Vec<Selection> {
        set.iter()
            .map(|selection| self.selection(selection))
            .collect()
    }

    fn selection(&self, selection: &ast::executable::Selection<'_>) -> Selection {
        match selection.as_ref() {
            SelectionReference::Field(field) => Selection::Field(Field {
                alias: field.alias().map(str::to_owned),
                name: field.name().as_str().to_owned(),
                arguments: self.arguments(field.arguments()),
                directives: self.directives(field.directives()),
                selection: field.selection_set().map(|set| self.selection_set(set)),
            }),
            SelectionReference::FragmentSpread(spread) => Selection::Spread {
                name: spread.name().as_str().to_owned(),
                directives: self.directives(spread.directives()),
            },
            SelectionReference::InlineFragment(inline) => Selection::Inline {
                condition: inline
                    .type_condition()
                    .map(|c| c.named_type().as_str().to_owned()),
                directives: self.directives(inline.directives()),
                selection: self.selection_set(inline.selection_set()),
            },
        }
    }

    fn directives<const CONST: bool>(
        &self,
        directives: Option<&ast::Directives<'_, CONST>>,
    ) -> Vec<Directive> {
        directives
            .into_iter()
            .flat_map(|d| d.iter())
            .map(|directive| Directive {
                name: directive.name().as_str().to_owned(),
                arguments: self.arguments(directive.arguments()),
            })
            .collect()
    }

    fn arguments<const CONST: bool>(
        &self,
        arguments: Option<&ast::Arguments<'_, CONST>>,
    ) -> Vec<(String, Value)> {
        let arguments: Vec<_> = arguments
            .into_iter()
            .flat_map(|a| a.iter())
            .map(|argument| {
                (
                    argument.name().as_str().to_owned(),
                    self.value(argument.value()),
                )
            })
            .collect();
        self.note_repeated(&arguments);
        arguments
    }

    fn value<const CONST: bool>(&self, value: &ast::Value<'_, CONST>) -> Value {
        match value {
            ast::Value::Variable(v) => Value::Variable(v.name().to_owned()),
            ast::Value::Integer(i) => Value::Int(i.as_ref().to_owned()),
            ast::Value::Float(f) => Value::Float(
                self.text
                    .get(f.span().byte_range())
                    .unwrap_or_default()
                    .to_owned(),
            ),
            ast::Value::String(s) => Value::String(s.as_str().to_owned()),
            ast::Value::Boolean(_) => {
                Value::Boolean(self.text.get(value.span().byte_range()) == Some("true"))
            }
            ast::Value::Null(_) => Value::Null,
            ast::Value::Enum(name) => Value::Enum(name.as_str().to_owned()),
            ast::Value::List(list) => Value::List(list.iter().map(|v| self.value(v)).collect()),
            ast::Value::Object(object) => {
                let entries: Vec<_> = object
                    .iter()
                    .map(|(k, v)| (k.as_ref().to_owned(), self.value(v)))
                    .collect();
                self.note_repeated(&entries);
                Value::Object(entries)
            }
        }
    }

    fn note_repeated(&self, entries: &[(String, Value)]) {
        let mut seen = HashSet::with_capacity(entries.len());
        if !entries.iter().all(|(name, _)| seen.insert(name)) {
            self.repeated.set(true);
        }
    }
}

fn type_expr(ty: &VariableType<'_>) -> TypeExpr {
    let nullability = |required: bool| {
        if required {
            Nullability::NonNull
        } else {
            Nullability::Nullable
        }
    };
    match ty.as_ref() {
        VariableTypeReference::Named(name, required) => {
            TypeExpr::Named(name.to_owned(), nullability(required))
        }
        VariableTypeReference::List(inner, required) => {
            TypeExpr::List(Box::new(type_expr(inner)), nullability(required))
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_digits() {
        let text = "query q($a: [Int!] = [1]) { t(a: 12345678901234567890.10, b: -0, c: true) @include(if: $x) { id } }";
        let document = parse(text).unwrap();
        let operation = &document.operations[0];
        assert_eq!(operation.variables[0].ty.to_string(), "[Int!]");
        let Selection::Field(field) = &operation.selection[0] else {
            panic!("a field")
        };
        assert_eq!(
            field.arguments[0].1,
            Value::Float("12345678901234567890.10".into())
        );
        assert_eq!(field.arguments[1].1, Value::Int("-0".into()));
        assert_eq!(field.arguments[2].1, Value::Boolean(true));
        assert_eq!(
            field.directives[0].arguments[0].1,
            Value::Variable("x".into())
        );
    }

    #[test]
    fn too_deep_documents_are_refused() {
        let text = format!("{}{}", "{a".repeat(100_000), "}".repeat(100_000));
        assert_eq!(
            parse(&text).unwrap_err().message(),
            "not a valid graphql query"
        );
    }
}
