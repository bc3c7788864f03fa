//! `select`: rows with their relationships.

use super::arguments::{Query, Select};
use super::{Lowering, within_args};
use crate::model::Source;
use howdah_error::{Error, Result, Within};
use howdah_ir::params::Params;
use howdah_ir::permit::SelectPermit;
use howdah_ir::query::{Output, RowSource, Rows};
use howdah_ir::session::Session;
use serde_json::Value;

/// Lowers `select`; the value of the rows is the answer.
///
/// # Errors
/// When the arguments have the wrong form, name what does not exist, or the role may not read it.
pub fn select(source: &Source, session: &Session, args: &Value) -> Result<(Rows, Params)> {
    let arguments = Select::read(args)?;
    let mut lowering = Lowering::new(source, session);
    let rows = within_args(lowering.select(&arguments))?;
    Ok((rows, lowering.params))
}

/// The shape of an answer: rows as a list, or one row.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Shape {
    List,
    Object,
}

impl Lowering<'_> {
    fn select(&mut self, arguments: &Select<'_>) -> Result<Rows> {
        let table = self.table(&arguments.table).within("table")?;
        let permit = self.select_permit(table.id, "")?;
        self.rows(permit, &arguments.query, Shape::List, RowSource::Table)
    }

    /// The rows that a query asks for.
    pub fn rows(
        &mut self,
        permit: SelectPermit,
        query: &Query<'_>,
        shape: Shape,
        source: RowSource,
    ) -> Result<Rows> {
        let filter = self.filter(permit.table(), query.filter)?;
        let fields = self.fields(&permit, &query.columns).within("columns")?;
        let order = match &query.order {
            Some(items) => self.order(&permit, items).within("order_by")?,
            None => Vec::new(),
        };
        let limit = slice(query.limit, "limit")?;
        let offset = slice(query.offset, "offset")?;
        Ok(Rows {
            permit,
            source,
            filter,
            distinct_on: Vec::new(),
            order,
            limit: limit.map(|n| self.bigint(n)).transpose()?,
            offset: offset.map(|n| self.bigint(n)).transpose()?,
            output: match shape {
                Shape::List => Output::List(fields),
                Shape::Object => Output::Object(fields),
            },
        })
    }
}

fn slice(number: Option<i64>, key: &str) -> Result<Option<i64>> {
    match number {
        Some(n) if n < 0 => Err(Error::not_supported("unexpected negative value").within(key)),
        number => Ok(number),
    }
}
