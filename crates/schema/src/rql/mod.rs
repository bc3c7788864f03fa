//! The JSON data operations `select`, `count`, `insert`, `update` and `delete`: from their `args`
//! to the intermediate representation, for one role.
//!
//! Tables, columns and relationships go by their database names. Reading has two stages, as
//! clients see in error paths: what does not even have the form of the operation is reported
//! relative to `args` (`$.limit`); what does not fit the database or the role's rights is reported
//! below `$.args`. The paths of the errors are complete for an operation that stands alone; within
//! a `bulk` the caller puts the position in front.
//!
//! This module runs nothing and knows neither SQL nor the envelope that the operations come in.

mod arguments;
mod columns;
mod conflicts;
mod count;
mod order_arguments;
mod orders;
mod rights;
mod select;
mod wildcards;
mod writes;

#[cfg(test)]
mod tests;

use crate::model::{Source, Table};
use crate::rules::{Authority, RuleReader, qualified};
use howdah_error::{Error, JsonPath, Result, Within};
use howdah_ir::catalog::{ColumnId, TableId};
use howdah_ir::params::{Param, ParamId, ParamSource, Params, ValueType};
use howdah_ir::predicate::Predicate;
use howdah_ir::session::Session;
use howdah_metadata::{DEFAULT_SOURCE, QualifiedName};
use serde_json::{Map, Value};

pub use count::{Count, count};
pub use select::select;
pub use writes::{delete, insert, update};

/// The name of the source that an operation is for: `args.source`, or `default`.
///
/// # Errors
/// `parse-failed` when `args` is no object or the name no text.
pub fn source_name(args: &Value) -> Result<&str> {
    let args = arguments::object("args", args)?;
    match arguments::optional(args, "source") {
        Some(name) => arguments::text(name).within("source"),
        None => Ok(DEFAULT_SOURCE),
    }
}

/// The state of lowering one operation.
struct Lowering<'a> {
    source: &'a Source,
    session: &'a Session,
    params: Params,
}

impl<'a> Lowering<'a> {
    fn new(source: &'a Source, session: &'a Session) -> Self {
        Lowering {
            source,
            session,
            params: Params::default(),
        }
    }

    fn role(&self) -> &'a str {
        self.session.role()
    }

    /// A tracked table.
    fn table(&self, name: &QualifiedName) -> Result<&'a Table> {
        self.source
            .table_named(&name.schema, &name.name)
            .ok_or_else(|| {
                Error::not_exists(format!("table {:?} does not exist", name.to_string()))
            })
    }

    /// A tracked table by id; relationships lead only to such.
    fn table_of(&self, id: TableId) -> Result<&'a Table> {
        self.source.table(id).ok_or_else(|| {
            Error::not_exists(format!("table {:?} does not exist", self.table_text(id)))
        })
    }

    /// A table's name as texts show it.
    fn table_text(&self, id: TableId) -> String {
        let info = self.source.catalog.table(id);
        qualified(&info.schema, &info.name)
    }

    fn column_named(&self, table: TableId, name: &str) -> Option<ColumnId> {
        self.source.catalog.table(table).column_named(name)
    }

    /// A client's condition; none holds for every row.
    fn filter(
        &mut self,
        table: TableId,
        condition: Option<&Map<String, Value>>,
    ) -> Result<Predicate> {
        let Some(condition) = condition else {
            return Ok(Predicate::TRUE);
        };
        let authority = Authority::Request {
            role: self.session.role(),
            params: &mut self.params,
        };
        RuleReader::new(self.source, authority, table)
            .read(condition)
            .within("where")
    }

    /// A value that travels beside the statement; `None` is NULL.
    fn bind(&mut self, ty: ValueType, text: Option<String>) -> ParamId {
        self.params.push(Param {
            ty,
            text: text.map(Into::into),
            source: ParamSource::Literal,
        })
    }

    /// A row count of the client (`limit`, `offset`).
    fn bigint(&mut self, number: i64) -> Result<ParamId> {
        let ty = self
            .source
            .catalog
            .type_named("int8")
            .ok_or_else(|| Error::unexpected("the database does not have the type \"int8\""))?;
        Ok(self.bind(ValueType::One(ty), Some(number.to_string())))
    }
}

/// Puts `$.args` in front of what the second stage found.
fn within_args<T>(result: Result<T>) -> Result<T> {
    result.within("args")
}

/// The path of a whole operation.
fn args_path() -> JsonPath {
    JsonPath::from_iter(["args"])
}
