//! `aggregate` and `nodes`, at the root and below.

use crate::harness::*;
use crate::reading::BLOG;
use howdah_ir::predicate::*;
use howdah_ir::query::*;
use serde_json::json;

fn aggregate(items: Vec<AggregateItem>) -> AggregateField {
    AggregateField {
        key: "aggregate".into(),
        value: AggregateFieldValue::Aggregate(items),
    }
}

fn nodes(fields: Vec<Field>) -> AggregateField {
    AggregateField {
        key: "nodes".into(),
        value: AggregateFieldValue::Nodes(fields),
    }
}

fn item(key: &str, value: AggregateValue) -> AggregateItem {
    AggregateItem {
        key: key.into(),
        value,
    }
}

fn count(columns: Vec<howdah_ir::ColumnUse>, distinct: bool) -> AggregateValue {
    AggregateValue::Count { columns, distinct }
}

fn of(f: &Fixture, function: AggregateFunction, table: &str, columns: &[&str]) -> AggregateItem {
    item(
        function.name(),
        AggregateValue::Function {
            function,
            fields: columns
                .iter()
                .map(|c| ((*c).into(), AggregateArgument::Column(f.col(table, c))))
                .collect(),
        },
    )
}

fn all(f: &Fixture) -> Vec<AggregateField> {
    vec![
        aggregate(vec![
            item("count", count(vec![], false)),
            item("rated", count(vec![f.col("article", "rating")], false)),
            item("authors", count(vec![f.col("article", "author_id")], true)),
            item(
                "pairs",
                count(
                    vec![f.col("article", "author_id"), f.col("article", "editor_id")],
                    true,
                ),
            ),
            of(f, AggregateFunction::Sum, "article", &["rating", "id"]),
            of(f, AggregateFunction::Max, "article", &["title"]),
            item(
                "__typename",
                AggregateValue::Literal("article_aggregate_fields".into()),
            ),
        ]),
        AggregateField {
            key: "__typename".into(),
            value: AggregateFieldValue::Literal("article_aggregate".into()),
        },
    ]
}

#[tokio::test]
async fn aggregates_alone() {
    let f = fixture(BLOG).await;
    let rows = rows(f.admin("article"), Output::Aggregate(all(&f)));
    assert_eq!(
        f.answer_text(&rows).await.unwrap().replace(' ', ""),
        r#"{"aggregate":{"count":5,"rated":4,"authors":2,"pairs":5,"sum":{"rating":12.60,"id":15},"max":{"title":"two"},"__typename":"article_aggregate_fields"},"__typename":"article_aggregate"}"#
    );
}

#[tokio::test]
async fn numbers_become_strings_by_the_column_s_type() {
    let mut f = fixture(BLOG).await;
    f.options.stringify_numbers = true;
    let items = vec![
        of(&f, AggregateFunction::Sum, "article", &["rating", "id"]),
        of(&f, AggregateFunction::Avg, "article", &["rating"]),
    ];
    let rows = rows(
        f.admin("article"),
        Output::Aggregate(vec![aggregate(items)]),
    );
    assert_eq!(
        f.answer(&rows).await,
        json!({"aggregate": {"sum": {"rating": "12.60", "id": 15}, "avg": {"rating": "3.1500000000000000"}}})
    );
}

#[tokio::test]
async fn the_client_s_slice_applies_to_aggregates_and_nodes() {
    let mut f = fixture(BLOG).await;
    let mut fields = f.fields("article", &["id"]);
    fields.push(related(
        "author",
        f.mapping(("article", "author_id"), ("author", "id")),
        object(f.admin("author"), f.fields("author", &["name"])),
    ));
    let mut rows = rows(
        f.admin("article"),
        Output::Aggregate(vec![
            nodes(fields),
            aggregate(vec![
                item("count", count(vec![], false)),
                of(&f, AggregateFunction::Sum, "article", &["id"]),
            ]),
        ]),
    );
    rows.order = vec![desc(f.col("article", "id"))];
    rows.limit = Some(f.param("int8", "3"));
    rows.offset = Some(f.param("int8", "1"));
    assert_eq!(
        f.answer(&rows).await,
        json!({
            "nodes": [
                {"id": 4, "author": null},
                {"id": 3, "author": {"name": "bob"}},
                {"id": 2, "author": {"name": "ann"}},
            ],
            "aggregate": {"count": 3, "sum": {"id": 9}},
        })
    );
    let Output::Aggregate(fields) = &mut rows.output else {
        unreachable!()
    };
    fields.remove(0);
    assert_eq!(
        f.answer(&rows).await,
        json!({"aggregate": {"count": 3, "sum": {"id": 9}}})
    );
}

#[tokio::test]
async fn the_permit_s_limit_applies_to_nodes_only() {
    let f = fixture(BLOG).await;
    let mut rules = f.rules("article", Predicate::TRUE);
    rules.limit = Some(2);
    let permit = f.permit("article", rules);
    let output = |f: &Fixture| {
        Output::Aggregate(vec![
            aggregate(vec![item("count", count(vec![], false))]),
            nodes(f.fields("article", &["id"])),
        ])
    };
    let mut plain = rows(permit.clone(), output(&f));
    plain.order = vec![desc(f.col("article", "id"))];
    let expected = json!({"aggregate": {"count": 5}, "nodes": [{"id": 5}, {"id": 4}]});
    assert_eq!(f.answer(&plain).await, expected);

    // From a function, which is called once.
    let f = fixture(&format!(
        "{BLOG} create function articles() returns setof article language sql stable as 'select * from article'"
    ))
    .await;
    let mut called = rows(permit, output(&f));
    called.order = vec![desc(f.col("article", "id"))];
    called.source = RowSource::Function(f.call("articles", vec![]));
    assert_eq!(f.answer(&called).await, expected);
    assert_eq!(f.compile(&called).sql.matches("\"articles\"").count(), 1);
}

#[tokio::test]
async fn nested_aggregates_belong_to_their_parents() {
    let f = fixture(BLOG).await;
    let inner = rows(
        f.admin("article"),
        Output::Aggregate(vec![
            aggregate(vec![item("count", count(vec![], false))]),
            nodes(f.fields("article", &["id"])),
        ]),
    );
    let mut fields = f.fields("author", &["id"]);
    fields.push(related(
        "articles_aggregate",
        f.mapping(("author", "id"), ("article", "author_id")),
        Rows {
            order: vec![desc(f.col("article", "id"))],
            ..inner
        },
    ));
    let mut rows = list(f.admin("author"), fields);
    rows.order = vec![asc(f.col("author", "id"))];
    assert_eq!(
        f.answer(&rows).await,
        json!([
            {"id": 1, "articles_aggregate": {"aggregate": {"count": 3}, "nodes": [{"id": 5}, {"id": 2}, {"id": 1}]}},
            {"id": 2, "articles_aggregate": {"aggregate": {"count": 1}, "nodes": [{"id": 3}]}},
            {"id": 3, "articles_aggregate": {"aggregate": {"count": 0}, "nodes": []}},
        ])
    );
}

#[tokio::test]
async fn aggregates_of_distinct_rows() {
    let f = fixture(BLOG).await;
    let mut rows = rows(
        f.admin("article"),
        Output::Aggregate(vec![
            aggregate(vec![item("count", count(vec![], false))]),
            nodes(f.fields("article", &["author_id"])),
        ]),
    );
    rows.distinct_on = vec![f.col("article", "author_id")];
    rows.order = vec![asc(f.col("article", "author_id"))];
    assert_eq!(
        f.answer(&rows).await,
        json!({"aggregate": {"count": 3}, "nodes": [{"author_id": 1}, {"author_id": 2}, {"author_id": null}]})
    );
}

#[tokio::test]
async fn conditions_on_aggregates_of_related_rows() {
    let mut f = fixture(BLOG).await;
    let published = f.compare("article", "published", Operator::Equal, "bool", "true");
    let two = f.value("int4", "2");
    let one = f.value("int4", "1");
    let mut predicate = AggregatePredicate {
        mapping: f.mapping(("author", "id"), ("article", "author_id")),
        target: f.target("article"),
        function: AggregateFunction::Count,
        arguments: vec![],
        distinct: false,
        filter: published,
        comparisons: vec![
            Comparison::Binary(Operator::GreaterOrEqual, one),
            Comparison::Binary(Operator::Equal, two),
        ],
    };
    let mut rows = list(f.admin("author"), f.fields("author", &["id"]));
    rows.filter = Predicate::Aggregate(Box::new(predicate.clone()));
    assert_eq!(f.answer(&rows).await, json!([{"id": 1}]));
    predicate.function = AggregateFunction::BoolAnd;
    predicate.arguments = vec![f.col("article", "published")];
    predicate.filter = Predicate::TRUE;
    let truth = f.value("bool", "true");
    predicate.comparisons = vec![Comparison::Binary(Operator::Equal, truth)];
    rows.filter = Predicate::Aggregate(Box::new(predicate));
    assert_eq!(f.answer(&rows).await, json!([{"id": 2}]));
}
