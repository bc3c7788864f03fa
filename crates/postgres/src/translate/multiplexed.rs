//! One statement for many subscribers: the same read for each set of values in a batch (I2).
//!
//! ```sql
//! select t1.v, (select coalesce(json_agg(t3.*), '[]'::json) as root
//!               from (select … from "public"."author" as t2 where (t2."id" = t1.x0)) as t3)
//! from unnest($1::int4[]) with ordinality as t1(x0, v)
//! ```
//!
//! Every value that differs between subscribers is a column of the batch: what clients sent,
//! whether as a variable or as a literal, and the session variables that permissions read. The
//! columns are arrays of the values' own types, so that PostgreSQL reads each text once. The number
//! of the set travels in the row, so that no answer can be taken for another's.
//!
//! Arrays within arrays are handed over as texts, as a PostgreSQL array cannot hold arrays of
//! different lengths. Operations with very many values hand all of them over as one array of texts
//! for each set.

use super::{Compiler, Context};
use crate::execution::TextParam;
use crate::sql::{Alias, Binding, ColumnName, Expr, FromItem, Join, JoinKind, Select, SqlType};
use howdah_error::Result;
use howdah_ir::Session;
use howdah_ir::params::{ParamId, Params};
use howdah_ir::query::Rows;
use howdah_ir::stream::Stream;
use howdah_ir::values::array_literal;
use std::cell::RefCell;
use std::sync::Arc;

/// Above so many values of an operation they are packed into one column.
const MOST_COLUMNS: usize = 500;

/// What a column of a batch holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Slot {
    /// A value of the operation.
    Param(ParamId),
    /// A session variable, by lower-case name.
    Variable(Arc<str>),
    /// All session variables as JSON.
    Session,
    /// Where a stream has arrived.
    Cursor,
}

/// The values of one member of a batch, in the order of the slots; `None` is NULL.
pub type Texts = Arc<[Option<Arc<str>>]>;

/// The columns of a batch that is being compiled.
pub(super) struct Batch {
    alias: Alias,
    packed: bool,
    /// Slots with the type of the array's elements.
    columns: RefCell<Vec<(Slot, SqlType)>>,
}

impl Batch {
    fn new(alias: Alias, params: &Params) -> Self {
        Batch {
            alias,
            packed: params.len() > MOST_COLUMNS,
            columns: RefCell::default(),
        }
    }

    /// A value of the member at hand, as the type.
    pub fn value(&self, slot: Slot, ty: SqlType, array: bool) -> Expr {
        let held = if array || self.packed {
            SqlType::text()
        } else {
            ty.clone()
        };
        let mut columns = self.columns.borrow_mut();
        let known = columns.iter().position(|(s, t)| *s == slot && *t == held);
        let number = known.unwrap_or_else(|| {
            columns.push((slot, held));
            columns.len() - 1
        });
        let column = |n: usize| Expr::Column(self.alias, ColumnName::Extra(n as u32));
        if self.packed {
            return Expr::Element(Box::new(column(0)), number as u64 + 1).cast(ty);
        }
        if array {
            column(number).cast(ty)
        } else {
            column(number)
        }
    }

    /// The members as rows, for a batch whose columns are all known.
    fn rows(&self, inner: Alias) -> Option<FromItem> {
        let columns = self.columns.borrow();
        if columns.is_empty() {
            return None;
        }
        if self.packed {
            let unnest = FromItem::Members(
                vec![Expr::Placeholder(Binding::Batch(0), SqlType::texts())],
                inner,
            );
            let texts = Expr::Column(inner, ColumnName::Extra(0)).cast(SqlType::texts());
            let select = Select {
                columns: vec![
                    (texts, Some(ColumnName::Extra(0))),
                    (
                        Expr::Column(inner, ColumnName::Value),
                        Some(ColumnName::Value),
                    ),
                ],
                from: Some(unnest),
                // Keeps the texts from being taken apart again for each value.
                offset: Some(Expr::Number(0)),
                ..Select::default()
            };
            return Some(FromItem::Select(Box::new(select), self.alias));
        }
        let arrays = columns
            .iter()
            .enumerate()
            .map(|(n, (_, ty))| Expr::Placeholder(Binding::Batch(n as u32), ty.array()))
            .collect();
        Some(FromItem::Members(arrays, self.alias))
    }

    /// The number of the member at hand.
    fn number(&self) -> Expr {
        if self.columns.borrow().is_empty() {
            Expr::Number(1).cast(SqlType::bigint())
        } else {
            Expr::Column(self.alias, ColumnName::Value)
        }
    }
}

/// A statement for batches. It answers one row for each member: its number (`bigint`, from 1), then
/// one column of `json` for each root field; for a stream the new cursor (`text`, NULL when there
/// are no rows) behind them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Multiplexed {
    /// The text.
    pub sql: Arc<str>,
    /// What the columns of a batch hold.
    pub slots: Vec<Slot>,
    packed: bool,
}

impl Multiplexed {
    /// The values of one member. `cursor` is where its stream has arrived.
    pub fn texts(&self, params: &Params, session: &Session, cursor: Option<&Arc<str>>) -> Texts {
        self.slots
            .iter()
            .map(|slot| match slot {
                Slot::Param(id) => params.get(*id).text.clone(),
                Slot::Variable(name) => session.variable(name).map(Arc::from),
                Slot::Session => Some(session.to_json().into()),
                Slot::Cursor => cursor.cloned(),
            })
            .collect()
    }

    /// The arguments for a batch of these members.
    pub fn arguments(&self, members: &[Texts]) -> Vec<TextParam> {
        if self.slots.is_empty() {
            return Vec::new();
        }
        let literal = |texts: &mut dyn Iterator<Item = Option<&str>>| {
            TextParam::new(Some(array_literal(texts).into()))
        };
        if self.packed {
            let packed: Vec<String> = members
                .iter()
                .map(|member| array_literal(member.iter().map(Option::as_deref)))
                .collect();
            return vec![literal(&mut packed.iter().map(|text| Some(text.as_str())))];
        }
        (0..self.slots.len())
            .map(|n| {
                let value = |member: &'_ Texts| member.get(n).cloned().flatten();
                let column: Vec<Option<Arc<str>>> = members.iter().map(value).collect();
                literal(&mut column.iter().map(Option::as_deref))
            })
            .collect()
    }

    /// Whether all members are alike, so that a batch never has more than one.
    pub fn is_constant(&self) -> bool {
        self.slots.is_empty()
    }
}

/// The statement that reads each of the root fields for every member of a batch.
///
/// # Errors
/// As [`super::select`].
pub fn live_query(context: &Context<'_>, fields: &[&Rows]) -> Result<Multiplexed> {
    let compiler = Compiler::batched(context);
    let mut select = Select::default();
    let mut columns = Vec::with_capacity(fields.len());
    for rows in fields {
        columns.push((Expr::Scalar(Box::new(compiler.root(rows)?)), None));
    }
    select.columns = columns;
    compiler.multiplexed(select)
}

/// The statement that reads the next rows of a stream for every member of a batch: behind the
/// cursor when `behind` is set, else from the very beginning.
///
/// # Errors
/// As [`super::select`].
pub fn stream(context: &Context<'_>, stream: &Stream, behind: bool) -> Result<Multiplexed> {
    let compiler = Compiler::batched(context);
    let rows = compiler.stream(stream, behind)?;
    let alias = compiler.alias();
    let select = Select {
        columns: vec![
            (Expr::Column(alias, ColumnName::Root), None),
            (Expr::Column(alias, ColumnName::Value), None),
        ],
        joins: vec![Join {
            kind: JoinKind::Cross,
            select: rows,
            alias,
        }],
        ..Select::default()
    };
    compiler.multiplexed(select)
}

impl<'a> Compiler<'a> {
    fn batched(context: &Context<'a>) -> Self {
        let mut compiler = Compiler::new(context);
        compiler.batch = Some(Batch::new(compiler.alias(), context.params));
        compiler
    }

    /// Where a stream has arrived, as the type.
    pub(super) fn cursor_value(&self, ty: SqlType) -> Expr {
        match &self.batch {
            Some(batch) => batch.value(Slot::Cursor, ty, false),
            None => Expr::Null.cast(ty),
        }
    }

    fn multiplexed(self, mut select: Select) -> Result<Multiplexed> {
        let inner = self.alias();
        let mut slots = Vec::new();
        let mut packed = false;
        if let Some(batch) = &self.batch {
            select.columns.insert(0, (batch.number(), None));
            select.from = batch.rows(inner);
            if select.from.is_none()
                && let Some(join) = select.joins.pop()
            {
                select.from = Some(FromItem::Select(Box::new(join.select), join.alias));
            }
            slots = batch
                .columns
                .borrow()
                .iter()
                .map(|(slot, _)| slot.clone())
                .collect();
            packed = batch.packed;
        }
        let statement = self.print(Vec::new(), select)?;
        Ok(Multiplexed {
            sql: statement.sql.into(),
            slots,
            packed,
        })
    }
}
