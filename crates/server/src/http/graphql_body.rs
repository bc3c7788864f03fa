//! From JSON to GraphQL requests: `{query, variables?, operationName?}` or an array of those.
//! Unknown keys are passed over.

use crate::service::GraphqlRequest;
use howdah_error::{Code, Error, Result};
use serde_json::{Map, Value};

const RECORD: &str = "parsing Hasura.GraphQL.Transport.HTTP.Protocol.GQLReq(GQLReq) failed";

/// What was posted.
#[derive(Debug, PartialEq)]
pub(super) enum Posted {
    One(GraphqlRequest),
    Batch(Vec<GraphqlRequest>),
}

/// Reads the body of a GraphQL endpoint.
pub(super) fn parse(body: Value) -> Result<Posted> {
    match body {
        Value::Array(items) => items
            .into_iter()
            .enumerate()
            .map(|(index, item)| request(item).map_err(|e| e.within(index)))
            .collect::<Result<_>>()
            .map(Posted::Batch),
        one => request(one).map(Posted::One),
    }
}

/// What a body asks in the form in which it is passed on, for an authentication webhook; `None`
/// if it is no GraphQL request.
pub(super) fn as_sent(body: &[u8]) -> Option<Value> {
    let sent = |request: GraphqlRequest| {
        let mut map = Map::new();
        if let Some(variables) = request.variables {
            map.insert("variables".into(), Value::Object(variables));
        }
        if let Some(name) = request.operation_name {
            map.insert("operationName".into(), name.into());
        }
        map.insert("query".into(), request.query.into());
        Value::Object(map)
    };
    match parse(super::body::json(body).ok()?).ok()? {
        Posted::One(request) => Some(sent(request)),
        Posted::Batch(requests) => Some(requests.into_iter().map(sent).collect()),
    }
}

/// Reads one request.
pub(crate) fn request(body: Value) -> Result<GraphqlRequest> {
    let mut body = match body {
        Value::Object(map) => map,
        other => {
            return Err(Error::parse_failed(format!(
                "{RECORD}, expected Object, but encountered {}",
                kind(&other)
            )));
        }
    };
    let query = match body.remove("query") {
        Some(Value::String(text)) => text,
        Some(other) => return Err(not_a_text(&other).within("query")),
        None if asks_for_persisted(&body) => {
            // Clients that try the hash first send the whole query after this text.
            return Err(Error::not_supported("PersistedQueryNotSupported"));
        }
        None => {
            return Err(Error::parse_failed(format!(
                "{RECORD}, key \"query\" not found"
            )));
        }
    };
    let variables = match body.remove("variables") {
        None | Some(Value::Null) => None,
        Some(Value::Object(map)) => Some(map),
        Some(other) => {
            return Err(Error::parse_failed(format!(
                "parsing HashMap failed, expected Object, but encountered {}",
                kind(&other)
            ))
            .within("variables"));
        }
    };
    let operation_name = match body.remove("operationName") {
        None | Some(Value::Null) => None,
        Some(Value::String(name)) => Some(name),
        Some(other) => return Err(not_a_text(&other).within("operationName")),
    };
    Ok(GraphqlRequest {
        query,
        variables,
        operation_name,
    })
}

fn asks_for_persisted(body: &Map<String, Value>) -> bool {
    body.get("extensions")
        .is_some_and(|extensions| extensions.get("persistedQuery").is_some())
}

fn not_a_text(found: &Value) -> Error {
    Error::new(
        Code::ParseFailed,
        format!(
            "parsing Text failed, expected String, but encountered {}",
            kind(found)
        ),
    )
}

/// What kind of JSON value it is.
pub(crate) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "Null",
        Value::Bool(_) => "Boolean",
        Value::Number(_) => "Number",
        Value::String(_) => "String",
        Value::Array(_) => "Array",
        Value::Object(_) => "Object",
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn reads_one_and_many() {
        let Posted::One(one) = parse(json!({
            "query": "{a}", "variables": {"x": 1}, "operationName": null, "extensions": {}
        }))
        .unwrap() else {
            panic!("one request is no batch")
        };
        assert_eq!((one.query.as_str(), one.operation_name), ("{a}", None));
        assert_eq!(one.variables.unwrap()["x"], json!(1));
        assert_eq!(parse(json!([])).unwrap(), Posted::Batch(vec![]));
    }

    #[test]
    fn faults_carry_their_place() {
        for (body, path, text) in [
            (json!({}), "$", "key \"query\" not found"),
            (json!(1), "$", "expected Object, but encountered Number"),
            (
                json!({"query": null}),
                "$.query",
                "expected String, but encountered Null",
            ),
            (
                json!([{"query": "{a}"}, {"query": 1}]),
                "$[1].query",
                "encountered Number",
            ),
            (
                json!({"query": "", "variables": []}),
                "$.variables",
                "encountered Array",
            ),
            (
                json!({"query": "", "operationName": {}}),
                "$.operationName",
                "encountered Object",
            ),
            (json!([[]]), "$[0]", "encountered Array"),
        ] {
            let error = parse(body).unwrap_err();
            assert_eq!(error.path().to_string(), path);
            assert!(error.message().contains(text), "{}", error.message());
            assert_eq!(
                (error.code().as_str(), error.status()),
                ("parse-failed", 400)
            );
        }
    }

    #[test]
    fn a_hash_without_its_query_is_not_supported() {
        let hash = json!({"persistedQuery": {"version": 1, "sha256Hash": "0"}});
        let error = parse(json!({"extensions": hash})).unwrap_err();
        assert_eq!(error.message(), "PersistedQueryNotSupported");
        assert!(parse(json!({"query": "{a}", "extensions": hash})).is_ok());
    }
}
