//! The answer to the introspection query, as plain data.

use serde_json::Value;

/// Everything that printing a schema needs.
pub const QUERY: &str = "{ __schema { queryType { name } mutationType { name } \
subscriptionType { name } \
types { kind name description \
fields(includeDeprecated: true) { name description args { ...input } type { ...ref } \
isDeprecated deprecationReason } \
inputFields { ...input } interfaces { name } \
enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason } \
possibleTypes { name } } \
directives { name description locations args { ...input } } } } \
fragment input on __InputValue { name description type { ...ref } defaultValue } \
fragment ref on __Type { kind name ofType { kind name ofType { kind name ofType { kind name \
ofType { kind name ofType { kind name } } } } } }";

/// A schema.
#[derive(Debug, Default)]
pub struct Schema {
    /// The types of the roots: keyword and name.
    pub roots: Vec<(&'static str, String)>,
    /// The types that are not built in, by name.
    pub types: Vec<Type>,
    /// Directives that are not of the language itself.
    pub directives: Vec<Directive>,
}

/// What a type is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Scalar,
    Object,
    Interface,
    Union,
    Enum,
    Input,
}

/// A type.
#[derive(Debug)]
pub struct Type {
    pub kind: Kind,
    pub name: String,
    pub description: Option<String>,
    /// Of objects, interfaces and inputs.
    pub fields: Vec<Field>,
    /// Of enums.
    pub values: Vec<Field>,
    pub interfaces: Vec<String>,
    /// Of unions.
    pub members: Vec<String>,
}

/// A field, an argument or a value of an enum.
#[derive(Debug)]
pub struct Field {
    pub name: String,
    pub description: Option<String>,
    pub arguments: Vec<Field>,
    /// Absent for values of enums.
    pub of: Option<Ref>,
    pub default: Option<String>,
    /// The reason, where it is deprecated.
    pub deprecated: Option<String>,
}

/// A directive.
#[derive(Debug)]
pub struct Directive {
    pub name: String,
    pub description: Option<String>,
    pub arguments: Vec<Field>,
    pub locations: Vec<String>,
}

/// A reference to a type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ref {
    Named(String),
    List(Box<Ref>),
    NonNull(Box<Ref>),
}

impl Ref {
    /// As the language writes it.
    pub fn text(&self) -> String {
        match self {
            Ref::Named(name) => name.clone(),
            Ref::List(of) => format!("[{}]", of.text()),
            Ref::NonNull(of) => format!("{}!", of.text()),
        }
    }
}

const BUILT_IN: [&str; 5] = ["Int", "Float", "String", "Boolean", "ID"];
const OWN_DIRECTIVES: [&str; 5] = ["skip", "include", "deprecated", "specifiedBy", "oneOf"];

impl Schema {
    /// Reads the `data` of an answer.
    pub fn read(data: &Value) -> Option<Schema> {
        let schema = data.get("__schema")?;
        let root = |key: &str| schema.get(key)?.get("name")?.as_str().map(str::to_owned);
        let roots = [
            ("query", root("queryType")),
            ("mutation", root("mutationType")),
            ("subscription", root("subscriptionType")),
        ];
        let mut types: Vec<Type> = schema
            .get("types")?
            .as_array()?
            .iter()
            .filter_map(read_type)
            .filter(|of| !of.name.starts_with("__") && !BUILT_IN.contains(&of.name.as_str()))
            .collect();
        types.sort_by(|a, b| a.name.cmp(&b.name));
        let mut directives: Vec<Directive> = list(schema, "directives")
            .filter_map(|directive| {
                Some(Directive {
                    name: text(directive, "name")?,
                    description: text(directive, "description"),
                    arguments: list(directive, "args").filter_map(read_field).collect(),
                    locations: list(directive, "locations")
                        .filter_map(|at| at.as_str().map(str::to_owned))
                        .collect(),
                })
            })
            .filter(|directive| !OWN_DIRECTIVES.contains(&directive.name.as_str()))
            .collect();
        directives.sort_by(|a, b| a.name.cmp(&b.name));
        Some(Schema {
            roots: roots
                .into_iter()
                .filter_map(|(word, name)| Some((word, name?)))
                .collect(),
            types,
            directives,
        })
    }
}

fn text(value: &Value, key: &str) -> Option<String> {
    value
        .get(key)?
        .as_str()
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
}

fn list<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value
        .get(key)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

fn read_type(value: &Value) -> Option<Type> {
    let kind = match value.get("kind")?.as_str()? {
        "SCALAR" => Kind::Scalar,
        "OBJECT" => Kind::Object,
        "INTERFACE" => Kind::Interface,
        "UNION" => Kind::Union,
        "ENUM" => Kind::Enum,
        "INPUT_OBJECT" => Kind::Input,
        _ => return None,
    };
    let fields = match kind {
        Kind::Input => "inputFields",
        _ => "fields",
    };
    let names = |key: &str| list(value, key).filter_map(|of| text(of, "name")).collect();
    Some(Type {
        kind,
        name: text(value, "name")?,
        description: text(value, "description"),
        fields: list(value, fields).filter_map(read_field).collect(),
        values: list(value, "enumValues").filter_map(read_field).collect(),
        interfaces: names("interfaces"),
        members: match kind {
            Kind::Union => names("possibleTypes"),
            _ => Vec::new(),
        },
    })
}

fn read_field(value: &Value) -> Option<Field> {
    let is_deprecated = value.get("isDeprecated").and_then(Value::as_bool);
    Some(Field {
        name: text(value, "name")?,
        description: text(value, "description"),
        arguments: list(value, "args").filter_map(read_field).collect(),
        of: value.get("type").and_then(reference),
        default: text(value, "defaultValue"),
        deprecated: is_deprecated
            .unwrap_or(false)
            .then(|| text(value, "deprecationReason").unwrap_or_default()),
    })
}

fn reference(value: &Value) -> Option<Ref> {
    match value.get("kind")?.as_str()? {
        "LIST" => Some(Ref::List(Box::new(reference(value.get("ofType")?)?))),
        "NON_NULL" => Some(Ref::NonNull(Box::new(reference(value.get("ofType")?)?))),
        _ => text(value, "name").map(Ref::Named),
    }
}
