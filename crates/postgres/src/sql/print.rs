//! The tree as text: the only place that writes SQL and numbers parameters.
//!
//! Parameters get their numbers in the order of first use; a value used twice is sent once. A
//! statement can have 65,535 parameters at most, so that where an operation has more values than
//! [`PACK_ABOVE`] they travel in arrays of texts and are picked out by `($1::text[])[7]`.

use crate::sql::quote;
use crate::sql::tree::*;
use howdah_error::{Code, Error, Result};
use howdah_ir::params::ParamId;
use std::collections::{HashMap, HashSet};

/// Above so many values of one operation, values are packed into arrays.
pub const PACK_ABOVE: usize = 30_000;

/// Values in one packed array: few, as PostgreSQL walks an array of texts from its start.
const PACK_SIZE: usize = 64;

/// What a numbered parameter is filled with; all parameters are sent in text format.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Binding {
    /// The session variables as the text of one JSON object.
    Session,
    /// The trace that the request belongs to as the text of one JSON object.
    Trace,
    /// A value of the operation.
    Param(ParamId),
    /// Several values of the operation as one array of texts.
    Packed(Vec<ParamId>),
    /// The values of one column of many rows as one array of texts; `None` is NULL.
    Gathered(Vec<Option<ParamId>>),
    /// The rows that the write before answered, as the text of an array of the table's row type.
    Rows,
    /// A column of a batch: the array of its values, one for each member of the batch.
    Batch(u32),
}

/// What printing made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Printed {
    /// The text.
    pub sql: String,
    /// What `$1`, `$2` … are filled with.
    pub bindings: Vec<Binding>,
}

/// Prints one statement.
#[derive(Debug, Default)]
pub struct Printer {
    out: String,
    bindings: Vec<Binding>,
    numbers: HashMap<Binding, usize>,
    /// Where packed values are: parameter number and position from 1.
    packed: HashMap<ParamId, (usize, usize)>,
    packing: bool,
    /// Common table expressions that hold queries written by users.
    natives: HashSet<Alias>,
}

impl Printer {
    /// A printer for an operation with so many values.
    pub fn new(values: usize) -> Self {
        Printer {
            packing: values > PACK_ABOVE,
            ..Printer::default()
        }
    }

    /// Prints a statement.
    ///
    /// # Errors
    /// A text with a NUL byte, which no PostgreSQL text can hold.
    pub fn print(mut self, statement: &Statement) -> Result<Printed> {
        self.with(&[&statement.with, &statement.select.with]);
        self.bare_select(&statement.select);
        if self.out.contains('\0') {
            return Err(Error::new(
                Code::DataException,
                "invalid byte sequence for encoding \"UTF8\": 0x00",
            ));
        }
        Ok(Printed {
            sql: self.out,
            bindings: self.bindings,
        })
    }

    fn with(&mut self, parts: &[&[Cte]]) {
        let mut any = false;
        for cte in parts.iter().copied().flatten() {
            self.push(if any { ", " } else { "with " });
            any = true;
            if matches!(cte.body, Write::Native { .. }) {
                self.natives.insert(cte.name);
            }
            self.cte_name(cte.name);
            self.push(" as (");
            self.write(&cte.body);
            self.push(")");
        }
        if any {
            self.push(" ");
        }
    }

    fn push(&mut self, text: &str) {
        self.out.push_str(text);
    }

    fn number(&mut self, prefix: &str, number: impl std::fmt::Display) {
        use std::fmt::Write as _;
        // Writing to a String cannot fail.
        let _ = write!(self.out, "{prefix}{number}");
    }

    fn alias(&mut self, alias: Alias) {
        self.number("t", alias.0);
    }

    fn cte_name(&mut self, name: Alias) {
        if !self.natives.contains(&name) {
            self.number("w", name.0);
            return;
        }
        // Nothing that a user's SQL speaks of by chance: it sees the expressions before its own.
        self.number("\"native query ", name.0);
        self.push("\"");
    }

    fn name(&mut self, name: &str) {
        quote::identifier(&mut self.out, name);
    }

    fn list<T>(&mut self, items: &[T], separator: &str, mut print: impl FnMut(&mut Self, &T)) {
        for (i, item) in items.iter().enumerate() {
            if i > 0 {
                self.push(separator);
            }
            print(self, item);
        }
    }

    fn exprs(&mut self, items: &[Expr]) {
        self.list(items, ", ", Self::expr);
    }

    fn column_name(&mut self, name: &ColumnName) {
        match name {
            ColumnName::Named(name) => self.name(name),
            ColumnName::Copied(n) => self.number("c", n),
            ColumnName::Extra(n) => self.number("x", n),
            ColumnName::Value => self.push("v"),
            ColumnName::Root => self.push("root"),
            ColumnName::Check => self.push("\"check\""),
            ColumnName::Xmax => self.push("xmax"),
            ColumnName::Ctid => self.push("ctid"),
        }
    }

    fn placeholder(&mut self, binding: &Binding, ty: &SqlType) {
        if let (true, Binding::Param(id)) = (self.packing, binding) {
            let (number, position) = self.pack(*id);
            self.number("($", number);
            self.number("::text[])[", position);
            self.push("]::");
            self.push(ty.as_str());
            return;
        }
        let next = self.bindings.len() + 1;
        let number = match binding {
            // Long, and never used twice.
            Binding::Gathered(_) => next,
            _ => *self.numbers.entry(binding.clone()).or_insert(next),
        };
        if number == next {
            self.bindings.push(binding.clone());
        }
        self.number("$", number);
        self.push("::");
        self.push(ty.as_str());
    }

    fn pack(&mut self, id: ParamId) -> (usize, usize) {
        if let Some(place) = self.packed.get(&id) {
            return *place;
        }
        let place = match self.bindings.last_mut() {
            Some(Binding::Packed(ids)) if ids.len() < PACK_SIZE => {
                ids.push(id);
                (ids.len(), None)
            }
            _ => (1, Some(Binding::Packed(vec![id]))),
        };
        self.bindings.extend(place.1);
        let place = (self.bindings.len(), place.0);
        self.packed.insert(id, place);
        place
    }

    fn function(&mut self, function: &Function) {
        match function {
            Function::Builtin(name) => self.push(name),
            Function::In(schema, name) => {
                self.name(schema);
                self.push(".");
                self.name(name);
            }
        }
    }

    fn call(&mut self, function: &Function, arguments: &[(Option<Name>, Expr)]) {
        self.function(function);
        self.push("(");
        self.list(arguments, ", ", |p, (name, value)| {
            if let Some(name) = name {
                p.name(name);
                p.push(" => ");
            }
            p.expr(value);
        });
        self.push(")");
    }

    fn expr(&mut self, expr: &Expr) {
        match expr {
            Expr::Column(alias, name) => {
                self.alias(*alias);
                self.push(".");
                self.column_name(name);
            }
            Expr::Row(alias) => {
                self.alias(*alias);
                self.push(".*");
            }
            Expr::Excluded(name) => {
                self.push("excluded.");
                self.name(name);
            }
            Expr::Placeholder(binding, ty) => self.placeholder(binding, ty),
            Expr::Text(text) => quote::text(&mut self.out, text),
            Expr::Number(n) => self.number("", n),
            Expr::Bool(b) => self.push(if *b { "true" } else { "false" }),
            Expr::Null => self.push("null"),
            Expr::Default => self.push("default"),
            Expr::Cast(inner, ty) => {
                match **inner {
                    // These bind tighter than `::` as they stand.
                    Expr::Column(..)
                    | Expr::Text(_)
                    | Expr::Placeholder(..)
                    | Expr::Call(..)
                    | Expr::Binary(..)
                    | Expr::Array(_)
                    | Expr::RowOf(_)
                    | Expr::Cast(..)
                    | Expr::Scalar(_)
                    | Expr::Null => self.expr(inner),
                    _ => {
                        self.push("(");
                        self.expr(inner);
                        self.push(")");
                    }
                }
                self.push("::");
                self.push(ty.as_str());
            }
            Expr::Call(function, arguments) => self.call(function, arguments),
            Expr::Aggregate {
                name,
                distinct,
                arguments,
                order,
            } => {
                self.push(name);
                self.push("(");
                if *distinct {
                    self.push("distinct ");
                }
                if arguments.is_empty() {
                    self.push("*");
                }
                self.exprs(arguments);
                self.order(order);
                self.push(")");
            }
            Expr::Binary(left, operator, right) => self.infix(left, operator, right),
            Expr::Quantified(left, operator, right) => {
                self.push("(");
                self.expr(left);
                self.push(" ");
                self.push(operator);
                self.push("(");
                self.expr(right);
                self.push("))");
            }
            Expr::InList(left, operator, items) => {
                self.push("(");
                self.expr(left);
                self.push(" ");
                self.push(operator);
                self.push(" (");
                self.exprs(items);
                self.push("))");
            }
            Expr::Not(inner) => {
                self.push("(not ");
                self.expr(inner);
                self.push(")");
            }
            Expr::And(parts) => self.junction(parts, " and ", "true"),
            Expr::Or(parts) => self.junction(parts, " or ", "false"),
            Expr::IsNull(inner, positive) => {
                self.push("(");
                self.expr(inner);
                self.push(if *positive {
                    " is null)"
                } else {
                    " is not null)"
                });
            }
            Expr::Case(when, then, otherwise) => {
                self.push("case when ");
                self.expr(when);
                self.push(" then ");
                self.expr(then);
                if **otherwise != Expr::Null {
                    self.push(" else ");
                    self.expr(otherwise);
                }
                self.push(" end");
            }
            Expr::Coalesce(items) => self.variadic("coalesce(", items),
            Expr::Least(items) => self.variadic("least(", items),
            Expr::Exists(select) => {
                self.push("exists (");
                self.select(select);
                self.push(")");
            }
            Expr::Scalar(select) => {
                self.push("(");
                self.select(select);
                self.push(")");
            }
            Expr::ArraySelect(select) => {
                self.push("array(");
                self.select(select);
                self.push(")");
            }
            Expr::Array(items) => {
                self.push("array[");
                self.exprs(items);
                self.push("]");
            }
            Expr::RowOf(items) => self.variadic("row(", items),
            Expr::Slice(inner, to) => {
                self.push("(");
                self.expr(inner);
                self.number(")[1:", to);
                self.push("]");
            }
            Expr::Element(inner, position) => {
                self.push("(");
                self.expr(inner);
                self.number(")[", position);
                self.push("]");
            }
        }
    }

    fn variadic(&mut self, opening: &str, items: &[Expr]) {
        self.push(opening);
        self.exprs(items);
        self.push(")");
    }

    fn infix(&mut self, left: &Expr, operator: &str, right: &Expr) {
        self.push("(");
        self.expr(left);
        self.push(" ");
        self.push(operator);
        self.push(" ");
        self.expr(right);
        self.push(")");
    }

    fn junction(&mut self, parts: &[Expr], separator: &str, unit: &str) {
        match parts {
            [] => self.push(unit),
            [one] => self.expr(one),
            _ => {
                self.push("(");
                self.list(parts, separator, Self::expr);
                self.push(")");
            }
        }
    }

    fn order(&mut self, order: &[Order]) {
        if order.is_empty() {
            return;
        }
        self.push(" order by ");
        self.list(order, ", ", |p, term| {
            p.expr(&term.by);
            p.push(" ");
            p.push(term.direction);
        });
    }

    fn table(&mut self, schema: &str, table: &str) {
        self.name(schema);
        self.push(".");
        self.name(table);
    }

    fn from(&mut self, item: &FromItem) {
        let alias = match item {
            FromItem::Table(schema, table, alias) => {
                self.table(schema, table);
                alias
            }
            FromItem::Function(function, arguments, alias) => {
                self.call(function, arguments);
                alias
            }
            FromItem::Select(select, alias) => {
                self.push("(");
                self.select(select);
                self.push(")");
                alias
            }
            FromItem::Cte(name, alias) => {
                self.cte_name(*name);
                alias
            }
            FromItem::Unnest(arrays, alias) => {
                self.variadic("unnest(", arrays);
                self.push(" as ");
                self.alias(*alias);
                let names: Vec<u32> = (0..).take(arrays.len()).collect();
                self.push("(");
                self.list(&names, ", ", |p, n| p.column_name(&ColumnName::Extra(*n)));
                self.push(")");
                return;
            }
            FromItem::Members(arrays, alias) => return self.members(arrays, *alias),
        };
        self.push(" as ");
        self.alias(*alias);
    }

    fn members(&mut self, arrays: &[Expr], alias: Alias) {
        self.variadic("unnest(", arrays);
        self.push(" with ordinality as ");
        self.alias(alias);
        self.push("(");
        for n in 0..arrays.len() {
            self.number("x", n);
            self.push(", ");
        }
        self.push("v)");
    }

    fn filter(&mut self, filter: &Option<Expr>) {
        if let Some(filter) = filter {
            self.push(" where ");
            match filter {
                // The outermost conjunction needs no parentheses.
                Expr::And(parts) if !parts.is_empty() => self.list(parts, " and ", Self::expr),
                other => self.expr(other),
            }
        }
    }

    /// Prints a select.
    fn select(&mut self, select: &Select) {
        self.with(&[&select.with]);
        self.bare_select(select);
    }

    fn bare_select(&mut self, select: &Select) {
        self.push("select ");
        if !select.distinct_on.is_empty() {
            self.push("distinct on (");
            self.exprs(&select.distinct_on);
            self.push(") ");
            if select.columns.is_empty() {
                // Unlike a plain select it must have a column.
                self.push("null");
            }
        }
        self.list(&select.columns, ", ", |p, (value, name)| {
            p.expr(value);
            if let Some(name) = name {
                p.push(" as ");
                p.column_name(name);
            }
        });
        if let Some(item) = &select.from {
            self.push(" from ");
            self.from(item);
        }
        for (required, alias) in &select.required {
            self.push(" cross join lateral (");
            self.select(required);
            self.push(") as ");
            self.alias(*alias);
        }
        for join in &select.joins {
            self.push(match join.kind {
                JoinKind::Left => " left join lateral (",
                JoinKind::LeftOn(_) => " left join (",
                JoinKind::Cross => " cross join lateral (",
            });
            self.select(&join.select);
            self.push(") as ");
            self.alias(join.alias);
            match &join.kind {
                JoinKind::Left => self.push(" on true"),
                JoinKind::LeftOn(condition) => {
                    self.push(" on ");
                    self.expr(condition);
                }
                JoinKind::Cross => {}
            }
        }
        self.filter(&select.filter);
        if !select.group.is_empty() {
            self.push(" group by ");
            self.exprs(&select.group);
        }
        self.order(&select.order);
        match &select.limit {
            Some(limit) if select.ties => {
                self.push(" fetch first (");
                self.expr(limit);
                self.push(") rows with ties");
            }
            Some(limit) => {
                self.push(" limit ");
                self.expr(limit);
            }
            None => {}
        }
        if let Some(offset) = &select.offset {
            self.push(" offset ");
            self.expr(offset);
        }
    }

    fn returning(&mut self, returning: &[(Expr, ColumnName)]) {
        self.push(" returning ");
        self.list(returning, ", ", |p, (value, name)| {
            p.expr(value);
            p.push(" as ");
            p.column_name(name);
        });
    }

    fn assignments(&mut self, set: &[(Name, Expr)]) {
        self.push(" set ");
        self.list(set, ", ", |p, (name, value)| {
            p.name(name);
            p.push(" = ");
            p.expr(value);
        });
    }

    fn write(&mut self, write: &Write) {
        match write {
            Write::Select(select) => self.select(select),
            Write::Native { columns, code } => {
                self.push("select ");
                self.list(columns, ", ", |p, (name, ty)| {
                    p.push("q.");
                    p.name(name);
                    p.push("::");
                    p.push(ty.as_str());
                    p.push(" as ");
                    p.name(name);
                });
                self.push(" from (\n");
                for piece in code {
                    match piece {
                        SqlPiece::Text(text) => self.push(text),
                        // In parentheses, for an index may follow.
                        SqlPiece::Value(value) => {
                            self.push("(");
                            self.expr(value);
                            self.push(")");
                        }
                    }
                }
                self.push("\n) as q");
            }
            Write::Insert {
                table,
                alias,
                columns,
                source,
                conflict,
                returning,
            } => {
                self.push("insert into ");
                self.table(&table.0, &table.1);
                self.push(" as ");
                self.alias(*alias);
                if columns.is_empty() {
                    self.push(" default values");
                } else {
                    self.push(" (");
                    self.list(columns, ", ", |p, name| p.name(name));
                    self.push(") ");
                    match source {
                        InsertSource::Values(rows) => {
                            self.push("values ");
                            self.list(rows, ", ", |p, row| p.variadic("(", row));
                        }
                        InsertSource::Select(select) => self.select(select),
                    }
                }
                if let Some(conflict) = conflict {
                    self.conflict(conflict);
                }
                self.returning(returning);
            }
            Write::Update {
                table,
                alias,
                set,
                filter,
                returning,
            } => {
                self.push("update ");
                self.table(&table.0, &table.1);
                self.push(" as ");
                self.alias(*alias);
                self.assignments(set);
                self.filter(filter);
                self.returning(returning);
            }
            Write::Delete {
                table,
                alias,
                filter,
                returning,
            } => {
                self.push("delete from ");
                self.table(&table.0, &table.1);
                self.push(" as ");
                self.alias(*alias);
                self.filter(filter);
                self.returning(returning);
            }
        }
    }

    fn conflict(&mut self, conflict: &Conflict) {
        self.push(" on conflict");
        if let Some(constraint) = &conflict.constraint {
            self.push(" on constraint ");
            self.name(constraint);
        }
        match &conflict.update {
            None => self.push(" do nothing"),
            Some(update) => {
                self.push(" do update");
                self.assignments(&update.set);
                self.filter(&update.filter);
            }
        }
    }
}
