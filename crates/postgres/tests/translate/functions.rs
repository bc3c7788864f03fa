//! Functions as sources of rows and as computed fields.

use crate::harness::*;
use crate::reading::BLOG;
use howdah_ir::Session;
use howdah_ir::params::ValueType;
use howdah_ir::predicate::*;
use howdah_ir::query::*;
use serde_json::json;

fn schema() -> String {
    format!(
        "{BLOG}
        create view writers as select rank, name, id from author;
        create function shout(a author, mark text default '!') returns text language sql stable as $$ select upper(a.name) || mark $$;
        create function whisper(w writers) returns text language sql stable as $$ select lower(w.name) $$;
        create function best(a author, minimum numeric) returns setof article language sql stable
            as $$ select * from article where author_id = a.id and rating >= minimum order by id $$;
        create function search(pattern text, hasura_session json) returns setof author language sql stable
            as $$ select * from author where name like pattern or id = (hasura_session ->> 'x-hasura-user-id')::int $$;
        create function first_author() returns author language sql stable as $$ select * from author order by id limit 1 $$;
        create function doubled(a author) returns bigint language sql stable as $$ select a.rank * 1 $$;
        "
    )
}

fn computed(f: &Fixture, name: &str, mut more: Vec<ArgumentValue>) -> ComputedUse {
    more.insert(0, ArgumentValue::Row);
    ComputedUse {
        call: f.call(name, more),
        redaction: None,
    }
}

fn field(key: &str, computed: ComputedUse) -> Field {
    Field {
        key: key.into(),
        value: FieldValue::Computed {
            computed,
            path: None,
        },
    }
}

#[tokio::test]
async fn scalar_computed_fields_in_output_filter_and_order() {
    let mut f = fixture(&schema()).await;
    f.options.stringify_numbers = true;
    let mark = ArgumentValue::Operand(f.value("text", "?"));
    let mut rows = list(
        f.admin("author"),
        vec![
            field("plain", computed(&f, "shout", vec![])),
            field("asking", computed(&f, "shout", vec![mark])),
            field("rank", computed(&f, "doubled", vec![])),
        ],
    );
    rows.order = vec![by(
        OrderBy::Computed(computed(&f, "shout", vec![])),
        Direction::DescNullsLast,
    )];
    rows.filter = Predicate::Computed(computed(&f, "doubled", vec![]), Comparison::IsNull(false));
    let expected = json!([
        {"plain": "CYD!", "asking": "CYD?", "rank": "7"},
        {"plain": "ANN!", "asking": "ANN?", "rank": "9007199254740993"},
    ]);
    assert_eq!(f.answer(&rows).await, expected);

    // Sliced and with a relation: the row is still of the table's type.
    rows.limit = Some(f.param("int8", "1"));
    let Output::List(fields) = &mut rows.output else {
        unreachable!()
    };
    fields.push(related(
        "articles",
        f.mapping(("author", "id"), ("article", "author_id")),
        list(f.admin("article"), f.fields("article", &["id"])),
    ));
    assert_eq!(
        f.answer(&rows).await,
        json!([{"plain": "CYD!", "asking": "CYD?", "rank": "7", "articles": []}])
    );
}

#[tokio::test]
async fn computed_fields_of_views_and_of_rows_of_functions() {
    let f = fixture(&schema()).await;
    let mut rows = list(
        f.admin("writers"),
        vec![field("w", computed(&f, "whisper", vec![]))],
    );
    rows.order = vec![asc(f.col("writers", "id"))];
    assert_eq!(
        f.answer(&rows).await,
        json!([{"w": "ann"}, {"w": "bob"}, {"w": "cyd"}])
    );
    let mut rows = list(
        f.admin("author"),
        vec![field("s", computed(&f, "shout", vec![]))],
    );
    rows.source = RowSource::Function(f.call("first_author", vec![]));
    assert_eq!(f.answer(&rows).await, json!([{"s": "ANN!"}]));
    rows.output = Output::Object(f.fields("author", &["id"]));
    assert_eq!(f.answer(&rows).await, json!({"id": 1}));
}

#[tokio::test]
async fn table_computed_fields() {
    let mut f = fixture(&schema()).await;
    let least = ArgumentValue::Operand(f.value("numeric", "2"));
    let call = computed(&f, "best", vec![least]).call;
    let published = f.compare("article", "published", Operator::Equal, "bool", "true");
    let mut inner = list(
        f.permit("article", f.rules("article", published.clone())),
        f.fields("article", &["id"]),
    );
    inner.source = RowSource::Function(call.clone());
    let mut rows = list(
        f.admin("author"),
        vec![
            f.field("author", "id"),
            Field {
                key: "best".into(),
                value: FieldValue::ComputedRows(Box::new(inner)),
            },
        ],
    );
    rows.order = vec![
        by(
            OrderBy::ComputedAggregate {
                call: call.clone(),
                target: f.target("article"),
                aggregate: OrderAggregate::Count,
            },
            Direction::AscNullsLast,
        ),
        desc(f.col("author", "id")),
    ];
    // Author 1 has 2 (unpublished) and 5 of rating 2 and more.
    let expected =
        json!([{"id": 3, "best": []}, {"id": 2, "best": []}, {"id": 1, "best": [{"id": 5}]}]);
    assert_eq!(f.answer(&rows).await, expected);
    rows.limit = Some(f.param("int8", "10"));
    assert_eq!(f.answer(&rows).await, expected);

    rows.limit = None;
    rows.output = Output::List(f.fields("author", &["id"]));
    let unpublished = f.compare("article", "published", Operator::Equal, "bool", "false");
    let matches = |target, predicate| {
        Predicate::ComputedRows(Box::new(ComputedRowsPredicate {
            call: call.clone(),
            target,
            predicate,
        }))
    };
    rows.filter = matches(f.target("article"), unpublished.clone());
    assert_eq!(f.answer(&rows).await, json!([{"id": 1}]));
    // The role's filter on the returned table holds in conditions, too.
    let visible = f.permit("article", f.rules("article", published)).target();
    rows.filter = matches(visible, unpublished);
    assert_eq!(f.answer(&rows).await, json!([]));
}

#[tokio::test]
async fn root_functions_with_named_and_session_arguments() {
    let mut f = fixture(&schema()).await;
    f.session = Session::new("user", [("x-hasura-user-id".to_owned(), "3".to_owned())]);
    let pattern = f.value("text", "b%");
    let mut call = f.call("search", vec![]);
    call.arguments = vec![
        CallArgument {
            name: Some("hasura_session".into()),
            value: ArgumentValue::Operand(Operand::SessionObject(f.ty("json"))),
        },
        CallArgument {
            name: Some("pattern".into()),
            value: ArgumentValue::Operand(pattern),
        },
    ];
    let mut rows = list(f.admin("author"), f.fields("author", &["name"]));
    rows.source = RowSource::Function(call);
    rows.order = vec![asc(f.col("author", "id"))];
    assert_eq!(
        f.answer(&rows).await,
        json!([{"name": "bob"}, {"name": "cyd"}])
    );
    let id = Operand::Session(ValueType::One(f.ty("int4")), "x-hasura-user-id".into());
    rows.filter = Predicate::Column(
        f.col("author", "id"),
        Comparison::Binary(Operator::NotEqual, id),
    );
    assert_eq!(f.answer(&rows).await, json!([{"name": "bob"}]));
}

#[tokio::test]
async fn a_row_argument_without_a_row_is_an_error() {
    let f = fixture(&schema()).await;
    let mut rows = list(f.admin("author"), f.fields("author", &["name"]));
    rows.source = RowSource::Function(f.call("search", vec![ArgumentValue::Row]));
    let context = howdah_postgres::translate::Context {
        catalog: &f.catalog,
        options: &f.options,
        params: &f.params,
    };
    assert!(howdah_postgres::translate::select(&context, &rows).is_err());
}
