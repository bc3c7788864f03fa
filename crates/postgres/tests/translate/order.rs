//! Order, places of NULLs and `distinct on`.

use crate::harness::*;
use crate::reading::BLOG;
use howdah_ir::permit::{ColumnUse, Roles};
use howdah_ir::predicate::*;
use howdah_ir::query::*;
use serde_json::{Value, json};
use std::sync::Arc;

fn ids(answer: &Value) -> Vec<i64> {
    answer
        .as_array()
        .unwrap()
        .iter()
        .map(|r| r["id"].as_i64().unwrap())
        .collect()
}

#[tokio::test]
async fn all_directions_place_their_nulls() {
    let f = fixture(BLOG).await;
    let mut rows = list(f.admin("article"), f.fields("article", &["id"]));
    for (direction, expected) in [
        (Direction::AscNullsLast, [1, 2, 4, 5, 3]),
        (Direction::AscNullsFirst, [3, 1, 2, 4, 5]),
        (Direction::DescNullsFirst, [3, 5, 4, 2, 1]),
        (Direction::DescNullsLast, [5, 4, 2, 1, 3]),
    ] {
        rows.order = vec![by(OrderBy::Column(f.col("article", "rating")), direction)];
        assert_eq!(ids(&f.answer(&rows).await), expected, "{direction:?}");
    }
}

#[tokio::test]
async fn by_an_aggregate_of_related_rows_then_by_a_related_column() {
    let f = fixture(BLOG).await;
    let mapping = f.mapping(("author", "id"), ("article", "author_id"));
    let count = |aggregate| OrderBy::Aggregate {
        mapping: mapping.clone(),
        target: f.target("article"),
        aggregate,
    };
    let mut rows = list(f.admin("author"), f.fields("author", &["id"]));
    rows.order = vec![by(count(OrderAggregate::Count), Direction::DescNullsLast)];
    assert_eq!(ids(&f.answer(&rows).await), [1, 2, 3]);
    let highest = OrderAggregate::Column(AggregateFunction::Max, f.col("article", "rating"));
    rows.order = vec![
        by(count(highest), Direction::DescNullsFirst),
        desc(f.col("author", "id")),
    ];
    assert_eq!(ids(&f.answer(&rows).await), [3, 2, 1]);

    // article → author → (as an article's editor) is two steps.
    let mut rows = list(f.admin("article"), f.fields("article", &["id"]));
    rows.order = vec![
        by(
            OrderBy::Related {
                mapping: f.mapping(("article", "editor_id"), ("author", "id")),
                target: f.target("author"),
                by: Box::new(count(OrderAggregate::Count)),
            },
            Direction::DescNullsLast,
        ),
        desc(f.col("article", "id")),
    ];
    assert_eq!(ids(&f.answer(&rows).await), [5, 3, 1, 4, 2]);
}

#[tokio::test]
async fn rows_that_the_role_cannot_see_do_not_order() {
    let mut f = fixture(BLOG).await;
    let not_ann = f.compare("author", "name", Operator::NotEqual, "text", "ann");
    let visible = f.permit("author", f.rules("author", not_ann));
    let mut rows = list(f.admin("article"), f.fields("article", &["id"]));
    rows.order = vec![
        by(
            OrderBy::Related {
                mapping: f.mapping(("article", "author_id"), ("author", "id")),
                target: visible.target(),
                by: Box::new(OrderBy::Column(f.col("author", "name"))),
            },
            Direction::AscNullsLast,
        ),
        asc(f.col("article", "id")),
    ];
    assert_eq!(ids(&f.answer(&rows).await), [3, 1, 2, 4, 5]);
}

#[tokio::test]
async fn distinct_rows_with_relations_keep_their_order() {
    let f = fixture(BLOG).await;
    let mut fields = f.fields("article", &["id"]);
    fields.push(related(
        "author",
        f.mapping(("article", "author_id"), ("author", "id")),
        object(f.admin("author"), f.fields("author", &["name"])),
    ));
    let mut rows = list(f.admin("article"), fields);
    rows.distinct_on = vec![f.col("article", "author_id")];
    rows.order = vec![
        desc(f.col("article", "author_id")),
        desc(f.col("article", "id")),
    ];
    assert_eq!(
        f.answer(&rows).await,
        json!([
            {"id": 4, "author": null},
            {"id": 3, "author": {"name": "bob"}},
            {"id": 5, "author": {"name": "ann"}},
        ])
    );
}

/// The author's rank is shown to the role only where the author has a published article: a rule
/// with a subquery, whose expression `distinct on` and `order by` must share to the letter.
#[tokio::test]
async fn redacted_columns_are_null_everywhere() {
    let mut f = fixture(BLOG).await;
    let id = f.value("int4", "2");
    let rule = Predicate::Related(Box::new(RelatedPredicate {
        mapping: f.mapping(("author", "id"), ("article", "author_id")),
        target: f.target("article"),
        predicate: Predicate::Column(
            f.col("article", "id"),
            Comparison::Binary(Operator::NotEqual, id),
        ),
    }));
    // Only authors 1 and 2 have such articles.
    let mut rules = f.rules("author", Predicate::TRUE);
    let name = f.column("author", "name");
    rules.columns.insert(name, Some(Arc::new(rule)));
    let permit = f.permit("author", rules);
    let hidden: ColumnUse = permit.column(name).unwrap();
    let field = Field {
        key: "name".into(),
        value: FieldValue::Column {
            column: hidden.clone(),
            path: None,
        },
    };
    let mut rows = list(permit.clone(), vec![f.field("author", "id"), field]);
    rows.order = vec![
        by(OrderBy::Column(hidden.clone()), Direction::AscNullsFirst),
        asc(f.col("author", "id")),
    ];
    let shown =
        json!([{"id": 3, "name": null}, {"id": 1, "name": "ann"}, {"id": 2, "name": "bob"}]);
    assert_eq!(f.answer(&rows).await, shown);

    rows.distinct_on = vec![hidden.clone()];
    assert_eq!(f.answer(&rows).await, shown);

    let mut sliced = rows.clone();
    sliced.limit = Some(f.param("int8", "1"));
    let Output::List(fields) = &mut sliced.output else {
        unreachable!()
    };
    fields.push(related(
        "articles",
        f.mapping(("author", "id"), ("article", "author_id")),
        list(f.admin("article"), f.fields("article", &["id"])),
    ));
    assert_eq!(
        f.answer(&sliced).await,
        json!([{"id": 3, "name": null, "articles": []}])
    );

    let cyd = f.value("text", "cyd");
    rows.filter = Predicate::Column(hidden.clone(), Comparison::Binary(Operator::Equal, cyd));
    assert_eq!(f.answer(&rows).await, json!([]));

    rows.filter = Predicate::TRUE;
    rows.distinct_on.clear();
    rows.order.clear();
    rows.output = Output::Aggregate(vec![AggregateField {
        key: "aggregate".into(),
        value: AggregateFieldValue::Aggregate(vec![
            AggregateItem {
                key: "count".into(),
                value: AggregateValue::Count {
                    columns: vec![hidden.clone()],
                    distinct: false,
                },
            },
            AggregateItem {
                key: "max".into(),
                value: AggregateValue::Function {
                    function: AggregateFunction::Max,
                    fields: vec![("name".into(), AggregateArgument::Column(hidden))],
                },
            },
        ]),
    }]);
    assert_eq!(
        f.answer(&rows).await,
        json!({"aggregate": {"count": 2, "max": {"name": "bob"}}})
    );
    assert!(
        Roles::default()
            .open_select("user", f.table("author"))
            .is_none()
    );
}
