//! Lists, objects, relationships, order and slices.

use crate::harness::*;
use howdah_ir::predicate::*;
use howdah_ir::query::*;
use serde_json::json;

pub const BLOG: &str = "
    create table author (id int primary key, name text, rank bigint);
    create table article (id int primary key, title text, author_id int references author, editor_id int references author,
                          rating numeric, published boolean not null default false);
    insert into author values (1, 'ann', 9007199254740993), (2, 'bob', null), (3, 'cyd', 7);
    insert into article values (1, 'one', 1, 2, 1.10, true), (2, 'two', 1, null, 2.5, false),
                               (3, 'three', 2, 1, null, true), (4, 'four', null, null, 4, true), (5, 'five', 1, 1, 5, true);
";

fn author_of(f: &Fixture, fields: &[&str]) -> Field {
    related(
        "author",
        f.mapping(("article", "author_id"), ("author", "id")),
        object(f.admin("author"), f.fields("author", fields)),
    )
}

fn articles_of(f: &Fixture, fields: &[&str]) -> Rows {
    let mut rows = list(f.admin("article"), f.fields("article", fields));
    rows.order = vec![asc(f.col("article", "id"))];
    rows
}

fn articles(f: &Fixture, rows: Rows) -> Field {
    related(
        "articles",
        f.mapping(("author", "id"), ("article", "author_id")),
        rows,
    )
}

#[tokio::test]
async fn a_list_keeps_the_order_of_keys_and_every_digit() {
    let f = fixture(BLOG).await;
    let mut rows = list(
        f.admin("author"),
        f.fields("author", &["rank", "id", "name"]),
    );
    rows.order = vec![desc(f.col("author", "id"))];
    assert_eq!(
        f.answer_text(&rows).await.unwrap(),
        "[{\"rank\":7,\"id\":3,\"name\":\"cyd\"}, \n {\"rank\":null,\"id\":2,\"name\":\"bob\"}, \n \
         {\"rank\":9007199254740993,\"id\":1,\"name\":\"ann\"}]"
    );
}

#[tokio::test]
async fn no_rows_are_an_empty_list_and_a_null_object() {
    let mut f = fixture(BLOG).await;
    let none = f.compare("author", "id", Operator::Equal, "int4", "99");
    let mut rows = list(f.admin("author"), f.fields("author", &["id"]));
    rows.filter = none.clone();
    assert_eq!(f.answer(&rows).await, json!([]));
    let mut row = object(f.admin("author"), f.fields("author", &["id"]));
    row.filter = none;
    assert_eq!(f.answer(&row).await, json!(null));
    row.filter = Predicate::TRUE;
    row.order = vec![desc(f.col("author", "id"))];
    assert_eq!(f.answer(&row).await, json!({"id": 3}));
}

#[tokio::test]
async fn related_rows_nest_to_any_depth() {
    let mut f = fixture(BLOG).await;
    let limit = f.param("int8", "2");
    let mut fields = f.fields("article", &["title"]);
    fields.push(author_of(&f, &["name"]));
    let mut inner = articles_of(&f, &[]);
    inner.output = Output::List(fields);
    inner.limit = Some(limit);
    let mut outer = f.fields("author", &["id"]);
    outer.push(articles(&f, inner));
    let mut rows = list(f.admin("author"), outer);
    rows.order = vec![asc(f.col("author", "id"))];
    assert_eq!(
        f.answer(&rows).await,
        json!([
            {"id": 1, "articles": [{"title": "one", "author": {"name": "ann"}}, {"title": "two", "author": {"name": "ann"}}]},
            {"id": 2, "articles": [{"title": "three", "author": {"name": "bob"}}]},
            {"id": 3, "articles": []},
        ])
    );
}

#[tokio::test]
async fn a_sliced_list_with_relations_keeps_its_order() {
    let mut f = fixture(BLOG).await;
    let mut fields = f.fields("article", &["id"]);
    fields.push(author_of(&f, &["name"]));
    let mut rows = list(f.admin("article"), fields);
    rows.order = vec![
        by(
            OrderBy::Related {
                mapping: f.mapping(("article", "author_id"), ("author", "id")),
                target: f.target("author"),
                by: Box::new(OrderBy::Column(f.col("author", "name"))),
            },
            Direction::DescNullsLast,
        ),
        desc(f.col("article", "id")),
    ];
    rows.limit = Some(f.param("int8", "3"));
    rows.offset = Some(f.param("int8", "1"));
    assert_eq!(
        f.answer(&rows).await,
        json!([
            {"id": 5, "author": {"name": "ann"}},
            {"id": 2, "author": {"name": "ann"}},
            {"id": 1, "author": {"name": "ann"}},
        ])
    );
}

#[tokio::test]
async fn a_missing_related_object_is_null_and_no_parent_is_doubled() {
    let f = fixture(&format!(
        "{BLOG} create table alias (author int, alias text); insert into alias values (1, 'a'), (1, 'b')"
    ))
    .await;
    let mut fields = f.fields("author", &["id"]);
    fields.push(related(
        "alias",
        f.mapping(("author", "id"), ("alias", "author")),
        object(f.admin("alias"), f.fields("alias", &["author"])),
    ));
    let mut rows = list(f.admin("author"), fields);
    rows.order = vec![asc(f.col("author", "id"))];
    assert_eq!(
        f.answer(&rows).await,
        json!([{"id": 1, "alias": {"author": 1}}, {"id": 2, "alias": null}, {"id": 3, "alias": null}])
    );
}

#[tokio::test]
async fn conditions_on_relations_are_about_existence() {
    let mut f = fixture(BLOG).await;
    let published = f.compare("article", "published", Operator::Equal, "bool", "true");
    let has = Predicate::Related(Box::new(RelatedPredicate {
        mapping: f.mapping(("author", "id"), ("article", "author_id")),
        target: f.target("article"),
        predicate: published,
    }));
    let mut rows = list(f.admin("author"), f.fields("author", &["id"]));
    rows.order = vec![asc(f.col("author", "id"))];
    rows.filter = has.clone();
    assert_eq!(f.answer(&rows).await, json!([{"id": 1}, {"id": 2}]));
    rows.filter = Predicate::Not(Box::new(has));
    assert_eq!(f.answer(&rows).await, json!([{"id": 3}]));
}

#[tokio::test]
async fn the_permit_s_limit_holds_beside_the_client_s() {
    let mut f = fixture(BLOG).await;
    let mut rules = f.rules("article", Predicate::TRUE);
    rules.limit = Some(2);
    let mut rows = list(f.permit("article", rules), f.fields("article", &["id"]));
    rows.order = vec![asc(f.col("article", "id"))];
    assert_eq!(f.answer(&rows).await, json!([{"id": 1}, {"id": 2}]));
    rows.limit = Some(f.param("int8", "1"));
    assert_eq!(f.answer(&rows).await, json!([{"id": 1}]));
    rows.limit = Some(f.param("int8", "100"));
    assert_eq!(f.answer(&rows).await, json!([{"id": 1}, {"id": 2}]));
}

#[tokio::test]
async fn limits_of_zero_and_null() {
    let mut f = fixture(BLOG).await;
    let mut rows = list(f.admin("author"), f.fields("author", &["id"]));
    rows.order = vec![asc(f.col("author", "id"))];
    rows.limit = Some(f.param("int8", "0"));
    assert_eq!(f.answer(&rows).await, json!([]));
    let bigint = howdah_ir::ValueType::One(f.ty("int8"));
    rows.limit = Some(f.param_of(bigint, None));
    rows.offset = Some(f.param_of(bigint, None));
    assert_eq!(
        f.answer(&rows).await,
        json!([{"id": 1}, {"id": 2}, {"id": 3}])
    );
    let mut rules = f.rules("author", Predicate::TRUE);
    rules.limit = Some(1);
    rows.permit = f.permit("author", rules);
    assert_eq!(f.answer(&rows).await, json!([{"id": 1}]));
}

#[tokio::test]
async fn composite_keys_join_on_every_column() {
    let f = fixture(
        "create table place (a int, b int, name text, primary key (a, b));
         create table stay (id int primary key, a int, b int, foreign key (a, b) references place);
         insert into place values (1, 1, 'x'), (1, 2, 'y');
         insert into stay values (1, 1, 2), (2, 1, null);",
    )
    .await;
    let mapping = ["a", "b"].map(|c| (f.column("stay", c), f.column("place", c)));
    let mut rows = list(
        f.admin("stay"),
        vec![related(
            "place",
            mapping.to_vec(),
            object(f.admin("place"), f.fields("place", &["name"])),
        )],
    );
    rows.order = vec![asc(f.col("stay", "id"))];
    assert_eq!(
        f.answer(&rows).await,
        json!([{"place": {"name": "y"}}, {"place": null}])
    );
    assert!(!f.compile(&rows).sql.contains("limit"));
}
