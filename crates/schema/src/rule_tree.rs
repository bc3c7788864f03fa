//! Permission rules in parts, as their author wrote them: for each part what it says, where it
//! stands in the rule, and the condition that it is. The conditions are read by the reader of
//! [`crate::rules`], so that they mean what they mean in requests.

use crate::model::{ComputedReturn, Source};
use crate::rules::{Authority, RuleReader, exists_parts, object};
use howdah_error::{JsonPath, Result};
use howdah_ir::catalog::TableId;
use howdah_ir::explanation::{Parts, RuleNode};
use serde_json::{Map, Value};

/// What is shown of a part of a rule.
#[derive(Debug, Clone, PartialEq)]
pub struct RulePart {
    /// Where it stands in the rule.
    pub path: JsonPath,
    /// What it is.
    pub kind: PartKind,
    /// What is written there.
    pub written: Value,
}

/// What a part of a rule is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartKind {
    /// All of its parts, which may be none.
    And,
    /// Any of its parts.
    Or,
    /// Not its part.
    Not,
    /// A comparison of a column or of a scalar computed field.
    Comparison,
    /// A related row.
    Relationship,
    /// Any row of a table.
    Exists,
    /// A row that a computed field gives.
    ComputedField,
}

impl PartKind {
    /// The name in answers.
    pub fn as_str(self) -> &'static str {
        match self {
            PartKind::And => "and",
            PartKind::Or => "or",
            PartKind::Not => "not",
            PartKind::Comparison => "comparison",
            PartKind::Relationship => "relationship",
            PartKind::Exists => "exists",
            PartKind::ComputedField => "computed_field",
        }
    }
}

/// A rule in parts.
pub type RuleTree = RuleNode<RulePart>;

/// Takes a rule on a table apart.
///
/// # Errors
/// Those of reading the rule.
pub fn take_apart(source: &Source, table: TableId, rule: &Map<String, Value>) -> Result<RuleTree> {
    let walk = Walk {
        source,
        root: table,
    };
    walk.object(table, rule, &JsonPath::root())
}

struct Walk<'a> {
    source: &'a Source,
    root: TableId,
}

impl Walk<'_> {
    fn node(
        &self,
        table: TableId,
        part: &Map<String, Value>,
        path: &JsonPath,
        kind: PartKind,
        parts: Parts<RulePart>,
    ) -> Result<RuleTree> {
        let mut reader = RuleReader::new(self.source, Authority::Rule, self.root);
        Ok(RuleNode {
            predicate: reader.read_part(table, part)?,
            label: RulePart {
                path: path.clone(),
                kind,
                written: Value::Object(part.clone()),
            },
            parts,
        })
    }

    fn object(
        &self,
        table: TableId,
        part: &Map<String, Value>,
        path: &JsonPath,
    ) -> Result<RuleTree> {
        let mut entries = part.iter();
        if let (Some((key, value)), None) = (entries.next(), entries.next()) {
            return self.entry(table, key, value, path);
        }
        let parts = part
            .iter()
            .map(|(key, value)| self.entry(table, key, value, path))
            .collect::<Result<_>>()?;
        self.node(table, part, path, PartKind::And, Parts::Same(parts))
    }

    fn entry(&self, table: TableId, key: &str, value: &Value, at: &JsonPath) -> Result<RuleTree> {
        let path = at.child(key);
        let part = single(key, value);
        match key {
            "$and" | "_and" => {
                let parts = Parts::Same(self.list(table, value, &path)?);
                self.node(table, &part, &path, PartKind::And, parts)
            }
            "$or" | "_or" => {
                let parts = Parts::Same(self.list(table, value, &path)?);
                self.node(table, &part, &path, PartKind::Or, parts)
            }
            "$not" | "_not" => {
                let inner = self.object(table, object(value)?, &path)?;
                self.node(table, &part, &path, PartKind::Not, Parts::Same(vec![inner]))
            }
            "$exists" | "_exists" => {
                let value = object(value)?;
                let (other, condition) = exists_parts(self.source, value)?;
                let place = if value.contains_key("_where") {
                    "_where"
                } else {
                    "$where"
                };
                let inner = self.object(other, condition, &path.child(place))?;
                let parts = Parts::Other(Box::new(inner));
                self.node(table, &part, &path, PartKind::Exists, parts)
            }
            field => self.field(table, field, value, &path),
        }
    }

    fn list(&self, table: TableId, value: &Value, path: &JsonPath) -> Result<Vec<RuleTree>> {
        match value {
            Value::Array(items) => items
                .iter()
                .enumerate()
                .map(|(i, item)| self.object(table, object(item)?, &path.child(i)))
                .collect(),
            single => Ok(vec![self.object(table, object(single)?, path)?]),
        }
    }

    fn field(
        &self,
        table: TableId,
        field: &str,
        value: &Value,
        path: &JsonPath,
    ) -> Result<RuleTree> {
        let part = single(field, value);
        let info = self.source.table(table);
        let is_column = self
            .source
            .catalog
            .table(table)
            .column_named(field)
            .is_some();
        let (target, kind) = match info {
            Some(info) if !is_column => {
                match (
                    info.relationships.get(field),
                    info.computed_fields.get(field),
                ) {
                    (Some(relationship), _) => (Some(relationship.target), PartKind::Relationship),
                    (None, Some(computed)) => match computed.returns {
                        ComputedReturn::Rows(target) => (Some(target), PartKind::ComputedField),
                        ComputedReturn::Scalar(_) => (None, PartKind::Comparison),
                    },
                    (None, None) => (None, PartKind::Comparison),
                }
            }
            _ => (None, PartKind::Comparison),
        };
        if let Some(target) = target {
            let inner = self.object(target, object(value)?, path)?;
            return self.node(table, &part, path, kind, Parts::Other(Box::new(inner)));
        }
        match value {
            Value::Object(operators) if operators.len() == 1 => {
                let operator = operators.keys().next().map_or("", String::as_str);
                let path = path.child(operator);
                self.node(table, &part, &path, PartKind::Comparison, Parts::None)
            }
            Value::Object(operators) => {
                let parts = operators
                    .iter()
                    .map(|(operator, operand)| {
                        let part = single(field, &Value::Object(single(operator, operand)));
                        let path = path.child(operator.as_str());
                        self.node(table, &part, &path, PartKind::Comparison, Parts::None)
                    })
                    .collect::<Result<_>>()?;
                self.node(table, &part, path, PartKind::And, Parts::Same(parts))
            }
            _ => self.node(table, &part, path, PartKind::Comparison, Parts::None),
        }
    }
}

fn single(key: &str, value: &Value) -> Map<String, Value> {
    let mut map = Map::new();
    map.insert(key.to_owned(), value.clone());
    map
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::testing::{snapshot, source};
    use serde_json::json;

    fn lines(tree: &RuleTree, out: &mut Vec<String>) {
        out.push(format!("{} {}", tree.label.kind.as_str(), tree.label.path));
        tree.parts().iter().for_each(|part| lines(part, out));
    }

    #[test]
    fn a_rule_is_the_whole_of_its_parts() {
        let snapshot = snapshot();
        let source = source(&snapshot);
        let table = source.table_named("public", "author").unwrap().id;
        let rule = json!({
            "$or": [
                {"name": "x", "id": {"_gt": 1, "_lt": "X-Hasura-Max"}},
                {"articles": {"_not": {"author_id": {"_ceq": ["$", "id"]}}}},
                {},
            ],
            "_exists": {
                "_table": {"schema": "public", "name": "article"},
                "_where": {"id": {"_is_null": false}},
            },
        });
        let rule = rule.as_object().unwrap();
        let tree = take_apart(source, table, rule).unwrap();
        let mut reader = RuleReader::new(source, Authority::Rule, table);
        assert_eq!(tree.predicate, reader.read(rule).unwrap());
        let mut found = Vec::new();
        lines(&tree, &mut found);
        assert_eq!(
            found,
            [
                "and $",
                "or $[\"$or\"]",
                "and $[\"$or\"][0]",
                "comparison $[\"$or\"][0].name",
                "and $[\"$or\"][0].id",
                "comparison $[\"$or\"][0].id._gt",
                "comparison $[\"$or\"][0].id._lt",
                "relationship $[\"$or\"][1].articles",
                "not $[\"$or\"][1].articles._not",
                "comparison $[\"$or\"][1].articles._not.author_id._ceq",
                "and $[\"$or\"][2]",
                "exists $._exists",
                "comparison $._exists._where.id._is_null",
            ]
        );
    }
}
