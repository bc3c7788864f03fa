//! Answer objects: keys and values as JSON.
//!
//! The fast form is a derived table whose columns are named by the keys and whose whole row is
//! turned into JSON. It fails where a key is longer than a name can be (PostgreSQL would cut it)
//! or where there are more keys than a row has columns; then the object's text is put together.

use super::Compiler;
use crate::sql::{Alias, ColumnName, Expr, Select, SqlType};
use std::sync::Arc;

/// Longest name, in bytes.
const LONGEST_NAME: usize = 63;

/// Most columns of a row that becomes one value.
const MOST_COLUMNS: usize = 1600;

/// Most pairs of `json_build_object`, which takes 100 arguments.
const MOST_PAIRS: usize = 50;

/// The keys of an object with their values.
pub(super) type Entries = Vec<(Arc<str>, Expr)>;

/// How a derived table holds an object.
#[derive(Clone, Copy)]
pub(super) enum Shape {
    /// The whole row.
    Row,
    /// Its one column `v` of type `json`.
    Value,
}

impl Shape {
    /// What to give to `json_agg`.
    pub fn element(self, alias: Alias) -> Expr {
        match self {
            Shape::Row => Expr::Row(alias),
            Shape::Value => Expr::Column(alias, ColumnName::Value),
        }
    }

    /// The object as a `json` value.
    pub fn object(self, alias: Alias) -> Expr {
        match self {
            Shape::Row => Expr::builtin("row_to_json", vec![Expr::Row(alias)]),
            Shape::Value => Expr::Column(alias, ColumnName::Value),
        }
    }
}

impl Compiler<'_> {
    /// Makes the columns of a select an object.
    pub fn set_object(&self, select: &mut Select, entries: Entries) -> Shape {
        if entries.len() > MOST_COLUMNS || entries.iter().any(|(key, _)| key.len() > LONGEST_NAME) {
            select.columns = vec![(object_text(entries), Some(ColumnName::Value))];
            return Shape::Value;
        }
        select.columns = entries
            .into_iter()
            .map(|(key, value)| (value, Some(ColumnName::Named(key))))
            .collect();
        Shape::Row
    }
}

/// One object as an expression, for where there is a single row (or an aggregate).
pub(super) fn object(entries: Entries) -> Expr {
    if entries.len() > MOST_PAIRS {
        return object_text(entries);
    }
    Expr::builtin(
        "json_build_object",
        entries
            .into_iter()
            .flat_map(|(key, value)| [Expr::Text(key), value])
            .collect(),
    )
}

/// `('{' || array_to_string(array['"key":' || coalesce(to_json(value)::text, 'null'), …], ',') || '}')::json`
fn object_text(entries: Entries) -> Expr {
    let pairs = entries
        .into_iter()
        .map(|(key, value)| {
            let key = format!("{}:", serde_json::Value::from(&*key));
            let value = Expr::builtin("to_json", vec![value]).cast(SqlType::text());
            Expr::Text(key.into())
                .binary("||", Expr::Coalesce(vec![value, Expr::Text("null".into())]))
        })
        .collect();
    let joined = Expr::builtin(
        "array_to_string",
        vec![
            Expr::Array(pairs).cast(SqlType::texts()),
            Expr::Text(",".into()),
        ],
    );
    Expr::Text("{".into())
        .binary("||", joined)
        .binary("||", Expr::Text("}".into()))
        .cast(SqlType::json())
}

/// `coalesce(json_agg(…), '[]'::json)`
pub(super) fn array(element: Expr, order: Vec<crate::sql::Order>) -> Expr {
    or_empty(Expr::Aggregate {
        name: "json_agg",
        distinct: false,
        arguments: vec![element],
        order,
    })
}

/// `coalesce(…, '[]'::json)`
pub(super) fn or_empty(list: Expr) -> Expr {
    Expr::Coalesce(vec![list, Expr::Text("[]".into()).cast(SqlType::json())])
}
