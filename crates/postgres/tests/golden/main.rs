//! The SQL of each kind of read and write, over a catalogue made by hand.
//!
//! What the statements answer is tested in `translate`; here a reviewer reads how they look.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod catalog;
mod natives;
mod reads;
mod writes;

use catalog::*;
use howdah_ir::params::{Param, ParamSource, Params, ValueType};
use howdah_ir::predicate::*;
use howdah_ir::query::*;
use howdah_ir::{Catalog, ColumnUse, ParamId, SelectPermit};
use howdah_postgres::translate::{self, Context, Options, Statement};

struct Case {
    catalog: Catalog,
    options: Options,
    params: Params,
}

impl Case {
    fn new() -> Self {
        Case {
            catalog: blog(),
            options: Options::default(),
            params: Params::default(),
        }
    }

    fn context(&self) -> Context<'_> {
        Context {
            catalog: &self.catalog,
            options: &self.options,
            params: &self.params,
        }
    }

    fn param(&mut self, ty: &str, text: &str) -> ParamId {
        self.params.push(Param {
            ty: ValueType::One(self.catalog.type_named(ty).unwrap()),
            text: Some(text.into()),
            source: ParamSource::Literal,
        })
    }

    fn compare(
        &mut self,
        column: ColumnUse,
        operator: Operator,
        ty: &str,
        text: &str,
    ) -> Predicate {
        let operand = Operand::Param(self.param(ty, text));
        Predicate::Column(column, Comparison::Binary(operator, operand))
    }

    fn select(&self, rows: &Rows) -> String {
        layout(&translate::select(&self.context(), rows).unwrap())
    }

    /// The statement of plain rows, with what is made of them.
    fn read(&self, rows: &Rows) -> String {
        let statement = translate::read(&self.context(), rows).unwrap();
        format!("{}\n-- {:?}", layout(&statement), statement.form)
    }
}

/// The text with a line for each clause, and the bindings.
fn layout(statement: &Statement) -> String {
    let mut sql = statement.sql.clone();
    for word in [
        "from",
        "left join",
        "cross join",
        "where",
        "order by",
        "limit",
        "returning",
        "values",
        "on conflict",
        "set",
    ] {
        sql = sql.replace(&format!(" {word} "), &format!("\n{word} "));
    }
    for (i, binding) in statement.bindings.iter().enumerate() {
        sql.push_str(&format!("\n-- ${} {binding:?}", i + 1));
    }
    sql
}

fn rows(permit: SelectPermit, output: Output) -> Rows {
    Rows {
        permit,
        source: RowSource::Table,
        filter: Predicate::TRUE,
        distinct_on: Vec::new(),
        order: Vec::new(),
        limit: None,
        offset: None,
        output,
    }
}

fn field(key: &str, column: ColumnUse) -> Field {
    Field {
        key: key.into(),
        value: FieldValue::Column { column, path: None },
    }
}

fn related(key: &str, mapping: &[(howdah_ir::ColumnId, howdah_ir::ColumnId)], rows: Rows) -> Field {
    Field {
        key: key.into(),
        value: FieldValue::Related(Box::new(Related {
            mapping: mapping.to_vec(),
            rows,
        })),
    }
}

fn asc(column: ColumnUse) -> OrderTerm {
    OrderTerm {
        by: OrderBy::Column(column),
        direction: Direction::AscNullsLast,
    }
}
