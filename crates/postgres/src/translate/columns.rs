//! Columns and other scalars: hidden where a redaction says so, and in the form answers show.

use super::Compiler;
use super::names::Row;
use super::operands::Scope;
use crate::sql::{Expr, SqlType};
use howdah_error::Result;
use howdah_ir::catalog::TypeId;
use howdah_ir::permit::ColumnUse;
use howdah_ir::predicate::{ComputedUse, Predicate};
use howdah_ir::scalars::{Family, facts};
use howdah_ir::values::array_literal;
use std::sync::Arc;

/// Digits after the point of GeoJSON coordinates, as the old engine prints them.
const GEO_JSON_DIGITS: u64 = 15;

/// Long and short form of the coordinate reference system (2 + 4: short unless EPSG:4326).
const GEO_JSON_OPTIONS: u64 = 4;

impl Compiler<'_> {
    /// `case when <redaction> then value end`. The redaction is a rule on the row it hides a
    /// value of.
    pub fn redacted(&self, redaction: Option<&Predicate>, value: Expr, row: &Row) -> Result<Expr> {
        match redaction {
            None => Ok(value),
            Some(rule) if rule.is_true() => Ok(value),
            Some(rule) => Ok(Expr::Case(
                Box::new(self.predicate(rule, Scope::at(row))?),
                Box::new(value),
                Box::new(Expr::Null),
            )),
        }
    }

    /// A column as a role may use it: every use but rules' own goes through here.
    pub fn column_use(&self, column: &ColumnUse, row: &Row) -> Result<Expr> {
        let value = self.raw_column(row, column.column());
        self.redacted(column.redaction().map(Arc::as_ref), value, row)
    }

    /// The type of a scalar computed field.
    pub fn computed_type(&self, computed: &ComputedUse) -> TypeId {
        self.catalog.function(computed.call.function).returns
    }

    /// A scalar as an answer shows it. `to_json` and `row_to_json` do the rest.
    pub fn output(&self, ty: TypeId, value: Expr) -> Expr {
        let facts = facts(self.catalog, ty);
        match facts.family {
            Family::Geometry | Family::Geography => self
                .spatial_call(
                    "geometry",
                    "ST_AsGeoJSON",
                    vec![
                        value,
                        Expr::Number(GEO_JSON_DIGITS),
                        Expr::Number(GEO_JSON_OPTIONS),
                    ],
                )
                .cast(SqlType::json()),
            Family::Array if self.is_stringified_element(ty) => value.cast(SqlType::texts()),
            _ if facts.big_number && self.options.stringify_numbers => value.cast(SqlType::text()),
            _ => value,
        }
    }

    fn is_stringified_element(&self, ty: TypeId) -> bool {
        self.options.stringify_numbers
            && self
                .catalog
                .element_type(ty)
                .is_some_and(|element| facts(self.catalog, element).big_number)
    }

    /// A scalar, or the part of a json value that a path leads to, as an answer shows it.
    pub fn output_at(&self, ty: TypeId, value: Expr, path: Option<&[Arc<str>]>) -> Expr {
        match path {
            None => self.output(ty, value),
            Some(path) => {
                let path = array_literal(path.iter().map(|step| Some(&**step)));
                value.binary("#>", Expr::Text(path.into()).cast(SqlType::texts()))
            }
        }
    }
}
