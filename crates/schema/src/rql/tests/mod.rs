//! What the operations become for several roles, and what is refused with which words.

#![allow(clippy::unwrap_used)]

mod properties;
mod reads;
mod writes;

use super::*;
use crate::testing;
use howdah_ir::mutation::Mutation;
use howdah_ir::query::{Field, FieldValue, Output, Rows};

fn session(role: &str) -> Session {
    Session::new(role, [("X-Hasura-User-Id".to_owned(), "1".to_owned())])
}

fn selected(role: &str, args: &Value) -> Result<(Rows, Params)> {
    let snapshot = testing::snapshot();
    select(testing::source(&snapshot), &session(role), args)
}

type Writer = fn(&Source, &Session, &Value) -> Result<(Mutation, Params)>;

fn written(write: Writer, role: &str, args: &Value) -> Result<(Mutation, Params)> {
    let snapshot = testing::snapshot();
    write(testing::source(&snapshot), &session(role), args)
}

/// `path | code | message`
fn told<T>(result: Result<T>) -> String {
    let error: Error = result.err().unwrap();
    format!("{} | {} | {}", error.path(), error.code(), error.message())
}

fn keys(fields: &[Field]) -> Vec<&str> {
    fields.iter().map(|f| &*f.key).collect()
}

fn fields(output: &Output) -> &[Field] {
    match output {
        Output::List(fields) | Output::Object(fields) => fields,
        Output::Aggregate(_) => panic!("rows are expected"),
    }
}

fn related<'r>(rows: &'r Rows, key: &str) -> &'r Rows {
    let field = fields(&rows.output).iter().find(|f| &*f.key == key);
    match &field.unwrap().value {
        FieldValue::Related(related) => &related.rows,
        FieldValue::ComputedRows(rows) => rows,
        other => panic!("{other:?} has no rows"),
    }
}

fn texts(params: &Params) -> Vec<Option<&str>> {
    (0..params.len())
        .map(|i| params.get(ParamId(i as u32)).text.as_deref())
        .collect()
}
