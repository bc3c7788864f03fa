//! An explanation as text: the sentence first, then the rules as trees with a mark for each part,
//! then the columns.

use crate::program::output::{Colour, Output};
use serde_json::Value;
use std::fmt::Write;

/// The text of an answer of `howdah_explain_permission`.
pub fn text(answer: &Value, output: Output) -> String {
    let mut out = String::new();
    let visible = answer["visible"] == Value::Bool(true);
    let verdict = if visible { "sees" } else { "does not see" };
    let verdict = output.coloured(verdict, if visible { Colour::Green } else { Colour::Red });
    let _ = writeln!(
        out,
        "{} {verdict} this row: {}",
        word(&answer["role"]),
        word(&answer["reason"])
    );
    for note in list(&answer["notes"]) {
        let _ = writeln!(out, "note: {}", word(note));
    }
    if answer["row_exists"] != Value::Bool(true) {
        return out;
    }
    for kind in ["select", "insert", "update", "delete"] {
        let permission = &answer["permissions"][kind];
        if permission["origin"] == "none" && kind != "select" {
            continue;
        }
        let _ = writeln!(out, "\n{kind}");
        Drawing {
            out: &mut out,
            output,
        }
        .permission(permission, 1);
    }
    let _ = writeln!(out, "\ncolumns");
    let width = list(&answer["columns"])
        .iter()
        .map(|column| word(&column["name"]).chars().count())
        .max()
        .unwrap_or_default();
    for column in list(&answer["columns"]) {
        let name = word(&column["name"]);
        let pad = " ".repeat(width.saturating_sub(name.chars().count()));
        let mark = mark(&column["visible"], output);
        let _ = writeln!(out, "  {mark} {name}{pad}  {}", word(&column["reason"]));
    }
    out
}

struct Drawing<'o> {
    out: &'o mut String,
    output: Output,
}

impl Drawing<'_> {
    fn line(&mut self, depth: usize, text: &str) {
        let _ = writeln!(self.out, "{}{text}", "  ".repeat(depth));
    }

    fn permission(&mut self, permission: &Value, depth: usize) {
        let mark = mark(&permission["allows"], self.output);
        let role = word(&permission["role"]);
        let origin = match word(&permission["origin"]).as_str() {
            "own" => String::new(),
            "none" => " has no permission".to_owned(),
            "admin" => " may do everything".to_owned(),
            "inconsistent" => format!(" is not in force: {}", word(&permission["fault"])),
            other => format!(" ({other})"),
        };
        self.line(depth, &format!("{mark} role {role}{origin}"));
        for rule in ["filter", "check"] {
            if permission[rule].is_object() {
                self.line(depth + 1, rule);
                self.part(&permission[rule], depth + 2);
            }
        }
        for parent in list(&permission["parents"]) {
            self.permission(parent, depth + 1);
        }
    }

    fn part(&mut self, part: &Value, depth: usize) {
        let kind = word(&part["kind"]);
        let parts = list(&part["parts"]);
        let what = match kind.as_str() {
            "and" if parts.is_empty() => "every row".to_owned(),
            "and" => "all of".to_owned(),
            "or" if parts.is_empty() => "no row".to_owned(),
            "or" => "any of".to_owned(),
            "not" => "not".to_owned(),
            "comparison" => comparison(&part["rule"]),
            _ => format!("{kind} {}", place(&part["rule"])),
        };
        let mut line = match part.get("values") {
            None => format!("{} {what}", mark(&part["value"], self.output)),
            Some(values) => format!(
                "· {what}   true for {}, false for {}, unknown for {}",
                values["true"], values["false"], values["unknown"]
            ),
        };
        if part.get("left").is_some() {
            let _ = write!(line, "   {}", part["left"]);
            if part.get("right").is_some() {
                let _ = write!(line, " and {}", part["right"]);
            }
        }
        if let Some(rows) = part.get("rows") {
            let more = if rows["more"] == Value::Bool(true) {
                " or more"
            } else {
                ""
            };
            let _ = write!(
                line,
                "   {} of {}{more} rows",
                rows["matching"], rows["found"]
            );
        }
        if let Some(error) = part.get("error") {
            let _ = write!(line, "   {}", word(error));
        }
        self.line(depth, &line);
        for part in parts {
            self.part(part, depth + 1);
        }
    }
}

/// `author_id _eq "X-Hasura-User-Id"`
fn comparison(rule: &Value) -> String {
    let Some((column, operators)) = rule.as_object().and_then(|map| map.iter().next()) else {
        return rule.to_string();
    };
    match operators.as_object().and_then(|map| map.iter().next()) {
        Some((operator, operand)) => format!("{column} {operator} {operand}"),
        None => format!("{column} {operators}"),
    }
}

/// The relationship or table that a part goes to.
fn place(rule: &Value) -> String {
    let Some((key, value)) = rule.as_object().and_then(|map| map.iter().next()) else {
        return String::new();
    };
    let table = value.get("_table").or_else(|| value.get("$table"));
    match table {
        Some(Value::String(name)) => name.clone(),
        Some(table) => format!("{}.{}", word(&table["schema"]), word(&table["name"])),
        None => key.clone(),
    }
}

fn mark(value: &Value, output: Output) -> String {
    match value {
        Value::Bool(true) => output.coloured("✓", Colour::Green),
        Value::Bool(false) => output.coloured("✗", Colour::Red),
        _ => output.coloured("?", Colour::Yellow),
    }
}

fn word(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::program::arguments::Global;
    use serde_json::json;

    #[test]
    fn an_explanation_is_a_sentence_trees_and_columns() {
        let part = |rule: Value, value: Value| json!({"kind": "comparison", "rule": rule, "value": value, "left": 4, "right": 18});
        let none = json!({"role": "clerk", "origin": "none", "allows": false});
        let answer = json!({
            "role": "clerk", "visible": false, "row_exists": true,
            "reason": "the filter of role \"clerk\" does not hold", "notes": ["five rows at most"],
            "permissions": {
                "select": {"role": "clerk", "origin": "own", "allows": false, "filter": {
                    "kind": "or", "value": false, "parts": [
                        part(json!({"owner": {"_eq": "X-Hasura-User-Id"}}), json!(false)),
                        {"kind": "relationship", "rule": {"lines": {}}, "value": null,
                         "rows": {"found": 2, "matching": 0, "more": false},
                         "parts": [{"kind": "comparison", "rule": {"sku": "x"},
                                    "values": {"true": 0, "false": 1, "unknown": 1}}]},
                    ]}},
                "insert": none, "update": none, "delete": none,
            },
            "columns": [
                {"name": "id", "visible": false, "reason": "hidden"},
                {"name": "owner", "visible": true, "reason": "shown"},
            ],
        });
        let global = Global {
            no_color: true,
            ..Global::default()
        };
        let expected = "clerk does not see this row: the filter of role \"clerk\" does not hold
note: five rows at most

select
  ✗ role clerk
    filter
      ✗ any of
        ✗ owner _eq \"X-Hasura-User-Id\"   4 and 18
        ? relationship lines   0 of 2 rows
          · sku \"x\"   true for 0, false for 1, unknown for 1

columns
  ✗ id     hidden
  ✓ owner  shown
";
        assert_eq!(text(&answer, Output::new(&global)), expected);
    }
}
