//! `count`: how many rows, or how many different values.

use super::arguments::Count as Arguments;
use super::{Lowering, within_args};
use crate::model::Source;
use howdah_error::{Result, Within};
use howdah_ir::params::Params;
use howdah_ir::query::{
    AggregateField, AggregateFieldValue, AggregateItem, AggregateValue, Direction, OrderBy,
    OrderTerm, Output, RowSource, Rows,
};
use howdah_ir::session::Session;
use serde_json::Value;

/// A lowered `count`.
#[derive(Debug, Clone, PartialEq)]
pub struct Count {
    /// The value of these rows is `{"aggregate": {"count": n}}`; the operation answers what is
    /// below `aggregate`.
    pub rows: Rows,
    /// Values of the operation.
    pub params: Params,
}

/// Lowers `count`.
///
/// # Errors
/// When the arguments have the wrong form, name what does not exist, or the role may not read it.
pub fn count(source: &Source, session: &Session, args: &Value) -> Result<Count> {
    let arguments = Arguments::read(args)?;
    within_args(lower(source, session, &arguments))
}

fn lower(source: &Source, session: &Session, arguments: &Arguments<'_>) -> Result<Count> {
    let mut lowering = Lowering::new(source, session);
    let table = lowering.table(&arguments.table)?;
    let permit = lowering.select_permit(
        table.id,
        "; \"count\" is only allowed if the role has \"select\" permissions on the table",
    )?;
    let mut distinct_on = Vec::new();
    for (i, name) in arguments.distinct.iter().flatten().enumerate() {
        let column = lowering
            .readable_column(&permit, name)
            .within(i)
            .within("distinct")?;
        if !distinct_on.contains(&column) {
            distinct_on.push(column);
        }
    }
    let filter = lowering.filter(table.id, arguments.filter)?;
    // One row is kept of each group, NULLs included: `count(DISTINCT …)` would skip those.
    let order = distinct_on
        .iter()
        .map(|column| OrderTerm {
            by: OrderBy::Column(column.clone()),
            direction: Direction::AscNullsLast,
        })
        .collect();
    let count = AggregateItem {
        key: "count".into(),
        value: AggregateValue::Count {
            columns: Vec::new(),
            distinct: false,
        },
    };
    let rows = Rows {
        permit,
        source: RowSource::Table,
        filter,
        distinct_on,
        order,
        limit: None,
        offset: None,
        output: Output::Aggregate(vec![AggregateField {
            key: "aggregate".into(),
            value: AggregateFieldValue::Aggregate(vec![count]),
        }]),
    };
    Ok(Count {
        rows,
        params: lowering.params,
    })
}
