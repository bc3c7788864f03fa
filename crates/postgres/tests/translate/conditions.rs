//! Conditions: operators, rows they speak of, sessions.

use crate::harness::*;
use crate::reading::BLOG;
use howdah_ir::Session;
use howdah_ir::params::ValueType;
use howdah_ir::permit::{ColumnUse, Target};
use howdah_ir::predicate::*;
use howdah_ir::query::*;
use serde_json::json;

async fn ids(f: &Fixture, table: &str, filter: Predicate) -> Vec<i64> {
    let mut rows = list(f.admin(table), f.fields(table, &["id"]));
    rows.filter = filter;
    rows.order = vec![asc(f.col(table, "id"))];
    f.answer(&rows)
        .await
        .as_array()
        .unwrap()
        .iter()
        .map(|r| r["id"].as_i64().unwrap())
        .collect()
}

#[tokio::test]
async fn text_operators() {
    let mut f = fixture(BLOG).await;
    use Operator as O;
    for (operator, pattern, expected) in [
        (O::Like, "t%", vec![2, 3]),
        (O::NotLike, "t%", vec![1, 4, 5]),
        (O::InsensitiveLike, "T%", vec![2, 3]),
        (O::NotInsensitiveLike, "T%", vec![1, 4, 5]),
        (O::Similar, "(one|two)", vec![1, 2]),
        (O::NotSimilar, "(one|two)", vec![3, 4, 5]),
        (O::Regex, "^f", vec![4, 5]),
        (O::NotRegex, "^f", vec![1, 2, 3]),
        (O::InsensitiveRegex, "^F", vec![4, 5]),
        (O::NotInsensitiveRegex, "^F", vec![1, 2, 3]),
        (O::Greater, "three", vec![2]),
        (O::LessOrEqual, "four", vec![4, 5]),
        (O::Less, "four", vec![5]),
        (O::GreaterOrEqual, "two", vec![2]),
        (O::Equal, r"a\'b", vec![]),
    ] {
        let filter = f.compare("article", "title", operator, "text", pattern);
        assert_eq!(ids(&f, "article", filter).await, expected, "{operator:?}");
    }
}

#[tokio::test]
async fn membership_of_lists_and_arrays() {
    let mut f = fixture(BLOG).await;
    let int = f.ty("int4");
    let col = f.col("article", "id");
    let of =
        |operator, operand| Predicate::Column(col.clone(), Comparison::Binary(operator, operand));
    let array = Operand::Param(f.param_of(ValueType::ArrayOf(int), Some("{1,3}")));
    let empty = Operand::Param(f.param_of(ValueType::ArrayOf(int), Some("{}")));
    let one = f.value("int4", "1");
    let list = Operand::List(
        int,
        vec![one, Operand::Constant(ValueType::One(int), "5".into())],
    );
    let none = Operand::List(int, vec![]);
    assert_eq!(
        ids(&f, "article", of(Operator::In, array.clone())).await,
        [1, 3]
    );
    assert_eq!(
        ids(&f, "article", of(Operator::NotIn, array)).await,
        [2, 4, 5]
    );
    assert_eq!(ids(&f, "article", of(Operator::In, list)).await, [1, 5]);
    for empty in [empty, none] {
        let no_ids: [i64; 0] = [];
        assert_eq!(
            ids(&f, "article", of(Operator::In, empty.clone())).await,
            no_ids
        );
        assert_eq!(
            ids(&f, "article", of(Operator::NotIn, empty)).await,
            [1, 2, 3, 4, 5]
        );
    }
}

#[tokio::test]
async fn units_of_and_or_not() {
    let f = fixture(BLOG).await;
    assert_eq!(ids(&f, "author", Predicate::TRUE).await, [1, 2, 3]);
    let none: [i64; 0] = [];
    assert_eq!(ids(&f, "author", Predicate::FALSE).await, none);
    let not = |p| Predicate::Not(Box::new(p));
    assert_eq!(ids(&f, "author", not(Predicate::TRUE)).await, none);
    assert_eq!(ids(&f, "author", not(Predicate::FALSE)).await, [1, 2, 3]);
    let null = Predicate::Column(f.col("author", "rank"), Comparison::IsNull(true));
    assert_eq!(ids(&f, "author", null.clone()).await, [2]);
    assert_eq!(
        ids(
            &f,
            "author",
            Predicate::Or(vec![not(null), Predicate::FALSE])
        )
        .await,
        [1, 3]
    );
}

#[tokio::test]
async fn session_variables_are_sent_as_one_value_only_when_used() {
    let mut f = fixture(BLOG).await;
    f.session = Session::new(
        "user",
        [
            ("X-Hasura-User-Id".to_owned(), "2".to_owned()),
            ("X-Hasura-Ids".to_owned(), "{1,3}".to_owned()),
        ],
    );
    let int = f.ty("int4");
    let col = f.col("author", "id");
    let id = Operand::Session(ValueType::One(int), "x-hasura-user-id".into());
    let list = Operand::Session(ValueType::ArrayOf(int), "x-hasura-ids".into());
    let is = Predicate::Column(col.clone(), Comparison::Binary(Operator::Equal, id));
    let among = Predicate::Column(col, Comparison::Binary(Operator::In, list));
    assert_eq!(ids(&f, "author", is.clone()).await, [2]);
    assert_eq!(ids(&f, "author", among.clone()).await, [1, 3]);
    let mut rows = list_of_ids(&f);
    assert!(f.compile(&rows).bindings.is_empty());
    rows.filter = Predicate::Or(vec![is, among]);
    assert_eq!(f.compile(&rows).bindings.len(), 1);
}

fn list_of_ids(f: &Fixture) -> Rows {
    list(f.admin("author"), f.fields("author", &["id"]))
}

/// "The author edits one of their own articles", written with the root row from within a relation,
/// and a rule of the related table whose root is the related row.
#[tokio::test]
async fn the_root_row_is_the_row_the_rule_was_written_for() {
    let f = fixture(BLOG).await;
    let root = |table: &str, column: &str| Operand::Column(RowScope::Root, f.column(table, column));
    let articles = f.mapping(("author", "id"), ("article", "author_id"));
    let own = |target: Target, predicate| {
        Predicate::Related(Box::new(RelatedPredicate {
            mapping: articles.clone(),
            target,
            predicate,
        }))
    };
    let edited = Predicate::Column(
        f.col("article", "editor_id"),
        Comparison::Binary(Operator::Equal, root("author", "id")),
    );
    assert_eq!(
        ids(&f, "author", own(f.target("article"), edited)).await,
        [1]
    );

    // A permission filter on the related table: its root is the article.
    let same_author = Predicate::Related(Box::new(RelatedPredicate {
        mapping: f.mapping(("article", "editor_id"), ("author", "id")),
        target: f.target("author"),
        predicate: Predicate::Column(
            f.col("author", "id"),
            Comparison::Binary(Operator::Equal, root("article", "author_id")),
        ),
    }));
    let permit = f.permit("article", f.rules("article", same_author));
    assert_eq!(
        ids(&f, "author", own(permit.target(), Predicate::TRUE)).await,
        [1]
    );

    // `_exists` looks at any row, and the root row ties it to the one that the rule is on.
    let edited_by_them = Predicate::Exists(
        f.target("article"),
        Box::new(Predicate::Column(
            f.col("article", "editor_id"),
            Comparison::Binary(Operator::Equal, root("author", "id")),
        )),
    );
    assert_eq!(ids(&f, "author", edited_by_them).await, [1, 2]);
}

#[tokio::test]
async fn columns_compare_with_columns_of_the_same_row() {
    let f = fixture(BLOG).await;
    let same = Predicate::Column(
        ColumnUse::in_rule(f.column("article", "author_id")),
        Comparison::Binary(
            Operator::Equal,
            Operand::Column(RowScope::Current, f.column("article", "editor_id")),
        ),
    );
    assert_eq!(ids(&f, "article", same).await, [5]);
}

#[tokio::test]
async fn a_nul_character_is_refused_before_postgresql_sees_it() {
    let f = fixture(BLOG).await;
    let text = ValueType::One(f.ty("text"));
    let mut rows = list_of_ids(&f);
    rows.filter = Predicate::Column(
        f.col("author", "name"),
        Comparison::Binary(Operator::Equal, Operand::Constant(text, "a\0b".into())),
    );
    let context = howdah_postgres::translate::Context {
        catalog: &f.catalog,
        options: &f.options,
        params: &f.params,
    };
    let error = howdah_postgres::translate::select(&context, &rows).unwrap_err();
    assert_eq!(error.code().as_str(), "data-exception");
}

#[tokio::test]
async fn more_values_than_a_statement_has_parameters() {
    let mut f = fixture(BLOG).await;
    let int = f.ty("int4");
    let mut items = Vec::new();
    for i in 0..70_000 {
        items.push(f.value("int4", &i.to_string()));
    }
    let filter = Predicate::Column(
        f.col("author", "id"),
        Comparison::Binary(Operator::In, Operand::List(int, items)),
    );
    assert_eq!(ids(&f, "author", filter.clone()).await, [1, 2, 3]);
    let mut rows = list_of_ids(&f);
    rows.filter = filter;
    assert!(f.compile(&rows).bindings.len() < 2000);
    assert_eq!(
        f.answer(&rows).await,
        json!([{"id": 1}, {"id": 2}, {"id": 3}])
    );
}
