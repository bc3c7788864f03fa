//! Rules with their outcomes, as the answer shows them.

use super::evaluation::Found;
use crate::session_use::SessionUse;
use howdah_error::JsonPath;
use howdah_ir::Session;
use howdah_postgres::translate::explaining::{MOST_COUNTED, OtherRows, Outcome};
use howdah_schema::rule_tree::{PartKind, RuleTree};
use serde_json::{Map, Value, json};

/// A rule with what came of it.
pub(super) struct Explained {
    /// As the answer shows it.
    pub(super) json: Value,
    /// Whether it holds; `None` if that is unknown, or a request could not even find out.
    pub(super) holds: Option<bool>,
    /// The smallest parts that make it not hold (or hold): paths.
    pub(super) because: Vec<String>,
    /// What keeps a request from finding out.
    pub(super) errors: Vec<String>,
}

/// Shows a rule; `place` is where it stands in its permission.
pub(super) fn explain(
    tree: &RuleTree,
    found: &Found,
    session: &Session,
    place: &JsonPath,
) -> Explained {
    let mut map = head(tree, place);
    let mut errors = missing(tree, session);
    errors.extend(found.error.clone());
    let parts: Vec<Explained> = match &found.outcome.rows {
        Some(_) => Vec::new(),
        None => tree
            .parts()
            .iter()
            .zip(&found.parts)
            .map(|(part, found)| explain(part, found, session, place))
            .collect(),
    };
    // A part that is at fault says so itself.
    if !tree.parts().is_empty() && found.outcome.rows.is_none() {
        errors = parts.iter().flat_map(|p| p.errors.clone()).collect();
    }
    let holds = if errors.is_empty() {
        found.outcome.holds
    } else {
        None
    };
    map.insert("value".into(), json!(holds));
    if parts.is_empty()
        && let Some(error) = errors.first()
    {
        map.insert("error".into(), json!(error));
    }
    if tree.label.kind == PartKind::Comparison && tree.parts().is_empty() {
        sides(&mut map, &found.outcome);
    }
    if let Some(rows) = &found.outcome.rows {
        map.insert("rows".into(), counted([rows]));
        let inner = tree.parts().iter();
        let outcomes: Vec<&Outcome> = rows.some.iter().collect();
        let shown: Vec<Value> = inner
            .map(|part| of_other_rows(part, &outcomes, place))
            .collect();
        map.insert("parts".into(), Value::Array(shown));
    } else if !parts.is_empty() {
        let shown = parts.iter().map(|part| part.json.clone()).collect();
        map.insert("parts".into(), Value::Array(shown));
    }
    Explained {
        because: because(tree, holds, &parts, place),
        json: Value::Object(map),
        holds,
        errors,
    }
}

fn head(tree: &RuleTree, place: &JsonPath) -> Map<String, Value> {
    let mut map = Map::new();
    map.insert(
        "path".into(),
        json!(place.joined(&tree.label.path).to_string()),
    );
    map.insert("kind".into(), json!(tree.label.kind.as_str()));
    map.insert("rule".into(), tree.label.written.clone());
    map
}

/// The session variables that a request would be refused for.
fn missing(tree: &RuleTree, session: &Session) -> Vec<String> {
    let mut used = SessionUse::default();
    used.predicate(&tree.predicate);
    used.missing(session)
        .map(|name| format!("missing session variable: {name:?}"))
        .collect()
}

/// What a comparison compares.
fn sides(map: &mut Map<String, Value>, outcome: &Outcome) {
    map.insert("left".into(), json!(outcome.left));
    if outcome.right.is_some() {
        map.insert("right".into(), json!(outcome.right));
    }
}

/// How many rows there are and how many match; `more` says that counting stopped.
fn counted<'r>(all: impl IntoIterator<Item = &'r OtherRows>) -> Value {
    let (mut found, mut matching, mut more) = (0, 0, false);
    for rows in all {
        more |= rows.found > MOST_COUNTED || rows.matching > MOST_COUNTED;
        found += rows.found.min(MOST_COUNTED);
        matching += rows.matching.min(MOST_COUNTED);
    }
    json!({"found": found, "matching": matching, "more": more})
}

/// A part about other rows: its outcomes for those that were looked at.
fn of_other_rows(tree: &RuleTree, outcomes: &[&Outcome], place: &JsonPath) -> Value {
    let mut map = head(tree, place);
    let count = |value: Option<bool>| outcomes.iter().filter(|o| o.holds == value).count();
    map.insert(
        "values".into(),
        json!({"true": count(Some(true)), "false": count(Some(false)), "unknown": count(None)}),
    );
    if let [only] = outcomes
        && tree.label.kind == PartKind::Comparison
        && tree.parts().is_empty()
    {
        sides(&mut map, only);
    }
    let rows: Vec<&OtherRows> = outcomes.iter().filter_map(|o| o.rows.as_ref()).collect();
    let looks_elsewhere = matches!(tree.parts, howdah_ir::explanation::Parts::Other(_));
    if looks_elsewhere {
        map.insert("rows".into(), counted(rows.iter().copied()));
    }
    if !tree.parts().is_empty() {
        let shown = tree.parts().iter().enumerate().map(|(number, part)| {
            let inner: Vec<&Outcome> = if looks_elsewhere {
                rows.iter().flat_map(|rows| &rows.some).collect()
            } else {
                outcomes
                    .iter()
                    .filter_map(|o| o.parts.get(number))
                    .collect()
            };
            of_other_rows(part, &inner, place)
        });
        map.insert("parts".into(), shown.collect());
    }
    Value::Object(map)
}

/// The smallest parts that decide the value of the whole.
fn because(
    tree: &RuleTree,
    holds: Option<bool>,
    parts: &[Explained],
    place: &JsonPath,
) -> Vec<String> {
    let itself = || vec![place.joined(&tree.label.path).to_string()];
    let with = |wanted: &dyn Fn(Option<bool>) -> bool| -> Vec<String> {
        let deciding = parts.iter().filter(|part| wanted(part.holds));
        deciding.flat_map(|part| part.because.clone()).collect()
    };
    let found = match (tree.label.kind, holds) {
        (PartKind::And, Some(false)) => with(&|value| value == Some(false)),
        (PartKind::And, None) => with(&|value| value.is_none()),
        (PartKind::Or, Some(true)) => with(&|value| value == Some(true)),
        (PartKind::Or, None) => with(&|value| value.is_none()),
        (PartKind::And | PartKind::Or | PartKind::Not, _) => with(&|_| true),
        _ => itself(),
    };
    if found.is_empty() { itself() } else { found }
}
