//! What a permission's boolean expression mentions.

use super::{Need, Needs};
use howdah_ir::catalog::TableId;
use howdah_metadata::{BoolExp, QualifiedName};
use howdah_schema::model::{ComputedReturn, Source};
use howdah_schema::rules::session_variable;
use serde_json::Value;

/// Operators that compare with another column, without the `_` or `$` in front.
const COLUMN_OPERATORS: [&str; 7] = ["ceq", "cne", "cneq", "cgt", "clt", "cgte", "clte"];

/// Adds what an expression on a table needs.
pub(super) fn expression_needs(
    source: &Source,
    table: TableId,
    expression: &BoolExp,
    needs: &mut Needs,
) {
    Walk {
        source,
        root: table,
        needs,
    }
    .expression(table, expression);
}

struct Walk<'a> {
    source: &'a Source,
    root: TableId,
    needs: &'a mut Needs,
}

impl Walk<'_> {
    fn expression(&mut self, table: TableId, expression: &BoolExp) {
        for (key, value) in expression {
            match key.as_str() {
                "_and" | "$and" | "_or" | "$or" | "_not" | "$not" => self.nested(table, value),
                "_exists" | "$exists" => self.exists(value),
                field => self.field(table, field, value),
            }
        }
    }

    fn nested(&mut self, table: TableId, value: &Value) {
        match value {
            Value::Array(parts) => parts.iter().for_each(|part| self.nested(table, part)),
            Value::Object(expression) => self.expression(table, expression),
            _ => {}
        }
    }

    fn exists(&mut self, value: &Value) {
        let get = |name: &str| {
            value
                .get(format!("_{name}"))
                .or_else(|| value.get(format!("${name}")))
        };
        let name: Option<QualifiedName> =
            get("table").and_then(|name| howdah_metadata::parse(name.clone()).ok());
        let table = name.and_then(|name| self.source.table_named(&name.schema, &name.name));
        if let Some(table) = table {
            self.needs.add(Need::Table(table.id));
            if let Some(Value::Object(inner)) = get("where") {
                self.expression(table.id, inner);
            }
        }
    }

    fn field(&mut self, table: TableId, field: &str, value: &Value) {
        if let Some(column) = self.source.catalog.table(table).column_named(field) {
            let need = Need::Column(table, column);
            if self.is_compared_with_constant(table, value) {
                self.needs.add_typed(need);
            } else {
                self.needs.add(need);
            }
            return;
        }
        let Some(info) = self.source.table(table) else {
            return;
        };
        self.needs.add(Need::Field(table, field.to_owned()));
        if let Some(relationship) = info.relationships.get(field) {
            self.needs.add(Need::Table(relationship.target));
            self.nested(relationship.target, value);
        } else if let Some(computed) = info.computed_fields.get(field) {
            match computed.returns {
                ComputedReturn::Rows(target) => {
                    self.needs.add(Need::Table(target));
                    self.nested(target, value);
                }
                ComputedReturn::Scalar(_) => {
                    self.is_compared_with_constant(table, value);
                }
            }
        }
    }

    /// Whether any operator takes a constant; columns that operators name are noted on the way.
    fn is_compared_with_constant(&mut self, table: TableId, value: &Value) -> bool {
        let Value::Object(operators) = value else {
            return !value.is_null() && session_variable(value).is_none();
        };
        let mut constant = false;
        for (operator, operand) in operators {
            let bare = operator.trim_start_matches(['_', '$']);
            if COLUMN_OPERATORS.contains(&bare) {
                self.operand_column(table, operand);
            } else if bare == "cast" {
                operand
                    .as_object()
                    .into_iter()
                    .flat_map(|casts| casts.values())
                    .for_each(|inner| constant |= self.is_compared_with_constant(table, inner));
            } else {
                constant |= bare != "is_null" && session_variable(operand).is_none();
            }
        }
        constant
    }

    fn operand_column(&mut self, table: TableId, operand: &Value) {
        let (on, name) = match operand {
            Value::String(name) => (table, Some(name.as_str())),
            Value::Array(path) => {
                let root = path.first().and_then(Value::as_str) == Some("$");
                (
                    if root { self.root } else { table },
                    path.last().and_then(Value::as_str),
                )
            }
            _ => return,
        };
        let column = name.and_then(|name| self.source.catalog.table(on).column_named(name));
        if let Some(column) = column {
            self.needs.add(Need::Column(on, column));
        }
    }
}
