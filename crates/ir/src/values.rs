//! Values in PostgreSQL's text form: quoting of arrays, JSON to text.
//!
//! Numbers keep every digit: they are never read as floats.

use crate::catalog::{Catalog, TypeId, TypeKind};
use serde_json::Value;

/// An array literal (`{"a",NULL,"b\"c"}`) of element texts.
pub fn array_literal<'a>(elements: impl IntoIterator<Item = Option<&'a str>>) -> String {
    let mut out = String::from("{");
    for (i, element) in elements.into_iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        match element {
            None => out.push_str("NULL"),
            Some(text) => {
                out.push('"');
                for c in text.chars() {
                    if matches!(c, '"' | '\\') {
                        out.push('\\');
                    }
                    out.push(c);
                }
                out.push('"');
            }
        }
    }
    out.push('}');
    out
}

/// A JSON value as PostgreSQL text of a type. `None` is NULL; a nested list becomes a nested array
/// literal when the type is an array; objects and lists of other types become JSON text.
///
/// No check is made whether the text fits the type: PostgreSQL does that.
pub fn json_to_text(catalog: &Catalog, ty: TypeId, value: &Value) -> Option<String> {
    let base = catalog.base_type(ty);
    let info = catalog.ty(base);
    if matches!(&*info.name, "json" | "jsonb") {
        return Some(value.to_string());
    }
    match value {
        Value::Null => None,
        Value::String(s) => Some(s.clone()),
        Value::Bool(b) => Some(b.to_string()),
        Value::Number(n) => Some(n.to_string()),
        Value::Array(items) => match info.kind {
            TypeKind::Array(element) => Some(array_of_values(catalog, element, items)),
            _ => Some(value.to_string()),
        },
        Value::Object(_) => Some(value.to_string()),
    }
}

/// An array literal of JSON values of the element type; nested lists become nested arrays.
pub fn array_of_values(catalog: &Catalog, element: TypeId, items: &[Value]) -> String {
    // An array type has no dimensions of its own in PostgreSQL: `[[1],[2]]` fits `int4[]`.
    if !items.is_empty()
        && items.iter().all(|i| matches!(i, Value::Array(_)))
        && !is_json(catalog, element)
    {
        let inner: Vec<String> = items
            .iter()
            .map(|i| match i {
                Value::Array(inner) => array_of_values(catalog, element, inner),
                other => other.to_string(),
            })
            .collect();
        return format!("{{{}}}", inner.join(","));
    }
    let texts: Vec<Option<String>> = items
        .iter()
        .map(|i| {
            if i.is_null() {
                None
            } else {
                json_to_text(catalog, element, i)
            }
        })
        .collect();
    array_literal(texts.iter().map(Option::as_deref))
}

fn is_json(catalog: &Catalog, ty: TypeId) -> bool {
    matches!(&*catalog.ty(catalog.base_type(ty)).name, "json" | "jsonb")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn array_literals_quote_and_escape() {
        let text = array_literal([Some("a"), None, Some(r#"b"c\"#), Some("")]);
        assert_eq!(text, r#"{"a",NULL,"b\"c\\",""}"#);
    }
}
