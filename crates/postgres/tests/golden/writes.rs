//! Writes.

use crate::*;
use howdah_ir::mutation::*;
use howdah_ir::permit::{InsertPermit, InsertRules, Roles, UpdatePermit, UpdateRules};
use howdah_postgres::translate::MutationStatement;
use insta::assert_snapshot;
use std::sync::Arc;

fn both(statement: &MutationStatement) -> String {
    let write = layout(&statement.write);
    match &statement.read {
        None => write,
        Some(read) => format!("{write}\n\n{}", layout(read)),
    }
}

fn named(case: &mut Case, name: &str) -> Predicate {
    case.compare(col(NAME), Operator::Equal, "text", name)
}

fn may_insert(check: Predicate) -> InsertPermit {
    let mut roles = Roles::default();
    roles.grant(&"user".into(), AUTHOR).insert = Some(Arc::new(InsertRules {
        columns: Default::default(),
        check: Arc::new(check),
        presets: vec![],
        backend_only: false,
        validation: None,
    }));
    roles.open_insert("user", AUTHOR, false).unwrap()
}

fn may_update(filter: Predicate, check: Predicate) -> UpdatePermit {
    let mut roles = Roles::default();
    roles.grant(&"user".into(), AUTHOR).update = Some(Arc::new(UpdateRules {
        columns: Default::default(),
        filter: Arc::new(filter),
        check: Some(Arc::new(check)),
        presets: vec![],
        backend_only: false,
        validation: None,
    }));
    roles.open_update("user", AUTHOR, false).unwrap()
}

fn response(fields: Vec<Field>) -> MutationOutput {
    let field = |key: &str, value| MutationField {
        key: key.into(),
        value,
    };
    MutationOutput::Response(vec![
        field("affected_rows", MutationFieldValue::AffectedRows),
        field(
            "returning",
            MutationFieldValue::Returning(admin(AUTHOR), fields),
        ),
    ])
}

#[test]
fn upsert_with_checks() {
    let mut case = Case::new();
    let one = WriteValue::Operand(Operand::Param(case.param("int4", "1")));
    let name = WriteValue::Operand(Operand::Param(case.param("text", "ann")));
    let insert = Insert {
        permit: may_insert(named(&mut case, "new")),
        rows: vec![
            vec![(ID, one)],
            vec![(NAME, name), (RANK, WriteValue::Null)],
        ],
        on_conflict: Some(OnConflict {
            constraint: Some("author_pkey".into()),
            update: Some(ConflictUpdate {
                permit: may_update(named(&mut case, "old"), named(&mut case, "changed")),
                columns: vec![NAME],
                presets: vec![(RANK, WriteValue::Default)],
                filter: Predicate::TRUE,
            }),
        }),
        output: response(vec![field("id", col(ID))]),
    };
    assert_snapshot!(both(&translate::insert(&case.context(), &insert).unwrap()));
}

#[test]
fn insert_whose_answer_reads_tables() {
    let mut case = Case::new();
    let id = WriteValue::Operand(Operand::Param(case.param("int4", "1")));
    let articles = rows(
        admin(ARTICLE),
        Output::List(vec![field("title", col(TITLE))]),
    );
    let insert = Insert {
        permit: Roles::default()
            .open_insert("admin", AUTHOR, false)
            .unwrap(),
        rows: vec![vec![(ID, id)]],
        on_conflict: None,
        output: MutationOutput::Single(
            admin(AUTHOR),
            vec![
                field("id", col(ID)),
                related("articles", &ARTICLES, articles),
            ],
        ),
    };
    assert_snapshot!(both(&translate::insert(&case.context(), &insert).unwrap()));
}

#[test]
fn update_of_a_role() {
    let mut case = Case::new();
    let by = Operand::Param(case.param("int8", "1"));
    let update = Update {
        permit: may_update(named(&mut case, "mine"), named(&mut case, "still mine")),
        filter: case.compare(col(ID), Operator::Greater, "int4", "5"),
        assignments: vec![(RANK, Assignment::Increment(by))],
        output: response(vec![field("rank", col(RANK))]),
    };
    assert_snapshot!(both(&translate::update(&case.context(), &update).unwrap()));
}

#[test]
fn delete_by_key() {
    let mut case = Case::new();
    let delete = Delete {
        permit: Roles::default()
            .open_delete("admin", AUTHOR, false)
            .unwrap(),
        filter: case.compare(col(ID), Operator::Equal, "int4", "5"),
        output: MutationOutput::Single(admin(AUTHOR), vec![field("name", col(NAME))]),
    };
    assert_snapshot!(both(&translate::delete(&case.context(), &delete).unwrap()));
}
