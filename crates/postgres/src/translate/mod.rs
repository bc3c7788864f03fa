//! The compiler: the intermediate representation as SQL statements.
//!
//! Pure: it reads a catalogue and trees and gives text with numbered parameters. It opens no
//! connection, knows no GraphQL, and decides no right: filters, limits and redactions come with
//! the permits in the trees and are applied here, in `rows`, `filtering` and `fields`.
//!
//! * `names`: the row that expressions are about, aliases.
//! * `operands`: values and casts. `calls`: function calls. `comparisons`, `filtering`: conditions.
//! * `native`: queries written by users.
//! * `columns`: columns as conditions and answers see them. `objects`: answer objects.
//! * [`explaining`]: rules on one row, part by part.
//! * `rows`, `fields`, `ordering`, `aggregates`, `listing`, `grouping`: reads. `implied`: conditions
//!   that need not be asked. `writes`, `bulk`, `returning`,
//!   `closing`: writes.
//! * [`multiplexed`], `streams`: one read for many sets of values.

mod aggregates;
mod bulk;
mod calls;
mod closing;
mod columns;
mod comparisons;
pub mod explaining;
mod fields;
mod filtering;
mod grouping;
mod implied;
mod listing;
pub mod multiplexed;
mod names;
mod native;
mod objects;
mod operands;
mod ordering;
mod returning;
mod rows;
mod streams;
mod writes;

use crate::execution::TextParam;
use crate::json_rows::RowShape;
use crate::sql;
pub use crate::sql::Binding;
use howdah_error::Result;
use howdah_ir::catalog::{Catalog, ColumnId, TableId};
use howdah_ir::mutation::{Delete, Insert, MutationOutput, Update};
use howdah_ir::params::Params;
use howdah_ir::query::{Output, Rows};
use howdah_ir::values::array_literal;
use std::cell::Cell;
use std::sync::Arc;

/// What shapes statements beside the request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Options {
    /// Answer `bigint`, `numeric`, `float8` and `money` as strings.
    pub stringify_numbers: bool,
    /// Let a permission check that is NULL on a written row pass, as the old engine did.
    pub checks_pass_on_null: bool,
}

/// What every translation needs.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The database.
    pub catalog: &'a Catalog,
    /// Settings.
    pub options: &'a Options,
    /// The values of the operation.
    pub params: &'a Params,
}

/// A statement and what its parameters `$1`, `$2` … are filled with, all in text format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The text.
    pub sql: String,
    /// The parameters in order.
    pub bindings: Vec<Binding>,
    /// What it answers.
    pub form: AnswerForm,
    /// Whether it may be run twice: it calls no function that could write.
    pub repeatable: bool,
}

/// What a statement answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AnswerForm {
    /// One row, whose first column is a JSON text.
    Json,
    /// Rows, to be made a JSON array of objects of this shape.
    Rows(Arc<RowShape>),
}

impl AnswerForm {
    /// About how many bytes it takes.
    pub fn weight(&self) -> usize {
        match self {
            AnswerForm::Json => 0,
            AnswerForm::Rows(shape) => shape.weight(),
        }
    }
}

impl Statement {
    /// The arguments to send. `session` is the text of [`howdah_ir::Session::to_json`]; `rows` is
    /// what the write before answered (see [`Binding::Rows`]), where there was one.
    pub fn arguments(
        &self,
        params: &Params,
        session: &Arc<str>,
        rows: Option<&Arc<str>>,
    ) -> Vec<TextParam> {
        self.traced_arguments(params, session, None, rows)
    }

    /// As [`Statement::arguments`], of a request that belongs to a trace.
    pub fn traced_arguments(
        &self,
        params: &Params,
        session: &Arc<str>,
        trace: Option<&Arc<str>>,
        rows: Option<&Arc<str>>,
    ) -> Vec<TextParam> {
        let text = |binding: &Binding| match binding {
            Binding::Session => Some(session.clone()),
            Binding::Trace => Some(trace.cloned().unwrap_or_else(|| "{}".into())),
            Binding::Param(id) => params.get(*id).text.clone(),
            Binding::Packed(ids) => {
                let texts = ids.iter().map(|id| params.get(*id).text.as_deref());
                Some(array_literal(texts).into())
            }
            Binding::Gathered(ids) => {
                let texts = ids
                    .iter()
                    .map(|id| id.and_then(|id| params.get(id).text.as_deref()));
                Some(array_literal(texts).into())
            }
            Binding::Rows => rows.cloned(),
            // Only statements for batches have these: they make their arguments themselves.
            Binding::Batch(_) => None,
        };
        // The types are told by the casts around the numbers.
        self.bindings
            .iter()
            .map(|binding| TextParam::new(text(binding)))
            .collect()
    }
}

/// The statement that reads `rows`: exactly one row with the one column `root` of type `json`,
/// the value of the root field.
///
/// # Errors
/// A value that no PostgreSQL text can hold.
pub fn select(context: &Context<'_>, rows: &Rows) -> Result<Statement> {
    let compiler = Compiler::new(context);
    let select = compiler.root(rows)?;
    compiler.print(Vec::new(), select)
}

/// The statement that reads `rows` with the least effort: as [`select`] does, or for lists plain
/// rows, see [`AnswerForm::Rows`].
///
/// # Errors
/// As [`select`].
pub fn read(context: &Context<'_>, rows: &Rows) -> Result<Statement> {
    if let Output::List(fields) = &rows.output {
        let compiler = Compiler::new(context);
        if let Some((select, shape)) = compiler.plain_rows(rows, fields)? {
            let mut statement = compiler.print(Vec::new(), select)?;
            statement.form = AnswerForm::Rows(Arc::new(shape));
            return Ok(statement);
        }
    }
    select(context, rows)
}

/// How a write stands in its transaction, which decides how a failed permission check is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Closing {
    /// More follows: the caller looks at `check` and rolls back.
    #[default]
    Open,
    /// COMMIT is sent after it without waiting: a check that does not hold is an error of the
    /// statement (see [`crate::execution::errors::CHECK_FAILED`]), so that nothing is committed.
    Last,
    /// It is a transaction by itself, and as with [`Closing::Last`] a check that does not hold is
    /// an error. The statement sets `hasura.user` and `hasura.tracecontext` itself.
    Alone,
}

/// A write, in one statement or two of one transaction.
///
/// `write` answers one row of two columns: `root`, and `check` (`bool`): whether every permission
/// check holds; where it does not, the transaction must be rolled back. Without `read`, `root` is
/// the answer (`json`). With `read`, `root` is a text to give to it as [`Binding::Rows`], and
/// `read` answers one row with the one column `root` (`json`). It runs in the same transaction and
/// sees the state after the write.
///
/// A write that closes its transaction has the column `root` only; one that needs a `read` is
/// always [`Closing::Open`], whatever was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MutationStatement {
    /// The write.
    pub write: Statement,
    /// The read of the answer.
    pub read: Option<Statement>,
}

/// The statements of an insert without nested rows.
///
/// # Errors
/// As [`select`].
pub fn insert(context: &Context<'_>, insert: &Insert) -> Result<MutationStatement> {
    closing_insert(context, insert, Closing::Open)
}

/// As [`insert`], with its place in the transaction.
///
/// # Errors
/// As [`select`].
pub fn closing_insert(
    context: &Context<'_>,
    insert: &Insert,
    closing: Closing,
) -> Result<MutationStatement> {
    Compiler::new(context).insert(insert, closing)
}

/// The statements of an update. Without assignments nothing is written.
///
/// # Errors
/// As [`select`].
pub fn update(context: &Context<'_>, update: &Update) -> Result<MutationStatement> {
    closing_update(context, update, Closing::Open)
}

/// As [`update`], with its place in the transaction.
///
/// # Errors
/// As [`select`].
pub fn closing_update(
    context: &Context<'_>,
    update: &Update,
    closing: Closing,
) -> Result<MutationStatement> {
    Compiler::new(context).update(update, closing)
}

/// The statements of a delete.
///
/// # Errors
/// As [`select`].
pub fn delete(context: &Context<'_>, delete: &Delete) -> Result<MutationStatement> {
    closing_delete(context, delete, Closing::Open)
}

/// As [`delete`], with its place in the transaction.
///
/// # Errors
/// As [`select`].
pub fn closing_delete(
    context: &Context<'_>,
    delete: &Delete,
    closing: Closing,
) -> Result<MutationStatement> {
    Compiler::new(context).delete(delete, closing)
}

/// A call of a function that writes; as [`select`], but the function is called whatever the planner
/// knows of conditions on its rows.
///
/// # Errors
/// As [`select`].
pub fn call(context: &Context<'_>, rows: &Rows, closing: Closing) -> Result<Statement> {
    Compiler::new(context).call(rows, closing)
}

/// What a level of an insert tells.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// Whether the rows are handed out.
    pub rows: bool,
    /// Columns of the rows to hand out, for writes that take over keys.
    pub keys: &'a [ColumnId],
}

/// One level of an insert of many levels. The statement answers one row: `root`, the rows as a text
/// for [`answer_from_rows`] in the order of insertion or NULL; `check` as in
/// [`MutationStatement`]; and a `json` value: the number of rows, or where keys are asked for a
/// list with a list of texts (or nulls) for each row.
///
/// # Errors
/// As [`select`].
pub fn insert_level(
    context: &Context<'_>,
    insert: &Insert,
    wanted: Wanted<'_>,
) -> Result<Statement> {
    Compiler::new(context).insert_level(insert, wanted)
}

/// The `read` of a [`MutationStatement`]: an answer from rows of a table handed out before.
///
/// # Errors
/// As [`select`].
pub fn answer_from_rows(
    context: &Context<'_>,
    table: TableId,
    output: &MutationOutput,
) -> Result<Statement> {
    Compiler::new(context).answer_from_rows(table, output)
}

/// The state of one translation: the context and the alias counter.
struct Compiler<'a> {
    catalog: &'a Catalog,
    options: &'a Options,
    params: &'a Params,
    aliases: Cell<u32>,
    /// Where the rows of a function that writes are.
    called: Cell<Option<sql::Alias>>,
    /// Where values are read from in a statement for many sets of them.
    batch: Option<multiplexed::Batch>,
    /// How many conditions have become joins.
    joined: Cell<u32>,
    /// A function that may write is called.
    calls_volatile: Cell<bool>,
    natives: native::Natives,
}

impl<'a> Compiler<'a> {
    fn new(context: &Context<'a>) -> Self {
        Compiler {
            catalog: context.catalog,
            options: context.options,
            params: context.params,
            aliases: Cell::new(0),
            called: Cell::new(None),
            batch: None,
            joined: Cell::new(0),
            calls_volatile: Cell::new(false),
            natives: native::Natives::default(),
        }
    }

    fn print(&self, with: Vec<sql::Cte>, mut select: sql::Select) -> Result<Statement> {
        select.with.extend(self.natives.take());
        let repeatable = with.is_empty() && !self.calls_volatile.get();
        let printed =
            sql::Printer::new(self.params.len()).print(&sql::Statement { with, select })?;
        Ok(Statement {
            sql: printed.sql,
            bindings: printed.bindings,
            form: AnswerForm::Json,
            repeatable,
        })
    }
}
