//! Lists as plain rows, of which JSON is made outside the database.
//!
//! ```sql
//! select t1."id", t1."name", t2.x0, t2.x1
//! from "public"."article" as t1
//! left join lateral (select true as x0, t3."name" as x1 from "public"."author" as t3
//!                    where t3."id" = t1."author_id") as t2 on true
//! where … order by … limit …
//! ```
//!
//! Rows are found, filtered, ordered and sliced as for the JSON form; only what is made of them
//! differs. Objects of object relationships come as columns of a join, with one that says whether
//! there is a row; lists within are JSON. Values whose text depends on the session come with what
//! tells it:
//!
//! * `timestamptz` with the offset of the session's zone at that moment, unless the zone is UTC;
//! * floats as such where the session wants the shortest digits, as JSON where it does not.
//!
//! Types that have no writer (see [`crate::json_rows`]) are `to_json(value)`, which is what
//! `row_to_json` would do with them.

use super::Compiler;
use super::fields::Layers;
use super::rows::Most;
use crate::json_rows::shape::{Fields, Value};
use crate::json_rows::{Kind, RowShape};
use crate::sql::{ColumnName, Expr, Join, JoinKind, Select, SqlType};
use howdah_error::Result;
use howdah_ir::catalog::TypeId;
use howdah_ir::query::{Field, FieldValue, Output, Related, Rows};
use howdah_ir::scalars::{Family, facts};

/// Most columns that a select may have, less some room.
const MOST_COLUMNS: usize = 1600;

/// From here on floats are printed with the fewest digits that tell them.
const SHORTEST_FLOATS_SINCE: u32 = 120_000;

/// Names of time zones that are UTC at all times.
const UTC: [&str; 6] = ["UTC", "Etc/UTC", "GMT", "Etc/GMT", "UCT", "Zulu"];

/// The columns of a select, with what they are.
#[derive(Default)]
struct Columns {
    /// How many columns stand in front of these in the statement's rows.
    before: usize,
    list: Vec<(Expr, Kind)>,
}

impl Columns {
    fn push(&mut self, value: Expr, kind: Kind) -> usize {
        self.list.push((value, kind));
        self.before + self.list.len() - 1
    }

    fn next(&self) -> usize {
        self.before + self.list.len()
    }
}

impl Compiler<'_> {
    /// The rows of a list with the shape of its objects; `None` if there are too many columns.
    pub fn plain_rows(&self, rows: &Rows, fields: &[Field]) -> Result<Option<(Select, RowShape)>> {
        let (mut select, (columns, fields)) =
            self.shaped(rows, fields, None, Most::Permitted, |layers, select| {
                let mut columns = Columns::default();
                let fields = self.row_fields(fields, layers, select, &mut columns)?;
                Ok((columns, fields))
            })?;
        if columns.list.len() > MOST_COLUMNS {
            return Ok(None);
        }
        let (values, kinds): (Vec<_>, Vec<_>) = columns.list.into_iter().unzip();
        select.columns = values.into_iter().map(|value| (value, None)).collect();
        if select.columns.is_empty() {
            select.columns.push((Expr::Bool(true), None));
        }
        let columns = match kinds.is_empty() {
            true => vec![Kind::Bool],
            false => kinds,
        };
        let fields = fields.finish();
        Ok(Some((select, RowShape { columns, fields })))
    }

    fn row_fields(
        &self,
        fields: &[Field],
        layers: &Layers,
        select: &mut Select,
        columns: &mut Columns,
    ) -> Result<Fields> {
        let mut shapes = Fields::default();
        for field in fields {
            let value = match &field.value {
                FieldValue::Literal(text) => {
                    shapes.push_literal(&field.key, text);
                    continue;
                }
                FieldValue::Related(related) => match &related.rows.output {
                    Output::Object(fields) => {
                        self.joined_object(related, fields, layers, select, columns)?
                    }
                    Output::List(_) | Output::Aggregate(_) => {
                        let value = self.field(&field.value, layers, select)?;
                        Value::Column(columns.push(value, Kind::Json))
                    }
                },
                FieldValue::ComputedRows(_) => {
                    let value = self.field(&field.value, layers, select)?;
                    Value::Column(columns.push(value, Kind::Json))
                }
                FieldValue::UpperCase(_) => {
                    let value = self.field(&field.value, layers, select)?;
                    Value::Column(columns.push(value, Kind::Text))
                }
                FieldValue::Column { column, .. } => {
                    let ty = self.catalog.column(layers.base().table, column.column()).ty;
                    let value = self.field(&field.value, layers, select)?;
                    self.row_value(ty, value, columns)
                }
                FieldValue::Computed { computed, .. } => {
                    let value = self.field(&field.value, layers, select)?;
                    self.row_value(self.computed_type(computed), value, columns)
                }
            };
            shapes.push(&field.key, value);
        }
        Ok(shapes)
    }

    /// The object of an object relationship as columns of a join.
    fn joined_object(
        &self,
        related: &Related,
        fields: &[Field],
        layers: &Layers,
        select: &mut Select,
        columns: &mut Columns,
    ) -> Result<Value> {
        let link = layers.link(&related.mapping);
        let (mut joined, (inner, fields)) = self.shaped(
            &related.rows,
            fields,
            Some(link),
            Most::One,
            |layers, joined| {
                let mut inner = Columns {
                    before: columns.next(),
                    list: Vec::new(),
                };
                inner.push(Expr::Bool(true), Kind::Bool);
                let fields = self.row_fields(fields, layers, joined, &mut inner)?;
                Ok((inner, fields))
            },
        )?;
        let alias = self.alias();
        let marker = columns.next();
        for (n, (value, kind)) in inner.list.into_iter().enumerate() {
            let name = ColumnName::Extra(n as u32);
            joined.columns.push((value, Some(name.clone())));
            columns.push(Expr::Column(alias, name), kind);
        }
        select.joins.push(Join {
            kind: JoinKind::Left,
            select: joined,
            alias,
        });
        Ok(Value::Object {
            marker,
            fields: fields.finish(),
        })
    }

    /// A scalar in the form that answers show, as columns.
    fn row_value(&self, ty: TypeId, value: Expr, columns: &mut Columns) -> Value {
        let Some(kind) = self.kind(ty) else {
            let json = Expr::builtin("to_json", vec![value]);
            return Value::Column(columns.push(json, Kind::Json));
        };
        // What is computed for a value is not computed twice.
        let simple = matches!(value, Expr::Column(..));
        match kind {
            Kind::TimestampTz if simple => {
                let zone = vec![Expr::Text("timezone".into()), value.clone()];
                let offset = case(in_utc(), Expr::Null, Expr::builtin("date_part", zone));
                let value = columns.push(value, kind);
                Value::Zoned(value, columns.push(offset, Kind::Float8))
            }
            Kind::Float4 | Kind::Float8
                if simple && self.catalog.server_version >= SHORTEST_FLOATS_SINCE =>
            {
                let json = Expr::builtin("to_json", vec![value.clone()]);
                let short = case(wants_shortest(), value, Expr::Null);
                let long = case(wants_shortest(), Expr::Null, json);
                let short = columns.push(short, kind);
                Value::Either(short, columns.push(long, Kind::Json))
            }
            kind if kind.depends_on_session() => {
                let json = Expr::builtin("to_json", vec![value]);
                Value::Column(columns.push(json, Kind::Json))
            }
            kind => Value::Column(columns.push(value, kind)),
        }
    }

    /// How a scalar can be written after [`Compiler::output`] had it.
    fn kind(&self, ty: TypeId) -> Option<Kind> {
        let facts = facts(self.catalog, ty);
        match facts.family {
            Family::Geometry | Family::Geography => return Some(Kind::Json),
            Family::Array => return None,
            _ if facts.big_number && self.options.stringify_numbers => return Some(Kind::Text),
            _ => {}
        }
        let ty = self.catalog.ty(self.catalog.base_type(ty));
        match &*ty.schema {
            "pg_catalog" => Kind::named(&ty.name),
            _ => None,
        }
    }
}

/// Whether the session's time zone is UTC, found out once for a statement:
/// `(select (current_setting('TimeZone') in ('UTC', …)))`
fn in_utc() -> Expr {
    let names = UTC.iter().map(|name| Expr::Text((*name).into())).collect();
    once(Expr::InList(Box::new(setting("TimeZone")), "in", names))
}

/// Whether the session wants floats with the fewest digits:
/// `(select (current_setting('extra_float_digits')::integer > 0))`
fn wants_shortest() -> Expr {
    let digits = setting("extra_float_digits").cast(SqlType::integer());
    once(digits.binary(">", Expr::Number(0)))
}

fn case(when: Expr, then: Expr, otherwise: Expr) -> Expr {
    Expr::Case(Box::new(when), Box::new(then), Box::new(otherwise))
}

fn setting(name: &str) -> Expr {
    Expr::builtin("current_setting", vec![Expr::Text(name.into())])
}

fn once(value: Expr) -> Expr {
    Expr::Scalar(Box::new(Select {
        columns: vec![(value, None)],
        ..Select::default()
    }))
}
