//! Calls of the database's functions.

use super::Compiler;
use super::operands::{Scope, no_row};
use crate::sql::{Expr, Function, Name};
use howdah_error::Result;
use howdah_ir::predicate::{ArgumentValue, ComputedUse, FunctionCall};

impl Compiler<'_> {
    /// The called function's name.
    pub fn function(&self, call: &FunctionCall) -> Function {
        let function = self.catalog.function(call.function);
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
}
