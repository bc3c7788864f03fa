//! A question that the schema at hand answers, for somebody who wants to see something at once.

use howdah_engine::{Engine, GraphqlRequest};
use howdah_ir::Session;
use serde_json::Value;
use std::collections::BTreeMap;

/// Fields that say what a row is, best first.
const TELLING: [&str; 10] = [
    "id",
    "name",
    "title",
    "label",
    "slug",
    "code",
    "email",
    "text",
    "status",
    "created_at",
];
/// How many fields are asked for.
const FIELDS: usize = 3;

const ROOTS: &str = "{ __schema { queryType { fields { name args { name } type { ofType { kind \
                     ofType { ofType { kind name } } } } } } } }";

/// A query on the table that most others are related to; `None` when nothing is tracked.
pub async fn suggestion(engine: &Engine) -> Option<String> {
    let roots = ask(engine, ROOTS).await?;
    let roots = lists(roots.pointer("/__schema/queryType/fields")?);
    let mut best: Option<(usize, String)> = None;
    for (root, row_type) in roots {
        let type_query = format!(
            "{{ __type(name: \"{row_type}\") {{ fields {{ name args {{ type {{ kind }} }} \
             type {{ kind ofType {{ kind }} }} }} }} }}"
        );
        let Some(answer) = ask(engine, &type_query).await else {
            continue;
        };
        let Some(fields) = answer.pointer("/__type/fields") else {
            continue;
        };
        let names = plain_fields(fields);
        let related = array(fields).count() - names.len();
        if !names.is_empty() && best.as_ref().is_none_or(|(most, _)| related > *most) {
            let query = format!("{{ {root}(limit: 3) {{ {} }} }}", telling(&names).join(" "));
            best = Some((related, query));
        }
    }
    best.map(|(_, query)| query)
}

async fn ask(engine: &Engine, query: &str) -> Option<Value> {
    let request = GraphqlRequest {
        query: query.to_owned(),
        ..GraphqlRequest::default()
    };
    let answer = engine
        .graphql(&request, &Session::admin(), false)
        .await
        .ok()?;
    let mut body: Value = serde_json::from_slice(&answer.body().await.ok()?).ok()?;
    Some(body.get_mut("data")?.take())
}

fn array(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// Root fields that list rows, with the type of the rows; at most one for each type.
fn lists(fields: &Value) -> Vec<(String, String)> {
    const MANY: usize = 50;
    let mut found = BTreeMap::new();
    for field in array(fields) {
        let row = "/type/ofType/ofType/ofType";
        let takes_limit = array(&field["args"]).any(|arg| arg["name"] == "limit");
        if text(field, "/type/ofType/kind") == "LIST"
            && text(field, &format!("{row}/kind")) == "OBJECT"
            && takes_limit
            && !array(&field["args"]).any(|arg| arg["name"] == "args")
        {
            let row_type = text(field, &format!("{row}/name")).to_owned();
            found
                .entry(row_type)
                .or_insert_with(|| text(field, "/name").to_owned());
        }
    }
    found
        .into_iter()
        .map(|(row_type, root)| (root, row_type))
        .take(MANY)
        .collect()
}

/// Names of fields that hold a value and need no argument.
fn plain_fields(fields: &Value) -> Vec<&str> {
    array(fields)
        .filter(|field| {
            let kind = match text(field, "/type/kind") {
                "NON_NULL" => text(field, "/type/ofType/kind"),
                kind => kind,
            };
            matches!(kind, "SCALAR" | "ENUM")
                && !array(&field["args"]).any(|arg| text(arg, "/type/kind") == "NON_NULL")
        })
        .map(|field| text(field, "/name"))
        .collect()
}

fn telling<'a>(names: &[&'a str]) -> Vec<&'a str> {
    let rank = |name: &str| TELLING.iter().position(|known| *known == name);
    let mut ranked: Vec<&str> = names.to_vec();
    ranked.sort_by_key(|name| rank(name).unwrap_or(TELLING.len()));
    ranked.truncate(FIELDS);
    ranked
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_lists_of_rows_are_asked_for() {
        let row = json!({"ofType": {"kind": "LIST", "ofType": {"ofType": {"kind": "OBJECT", "name": "t"}}}});
        let fields = json!([
            {"name": "t", "args": [{"name": "limit"}], "type": row},
            {"name": "t_aggregate", "args": [{"name": "limit"}], "type": {"ofType": {"kind": "OBJECT", "ofType": null}}},
            {"name": "t_by_pk", "args": [{"name": "id"}], "type": {"ofType": null}},
            {"name": "search", "args": [{"name": "limit"}, {"name": "args"}], "type": row},
        ]);
        assert_eq!(lists(&fields), [("t".to_owned(), "t".to_owned())]);
    }

    #[test]
    fn the_most_telling_fields_come_first() {
        let fields = json!([
            {"name": "address", "args": [], "type": {"kind": "SCALAR"}},
            {"name": "id", "args": [], "type": {"kind": "NON_NULL", "ofType": {"kind": "SCALAR"}}},
            {"name": "name", "args": [{"type": {"kind": "SCALAR"}}], "type": {"kind": "SCALAR"}},
            {"name": "needs", "args": [{"type": {"kind": "NON_NULL"}}], "type": {"kind": "SCALAR"}},
            {"name": "orders", "args": [], "type": {"kind": "NON_NULL", "ofType": {"kind": "LIST"}}},
            {"name": "zip", "args": [], "type": {"kind": "SCALAR"}},
        ]);
        let names = plain_fields(&fields);
        assert_eq!(names, ["address", "id", "name", "zip"]);
        assert_eq!(telling(&names), ["id", "name", "address"]);
    }
}
