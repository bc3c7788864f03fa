//! Which session variables an operation needs. They are looked for before anything runs, so that a
//! missing one is an error and never a comparison with NULL.

use howdah_error::{Error, Result};
use howdah_ir::Session;
use howdah_ir::mutation::{
    Assignment, Delete, Insert, InsertTree, Mutation, MutationFieldValue, MutationOutput, Update,
    WriteValue,
};
use howdah_ir::permit::{ColumnUse, SelectPermit, Target};
use howdah_ir::predicate::{
    ArgumentValue, Comparison, ComputedUse, FunctionCall, Operand, Predicate,
};
use howdah_ir::query::{
    AggregateArgument, AggregateFieldValue, AggregateValue, Field, FieldValue, OrderAggregate,
    OrderBy, Output, RowSource, Rows,
};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Session variables by lower-case name.
#[derive(Debug, Default)]
pub(crate) struct SessionUse(BTreeSet<Arc<str>>);

impl SessionUse {
    /// # Errors
    /// `not-found` for the first variable that the session lacks.
    pub(crate) fn check(&self, session: &Session) -> Result<()> {
        match self.0.iter().find(|name| session.variable(name).is_none()) {
            Some(missing) => Err(Error::missing_session_variable(missing)),
            None => Ok(()),
        }
    }

    /// The variables that the session lacks.
    pub(crate) fn missing<'u>(&'u self, session: &Session) -> impl Iterator<Item = &'u str> {
        self.0
            .iter()
            .map(|name| &**name)
            .filter(|name| session.variable(name).is_none())
    }

    /// Adds what a read needs.
    pub(crate) fn rows(&mut self, rows: &Rows) {
        self.predicate(rows.permit.filter());
        match &rows.source {
            RowSource::Table => {}
            RowSource::Function(call) => self.call(call),
            RowSource::Native(call) => {
                call.arguments
                    .iter()
                    .for_each(|operand| self.operand(operand));
            }
        }
        self.predicate(&rows.filter);
        rows.distinct_on
            .iter()
            .for_each(|column| self.column(column));
        rows.order.iter().for_each(|term| self.order(&term.by));
        match &rows.output {
            Output::List(fields) | Output::Object(fields) => self.fields(fields),
            Output::Aggregate(fields) => {
                for field in fields {
                    match &field.value {
                        AggregateFieldValue::Literal(_) => {}
                        AggregateFieldValue::Nodes(fields) => self.fields(fields),
                        AggregateFieldValue::Aggregate(items) => {
                            items.iter().for_each(|item| self.aggregate(&item.value));
                        }
                    }
                }
            }
        }
    }

    /// Adds what a write needs.
    pub(crate) fn mutation(&mut self, mutation: &Mutation) {
        match mutation {
            Mutation::Insert(tree) => self.insert_tree(tree),
            Mutation::Update(update) => self.update(update),
            Mutation::UpdateMany(updates) => updates.iter().for_each(|u| self.update(u)),
            Mutation::Delete(delete) => self.delete(delete),
            Mutation::Function(rows) => self.rows(rows),
        }
    }

    fn insert_tree(&mut self, tree: &InsertTree) {
        self.insert(&tree.insert);
        tree.nested
            .iter()
            .for_each(|nested| self.insert_tree(&nested.tree));
    }

    fn insert(&mut self, insert: &Insert) {
        if let Some(rules) = insert.permit.rules() {
            self.predicate(&rules.check);
        }
        for (_, value) in insert.rows.iter().flatten() {
            self.write(value);
        }
        if let Some(update) = insert.on_conflict.as_ref().and_then(|c| c.update.as_ref()) {
            if let Some(rules) = update.permit.rules() {
                self.predicate(&rules.filter);
                rules.check.iter().for_each(|check| self.predicate(check));
            }
            update
                .presets
                .iter()
                .for_each(|(_, value)| self.write(value));
            self.predicate(&update.filter);
        }
        self.output(&insert.output);
    }

    fn update(&mut self, update: &Update) {
        if let Some(rules) = update.permit.rules() {
            self.predicate(&rules.filter);
            rules.check.iter().for_each(|check| self.predicate(check));
        }
        self.predicate(&update.filter);
        for (_, assignment) in &update.assignments {
            match assignment {
                Assignment::Set(value) => self.write(value),
                Assignment::Increment(operand)
                | Assignment::Multiply(operand)
                | Assignment::Append(operand)
                | Assignment::Prepend(operand)
                | Assignment::DeleteKey(operand)
                | Assignment::DeleteElement(operand)
                | Assignment::DeleteAtPath(operand) => self.operand(operand),
            }
        }
        self.output(&update.output);
    }

    fn delete(&mut self, delete: &Delete) {
        if let Some(rules) = delete.permit.rules() {
            self.predicate(&rules.filter);
        }
        self.predicate(&delete.filter);
        self.output(&delete.output);
    }

    fn write(&mut self, value: &WriteValue) {
        if let WriteValue::Operand(operand) = value {
            self.operand(operand);
        }
    }

    fn output(&mut self, output: &MutationOutput) {
        match output {
            MutationOutput::Single(permit, fields) => self.returned(permit, fields),
            MutationOutput::Response(fields) => {
                for field in fields {
                    if let MutationFieldValue::Returning(permit, fields) = &field.value {
                        self.returned(permit, fields);
                    }
                }
            }
        }
    }

    /// What is returned is what was written: the row filter plays no part.
    fn returned(&mut self, _permit: &SelectPermit, fields: &[Field]) {
        self.fields(fields);
    }

    fn fields(&mut self, fields: &[Field]) {
        for field in fields {
            match &field.value {
                FieldValue::Literal(_) => {}
                FieldValue::Column { column, .. } | FieldValue::UpperCase(column) => {
                    self.column(column)
                }
                FieldValue::Computed { computed, .. } => self.computed(computed),
                FieldValue::Related(related) => self.rows(&related.rows),
                FieldValue::ComputedRows(rows) => self.rows(rows),
            }
        }
    }

    fn aggregate(&mut self, value: &AggregateValue) {
        match value {
            AggregateValue::Literal(_) => {}
            AggregateValue::Count { columns, .. } => {
                columns.iter().for_each(|column| self.column(column));
            }
            AggregateValue::Function { fields, .. } => {
                for (_, argument) in fields {
                    match argument {
                        AggregateArgument::Literal(_) => {}
                        AggregateArgument::Column(column) => self.column(column),
                        AggregateArgument::Computed(computed) => self.computed(computed),
                    }
                }
            }
        }
    }

    fn order(&mut self, by: &OrderBy) {
        match by {
            OrderBy::Column(column) => self.column(column),
            OrderBy::Computed(computed) => self.computed(computed),
            OrderBy::Related { target, by, .. } => {
                self.target(target);
                self.order(by);
            }
            OrderBy::Aggregate {
                target, aggregate, ..
            } => {
                self.target(target);
                self.order_aggregate(aggregate);
            }
            OrderBy::ComputedAggregate {
                call,
                target,
                aggregate,
            } => {
                self.call(call);
                self.target(target);
                self.order_aggregate(aggregate);
            }
        }
    }

    fn order_aggregate(&mut self, aggregate: &OrderAggregate) {
        match aggregate {
            OrderAggregate::Count => {}
            OrderAggregate::Column(_, column) => self.column(column),
            OrderAggregate::Computed(_, computed) => self.computed(computed),
        }
    }

    /// Adds what a condition needs.
    pub(crate) fn predicate(&mut self, predicate: &Predicate) {
        match predicate {
            Predicate::And(parts) | Predicate::Or(parts) => {
                parts.iter().for_each(|part| self.predicate(part));
            }
            Predicate::Not(inner) => self.predicate(inner),
            Predicate::Column(column, comparison) => {
                self.column(column);
                self.comparison(comparison);
            }
            Predicate::Computed(computed, comparison) => {
                self.computed(computed);
                self.comparison(comparison);
            }
            Predicate::Related(related) => {
                self.target(&related.target);
                self.predicate(&related.predicate);
            }
            Predicate::Exists(target, inner) => {
                self.target(target);
                self.predicate(inner);
            }
            Predicate::ComputedRows(rows) => {
                self.call(&rows.call);
                self.target(&rows.target);
                self.predicate(&rows.predicate);
            }
            Predicate::Aggregate(aggregate) => {
                self.target(&aggregate.target);
                aggregate
                    .arguments
                    .iter()
                    .for_each(|column| self.column(column));
                self.predicate(&aggregate.filter);
                aggregate
                    .comparisons
                    .iter()
                    .for_each(|c| self.comparison(c));
            }
        }
    }

    fn comparison(&mut self, comparison: &Comparison) {
        match comparison {
            Comparison::IsNull(_) => {}
            Comparison::Binary(_, operand) => self.operand(operand),
            Comparison::Near {
                distance,
                from,
                use_spheroid,
                ..
            } => {
                self.operand(distance);
                self.operand(from);
                use_spheroid
                    .iter()
                    .for_each(|operand| self.operand(operand));
            }
            Comparison::RasterGeometry { band, geometry, .. } => {
                band.iter().for_each(|operand| self.operand(operand));
                self.operand(geometry);
            }
            Comparison::Cast(_, inner) => inner.iter().for_each(|c| self.comparison(c)),
        }
    }

    fn target(&mut self, target: &Target) {
        if let Some(filter) = target.filter() {
            self.predicate(filter);
        }
    }

    /// Adds what the use of a column needs.
    pub(crate) fn column(&mut self, column: &ColumnUse) {
        if let Some(redaction) = column.redaction() {
            self.predicate(redaction);
        }
    }

    fn computed(&mut self, computed: &ComputedUse) {
        self.call(&computed.call);
        if let Some(redaction) = &computed.redaction {
            self.predicate(redaction);
        }
    }

    fn call(&mut self, call: &FunctionCall) {
        for argument in &call.arguments {
            if let ArgumentValue::Operand(operand) = &argument.value {
                self.operand(operand);
            }
        }
    }

    fn operand(&mut self, operand: &Operand) {
        match operand {
            Operand::Session(_, name) => {
                self.0.insert(name.clone());
            }
            Operand::List(_, operands) => operands.iter().for_each(|o| self.operand(o)),
            Operand::Param(_)
            | Operand::Constant(..)
            | Operand::SessionObject(_)
            | Operand::Column(..) => {}
        }
    }
}
