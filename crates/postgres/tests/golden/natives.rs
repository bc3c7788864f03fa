//! Queries written by users.

use super::*;
use howdah_ir::catalog::{
    Column, NativePiece, NativeQuery, NativeQueryId, Table, TableId, TableKind, Writable,
};
use insta::assert_snapshot;

const LABELS: NativeQueryId = NativeQueryId(0);
/// The rows of [`LABELS`].
const LABEL: TableId = TableId(2);
/// Their columns.
const LABEL_ID: howdah_ir::ColumnId = howdah_ir::ColumnId(0);
const LABEL_TEXT: howdah_ir::ColumnId = howdah_ir::ColumnId(1);

/// A case with a native query that takes a number and a text.
fn case() -> Case {
    let mut case = Case::new();
    let types = ["int4", "text"].map(|name| case.catalog.type_named(name).unwrap());
    case.catalog.tables.push(Table {
        schema: "public".into(),
        name: "label".into(),
        oid: 0,
        kind: TableKind::Virtual,
        is_partition: false,
        has_children: false,
        columns: (["id", "text"].iter().zip(types))
            .enumerate()
            .map(|(i, (name, ty))| Column {
                name: (*name).into(),
                number: i as i16 + 1,
                ty,
                nullable: false,
                has_default: false,
                generated_always: false,
                comment: None,
            })
            .collect(),
        primary_key: None,
        unique_keys: vec![],
        foreign_keys: vec![],
        comment: None,
        writable: Writable::default(),
    });
    case.catalog.native_queries.push(NativeQuery {
        name: "labels".into(),
        rows: LABEL,
        code: vec![
            NativePiece::Sql("select id, text from label where id > ".into()),
            NativePiece::Argument(0),
            NativePiece::Sql(" and text like ".into()),
            NativePiece::Argument(1),
            NativePiece::Sql(" or id = ".into()),
            NativePiece::Argument(0),
            NativePiece::Sql(" -- that is all".into()),
        ],
        arguments: types.to_vec(),
    });
    case.catalog.index();
    case
}

fn call(case: &mut Case, least: &str, pattern: &str) -> RowSource {
    let least = case.param("int4", least);
    let pattern = case.param("text", pattern);
    RowSource::Native(NativeCall {
        query: LABELS,
        arguments: vec![Operand::Param(least), Operand::Param(pattern)],
    })
}

#[test]
fn native_query() {
    let mut case = case();
    let filter = Predicate::Column(
        col(LABEL_ID),
        Comparison::Binary(
            Operator::Equal,
            Operand::Session(
                howdah_ir::ValueType::One(case.catalog.type_named("int4").unwrap()),
                "x-hasura-user-id".into(),
            ),
        ),
    );
    let fields = vec![field("id", col(LABEL_ID)), field("text", col(LABEL_TEXT))];
    let mut list = rows(permit(LABEL, filter, |_| {}), Output::List(fields));
    list.source = call(&mut case, "1", "a%");
    list.filter = case.compare(col(LABEL_TEXT), Operator::NotEqual, "text", "b");
    list.order = vec![asc(col(LABEL_TEXT))];
    list.limit = Some(case.param("int8", "10"));
    assert_snapshot!(case.select(&list));
}

#[test]
fn native_query_relationships() {
    let mut case = case();
    let source = call(&mut case, "1", "a%");
    let label = |output| {
        let mut rows = rows(admin(LABEL), output);
        rows.source = source.clone();
        rows
    };
    // The same call twice is one expression.
    let many = label(Output::List(vec![field("text", col(LABEL_TEXT))]));
    let one = label(Output::Object(vec![field("text", col(LABEL_TEXT))]));
    let mapping = [(ID, LABEL_ID)];
    let list = rows(
        admin(AUTHOR),
        Output::List(vec![
            field("name", col(NAME)),
            related("labels", &mapping, many),
            related("label", &mapping, one),
        ]),
    );
    assert_snapshot!(case.select(&list));
}

#[test]
fn a_native_query_is_read_through_its_own_permit_only() {
    let mut case = case();
    let mut list = rows(admin(AUTHOR), Output::List(vec![field("id", col(ID))]));
    list.source = call(&mut case, "1", "a");
    assert!(translate::select(&case.context(), &list).is_err());
    let bare = rows(admin(LABEL), Output::List(vec![field("id", col(LABEL_ID))]));
    assert!(translate::select(&case.context(), &bare).is_err());
}
