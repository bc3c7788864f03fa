//! `select` and `count`.

use super::*;
use howdah_ir::predicate::{Comparison, Operand, Operator};
use howdah_ir::query::{Direction, OrderBy, RowSource};
use serde_json::json;
use std::collections::BTreeMap;

#[test]
fn selects_columns_and_relationships_with_the_rights_of_the_role() {
    let args = json!({
        "table": {"schema": "public", "name": "author"},
        "columns": ["name", "label", {
            "name": "articles", "alias": "works", "columns": ["title"],
            "where": {"id": {"$gt": 1}}, "limit": 2, "order_by": "-id",
        }],
        "where": {"name": {"_like": "A%"}},
        "limit": 5, "offset": 1,
    });
    let (rows, params) = selected("user", &args).unwrap();
    assert_eq!(rows.permit.limit(), Some(10));
    assert!(!rows.permit.filter().is_true());
    assert_eq!(keys(fields(&rows.output)), ["name", "label", "works"]);
    let works = related(&rows, "works");
    assert!(matches!(works.output, Output::List(_)));
    assert!(!works.permit.filter().is_true());
    assert_eq!(works.order[0].direction, Direction::DescNullsFirst);
    assert_eq!(
        texts(&params),
        [Some("A%"), Some("1"), Some("2"), Some("5"), Some("1")]
    );
}

#[test]
fn a_star_is_every_readable_column_and_nothing_else() {
    let args = json!({"table": "author", "columns": ["*"]});
    let (rows, _) = selected("user", &args).unwrap();
    assert_eq!(keys(fields(&rows.output)), ["id", "name"]);
    let (rows, _) = selected("admin", &args).unwrap();
    assert_eq!(keys(fields(&rows.output)), ["id", "name", "bio", "remarks"]);
}

#[test]
fn more_stars_add_readable_relationships() {
    let args = json!({"table": "author", "columns": ["*.*"]});
    let (rows, _) = selected("user", &args).unwrap();
    assert_eq!(keys(fields(&rows.output)), ["id", "name", "articles"]);
    assert_eq!(
        keys(fields(&related(&rows, "articles").output)),
        ["id", "title"]
    );
    // Without a right on the related table the relationship is left out.
    let args = json!({"table": "article", "columns": ["*.*"]});
    let (rows, _) = selected("loner", &args).unwrap();
    assert!(!keys(fields(&rows.output)).contains(&"author"));
    // What stands by name wins over what a star would add.
    let args = json!({"table": "author", "columns":
        ["*.*", {"name": "articles", "alias": "works", "columns": []}]});
    let (rows, _) = selected("user", &args).unwrap();
    assert_eq!(keys(fields(&rows.output)), ["works", "id", "name"]);
}

#[test]
fn stars_are_bounded() {
    let stars = vec!["*"; 20].join(".");
    let (rows, _) = selected("admin", &json!({"table": "article", "columns": ["*"]})).unwrap();
    assert_eq!(fields(&rows.output).len(), 10);
    let told = told(selected(
        "admin",
        &json!({"table": "author", "columns": [format!("{stars}.*")]}),
    ));
    assert_eq!(told, "$.columns[0] | parse-failed | too many stars");
    assert!(selected("admin", &json!({"table": "author", "columns": [stars]})).is_ok());
}

#[test]
fn computed_fields_can_be_selected() {
    let args = json!({"table": "author", "columns":
        ["label", {"name": "latest", "columns": ["id"], "limit": 1}]});
    let (rows, _) = selected("user", &args).unwrap();
    assert!(matches!(
        fields(&rows.output)[0].value,
        FieldValue::Computed { .. }
    ));
    let latest = related(&rows, "latest");
    assert!(matches!(latest.source, RowSource::Function(_)));
    assert!(!latest.permit.filter().is_true());
    assert_eq!(
        told(selected("reader", &args)),
        "$.args.columns[0] | permission-denied | role \"reader\" does not have permission to select computed field \"label\""
    );
}

#[test]
fn refusals_of_select_say_where_and_why() {
    let cases = [
        (
            "admin",
            json!({"table": "foobar", "columns": ["id"]}),
            "$.args.table | not-exists | table \"foobar\" does not exist",
        ),
        (
            "nobody",
            json!({"table": "author", "columns": ["id"]}),
            "$.args | permission-denied | select on \"author\" for role \"nobody\" is not allowed. ",
        ),
        (
            "user",
            json!({"table": "author", "columns": ["id", "remarks"]}),
            "$.args.columns[1] | permission-denied | role \"user\" does not have permission to select column \"remarks\"",
        ),
        (
            "user",
            json!({"table": "author", "columns": ["nothing"]}),
            "$.args.columns[0] | permission-denied | role \"user\" does not have permission to select column \"nothing\"",
        ),
        (
            "admin",
            json!({"table": "author", "columns": ["nothing"]}),
            "$.args.columns[0] | permission-denied | no such column exists: \"nothing\"",
        ),
        (
            "reader",
            json!({"table": "author", "columns": [{"name": "articles", "columns": ["id"]}]}),
            "$.args.columns[0] | permission-denied | role \"reader\" does not have permission to read relationship \"articles\"; no permission on table \"article\"",
        ),
        (
            "admin",
            json!({"table": "author", "columns": [{"name": "name", "columns": ["id"]}]}),
            "$.args.columns[0].name | unexpected-payload | expecting a relationship; but, \"name\" is a postgres column; only relationships can be expanded",
        ),
        (
            "admin",
            json!({"table": "article", "columns": [{"name": "author", "columns": ["id"], "limit": 1}]}),
            "$.args.columns[0] | unexpected-payload | when selecting an 'obj_relationship' 'where', 'order_by', 'limit' and 'offset'  can't be used",
        ),
        (
            "admin",
            json!({"table": "author", "columns": ["id"], "limit": "3"}),
            "$.limit | parse-failed | parsing Int failed, expected Number, but encountered String",
        ),
        (
            "admin",
            json!({"table": "author", "columns": ["id"], "offset": -1}),
            "$.args.offset | not-supported | unexpected negative value",
        ),
        (
            "admin",
            json!({"table": "author", "columns": [{"name": "articles", "columns": ["id"], "limit": -1}]}),
            "$.args.columns[0].limit | not-supported | unexpected negative value",
        ),
        (
            "admin",
            json!({"table": "author"}),
            "$ | parse-failed | key \"columns\" not found",
        ),
        (
            "admin",
            json!({"table": "author", "columns": ["id"], "where": {"id": {"$foo": 1}}}),
            "$.args.where.id[\"$foo\"] | unexpected-payload | Unknown operator: $foo",
        ),
        (
            "user",
            json!({"table": "author", "columns": ["id"], "where": {"remarks": "x"}}),
            "$.args.where | permission-denied | role \"user\" does not have permission to select column \"remarks\"",
        ),
        (
            "loner",
            json!({"table": "article", "columns": ["id"], "where": {"author": {"id": 1}}}),
            "$.args.where | permission-denied | role \"loner\" does not have permission to read relationship \"author\"; no permission on table \"author\"",
        ),
        (
            "admin",
            json!({"table": "article", "columns": ["id"], "where": {"path": {"$ancestor_any": ["a.b."]}}}),
            "$.args.where.path[\"$ancestor_any\"][0] | parse-failed | Expecting label path: a sequence of zero or more labels separated by dots, for example L1.L2.L3",
        ),
        (
            "admin",
            json!({"table": "article", "columns": ["id"], "where": {"is_published": {"_eq": 5}}}),
            "$.args.where.is_published._eq | parse-failed | parsing Bool failed, expected Boolean, but encountered Number",
        ),
        (
            "admin",
            json!({"table": "author", "columns": [{"name": "nothing", "columns": ["id"]}]}),
            "$.args.columns[0].name | not-exists | relationship \"nothing\" does not exist",
        ),
    ];
    for (role, args, expected) in cases {
        assert_eq!(told(selected(role, &args)), expected, "{role}: {args}");
    }
}

#[test]
fn refusals_of_conditions_say_where_and_why() {
    for (condition, expected) in [
        // Only columns and operators are part of the place.
        (
            json!({"nope": 1}),
            "$.args.where | not-exists | \"nope\" does not exist",
        ),
        (
            json!({"author": {"nope": 1}}),
            "$.args.where | not-exists | \"nope\" does not exist",
        ),
        (
            json!({"$and": [{"id": 1}, {"author": {"id": {"$foo": 1}}}]}),
            "$.args.where.id[\"$foo\"] | unexpected-payload | Unknown operator: $foo",
        ),
        // The form of what joins conditions comes first.
        (
            json!({"nope": 1, "$not": []}),
            "$.where[\"$not\"] | parse-failed | parsing boolean expression failed, expected Object, but encountered Array",
        ),
        (
            json!({"_and": [{"_or": {}}]}),
            "$.where._and[0]._or | parse-failed | parsing [] failed, expected Array, but encountered Object",
        ),
        (
            json!({"author": 1}),
            "$.args.where | parse-failed | parsing boolean expression failed, expected Object, but encountered Number",
        ),
        // Operators that the type does not have.
        (
            json!({"id": {"$like": "x"}}),
            "$.args.where.id[\"$like\"] | unexpected-payload |  is of type \"integer\"; this operator works only on columns of type \"varchar\", \"text\", \"citext\", \"bpchar\"",
        ),
        (
            json!({"id": {"_contains": 1}}),
            "$.args.where.id._contains | unexpected-payload |  is of type \"integer\"; this operator works only on columns of type an array or JSONB",
        ),
        (
            json!({"id": {"_has_key": "x"}}),
            "$.args.where.id._has_key | unexpected-payload |  is of type \"integer\"; this operator works only on columns of type \"jsonb\"",
        ),
        (
            json!({"id": {"_ancestor": "x"}}),
            "$.args.where.id._ancestor | unexpected-payload |  is of type \"integer\"; this operator works only on columns of type \"ltree\"",
        ),
        (
            json!({"id": {"_st_d_within": {}}}),
            "$.args.where.id._st_d_within | unexpected-payload |  is of type \"integer\"; this operator works only on columns of type \"geometry\", \"geography\"",
        ),
        (
            json!({"id": {"_in": "x"}}),
            "$.args.where.id._in | parse-failed | parsing [] failed, expected Array, but encountered String",
        ),
        (
            json!({"id": {"_nin": null}}),
            "$.args.where.id._nin | parse-failed | parsing [] failed, expected Array, but encountered Null",
        ),
        // Other columns.
        (
            json!({"id": {"_ceq": "nope"}}),
            "$.args.where.id._ceq | not-exists | column \"nope\" does not exist",
        ),
        (
            json!({"id": {"_ceq": ["author"]}}),
            "$.args.where.id._ceq | unexpected-payload | expecting a database column; but, \"author\" is a relationship; column operators can only compare postgres columns",
        ),
        (
            json!({"id": {"_ceq": "title"}}),
            "$.args.where.id._ceq | unexpected-payload | incompatible column types: \"id\" has type \"integer\", but \"title\" has type \"text\"",
        ),
        (
            json!({"id": {"_ceq": []}}),
            "$.args.where.id._ceq | unexpected | path cannot be empty",
        ),
        (
            json!({"id": {"_ceq": ["author", "id"]}}),
            "$.args.where.id._ceq | not-supported | Relationship references are not supported in column comparison RHS",
        ),
        (
            json!({"id": {"_ceq": 1}}),
            "$.args.where.id._ceq | unexpected | a boolean expression JSON must be either a string or an array",
        ),
    ] {
        let args = json!({"table": "article", "columns": ["id"], "where": condition});
        assert_eq!(told(selected("admin", &args)), expected, "{args}");
    }
    // The type of a column that a role may not see stays unknown to it.
    let args =
        json!({"table": "article", "columns": ["id"], "where": {"id": {"_ceq": "is_published"}}});
    assert_eq!(
        told(selected("user", &args)),
        "$.args.where.id._ceq | permission-denied | role \"user\" does not have permission to select column \"is_published\""
    );
}

#[test]
fn orders_are_read_in_every_spelling() {
    let order = |order_by: Value| {
        let args = json!({"table": "article", "columns": ["id"], "order_by": order_by});
        selected("admin", &args).map(|(rows, _)| {
            let shape = |term: &howdah_ir::query::OrderTerm| {
                let mut depth = 0;
                let mut by = &term.by;
                while let OrderBy::Related { by: inner, .. } = by {
                    depth += 1;
                    by = inner;
                }
                match by {
                    OrderBy::Column(column) => (depth, column.column().0, term.direction),
                    other => panic!("{other:?}"),
                }
            };
            rows.order.iter().map(shape).collect::<Vec<_>>()
        })
    };
    use Direction::{AscNullsFirst, AscNullsLast, DescNullsFirst, DescNullsLast};
    let cases = [
        (json!("title"), (0, 1, AscNullsLast)),
        (json!("+title"), (0, 1, AscNullsLast)),
        (json!("-title"), (0, 1, DescNullsFirst)),
        (json!(["-author.name"]), (1, 1, DescNullsFirst)),
        (json!({"column": "title"}), (0, 1, AscNullsLast)),
        (
            json!({"column": "title", "type": "desc"}),
            (0, 1, DescNullsFirst),
        ),
        (
            json!({"column": "title", "type": "desc", "nulls": "last"}),
            (0, 1, DescNullsLast),
        ),
        (
            json!([{"column": "title", "type": "asc", "nulls": "first"}]),
            (0, 1, AscNullsFirst),
        ),
        (json!({"column": "author.name"}), (1, 1, AscNullsLast)),
        (json!({"column": ["author", "name"]}), (1, 1, AscNullsLast)),
        (
            json!({"column": {"author": "name"}, "type": "desc"}),
            (1, 1, DescNullsFirst),
        ),
    ];
    for (given, expected) in cases {
        assert_eq!(order(given.clone()).unwrap(), [expected], "{given}");
    }
    let refused = [
        (
            json!("author"),
            "$.args.order_by[0] | unexpected-payload | \"author\" is a relationship and should be expanded",
        ),
        (
            json!(["id", "title.x"]),
            "$.args.order_by[1] | unexpected-payload | \"title\" is a Postgres column and cannot be chained further",
        ),
        (
            json!("author.articles.id"),
            "$.args.order_by[0] | unexpected-payload | \"articles\" is an array relationship and can't be used in 'order_by'",
        ),
        (
            json!("author.label"),
            "$.args.order_by[0] | unexpected-payload | \"label\" is a computed field and can't be used in 'order_by'",
        ),
        (
            json!("place"),
            "$.args.order_by[0] | unexpected-payload | \"place\" has type 'geometry' and cannot be used in order_by",
        ),
        (
            json!("nope"),
            "$.args.order_by[0] | not-exists | \"nope\" does not exist",
        ),
        (
            json!("a..b"),
            "$.order_by | parse-failed | col/rel cannot be empty",
        ),
        (
            json!(5),
            "$.order_by | parse-failed | Expecting : array/string/object",
        ),
        (
            json!([{"column": "id", "type": "up"}]),
            "$.order_by[0].type | parse-failed | Expecting \"asc\" or \"desc\"",
        ),
    ];
    for (given, expected) in refused {
        assert_eq!(told(order(given.clone())), expected, "{given}");
    }
}

#[test]
fn an_order_by_a_hidden_column_is_refused() {
    let args = |order: &str| json!({"table": "author", "columns": ["id"], "order_by": order});
    assert_eq!(
        told(selected("user", &args("remarks"))),
        "$.args.order_by[0] | permission-denied | role \"user\" does not have permission to select column \"remarks\""
    );
    let through = json!({"table": "article", "columns": ["id"], "order_by": "author.remarks"});
    assert!(told(selected("user", &through)).contains("permission-denied"));
}

#[test]
fn values_of_a_request_are_never_session_variables() {
    let args = json!({"table": "author", "columns": ["id"],
        "where": {"name": "X-Hasura-User-Id", "$or": [{"name": {"$in": ["x-hasura-a"]}}]}});
    let (rows, params) = selected("admin", &args).unwrap();
    assert_eq!(
        texts(&params),
        [Some("X-Hasura-User-Id"), Some("{\"x-hasura-a\"}")]
    );
    let Predicate::And(parts) = &rows.filter else {
        panic!("two conditions are expected");
    };
    assert!(matches!(
        &parts[0],
        Predicate::Column(_, Comparison::Binary(Operator::Equal, Operand::Param(_)))
    ));
}

#[test]
fn counts_rows_and_different_values() {
    let snapshot = testing::snapshot();
    let source = testing::source(&snapshot);
    let counted = |role: &str, args: Value| count(source, &session(role), &args);
    let plain = counted("user", json!({"table": "author"})).unwrap();
    assert!(plain.rows.distinct_on.is_empty());
    let distinct = counted(
        "admin",
        json!({"table": "article", "distinct": ["author_id", "title", "author_id"],
            "where": {"is_published": true}}),
    )
    .unwrap();
    assert_eq!(distinct.rows.distinct_on.len(), 2);
    assert_eq!(distinct.rows.order.len(), 2);
    assert_eq!(texts(&distinct.params), [Some("true")]);
    assert_eq!(
        told(counted("nobody", json!({"table": "article"}))),
        "$.args | permission-denied | select on \"article\" for role \"nobody\" is not allowed. ; \"count\" is only allowed if the role has \"select\" permissions on the table"
    );
    assert_eq!(
        told(counted(
            "admin",
            json!({"table": "article", "distinct": ["author_name"]})
        )),
        "$.args.distinct[0] | permission-denied | no such column exists: \"author_name\""
    );
}

#[test]
fn a_redacted_column_is_no_operand_of_a_request() {
    let mut snapshot = testing::snapshot();
    let source = &mut snapshot.sources[0];
    let author = source.table_named("public", "author").unwrap().id;
    let rules = source.roles.grant(&"user".into(), author);
    let mut select_rules = (**rules.select.as_ref().unwrap()).clone();
    select_rules.columns = BTreeMap::from([
        (ColumnId(1), None),
        (ColumnId(2), Some(std::sync::Arc::new(Predicate::FALSE))),
    ]);
    rules.select = Some(std::sync::Arc::new(select_rules));
    let args = |other: &str| json!({"table": "author", "columns": ["name"], "where": {"name": {"$ceq": other}}});
    assert!(select(source, &session("user"), &args("name")).is_ok());
    assert!(told(select(source, &session("user"), &args("bio"))).contains("permission-denied"));
}

#[test]
fn the_source_is_named_or_the_default_one() {
    assert_eq!(source_name(&json!({})).unwrap(), "default");
    assert_eq!(source_name(&json!({"source": "s"})).unwrap(), "s");
    assert_eq!(
        told(source_name(&json!({"source": 1})).map(str::to_owned)),
        "$.source | parse-failed | parsing Text failed, expected String, but encountered Number"
    );
}
