//! Calls of the database's functions.

use super::names::Row;
use super::operands::{Scope, no_row};
use super::{Closing, Compiler, Statement};
use crate::sql::tree::Write;
use crate::sql::{Alias, ColumnName, Cte, Expr, FromItem, Function, Name, Select};
use howdah_error::Result;
use howdah_ir::catalog::Volatility;
use howdah_ir::predicate::{ArgumentValue, ComputedUse, FunctionCall};
use howdah_ir::query::{RowSource, Rows};

impl Compiler<'_> {
    /// The called function's name.
    pub fn function(&self, call: &FunctionCall) -> Function {
        let function = self.catalog.function(call.function);
        if function.volatility == Volatility::Volatile {
            self.calls_volatile.set(true);
        }
        Function::In(function.schema.clone(), function.name.clone())
    }

    /// The arguments of a call. Without a scope there is no current row (functions as root fields).
    pub fn arguments(
        &self,
        call: &FunctionCall,
        scope: Option<Scope<'_>>,
    ) -> Result<Vec<(Option<Name>, Expr)>> {
        call.arguments
            .iter()
            .map(|argument| {
                let value = match &argument.value {
                    ArgumentValue::Row => self.whole_row(scope.ok_or_else(no_row)?.current),
                    ArgumentValue::Operand(operand) => self.operand(operand, scope)?,
                };
                Ok((argument.name.clone(), value))
            })
            .collect()
    }

    /// `schema.function(t1.*, …)`, NULL where a redaction hides it.
    pub fn computed(&self, computed: &ComputedUse, scope: Scope<'_>) -> Result<Expr> {
        let call = Expr::Call(
            self.function(&computed.call),
            self.arguments(&computed.call, Some(scope))?,
        );
        self.redacted(computed.redaction.as_deref(), call, scope.current)
    }

    /// A function that writes and the read of its rows.
    ///
    /// ```sql
    /// with w2 as (select array_agg(t1.*) as v from "public"."bump"(…) as t1)
    /// select case when (select count(*) as v from w2 as t5) is not null
    ///        then (select … from unnest((select t4.v as v from w2 as t4)) as t3 where …) end as root
    /// ```
    ///
    /// In a plain `from` PostgreSQL would call it only when it comes to need its rows: not at all
    /// where a condition on other tables leaves none to be shown.
    pub fn call(&self, rows: &Rows, closing: Closing) -> Result<Statement> {
        let RowSource::Function(call) = &rows.source else {
            return self.print(Vec::new(), self.root(rows)?);
        };
        let row = Row::direct(self.alias(), rows.permit.table());
        let list = Expr::Aggregate {
            name: "array_agg",
            distinct: false,
            arguments: vec![self.whole_row(&row)],
            order: Vec::new(),
        };
        let arguments = self.arguments(call, None)?;
        let from = FromItem::Function(self.function(call), arguments, row.alias);
        let name = self.alias();
        self.called.set(Some(name));
        let answer = Expr::Scalar(Box::new(self.root(rows)?));
        let count = super::aggregates::count(Vec::new(), false);
        let from_call = FromItem::Cte(name, self.alias());
        let count = Select::value(count, ColumnName::Value, Some(from_call));
        let done = Expr::IsNull(Box::new(Expr::Scalar(Box::new(count))), false);
        let answer = Expr::Case(Box::new(done), Box::new(answer), Box::new(Expr::Null));
        let select = Select::value(answer, ColumnName::Root, None);
        let select = match closing {
            Closing::Alone => self.alone(select),
            Closing::Last | Closing::Open => select,
        };
        let body = Write::Select(Box::new(Select::value(list, ColumnName::Value, Some(from))));
        self.print(vec![Cte { name, body }], select)
    }

    /// The rows of a function that was called before.
    pub fn returned_by(&self, called: Alias, alias: Alias) -> FromItem {
        let inner = self.alias();
        let value = Expr::Column(inner, ColumnName::Value);
        let from = FromItem::Cte(called, inner);
        let rows = Expr::Scalar(Box::new(Select::value(
            value,
            ColumnName::Value,
            Some(from),
        )));
        FromItem::Function(Function::Builtin("unnest"), vec![(None, rows)], alias)
    }
}
