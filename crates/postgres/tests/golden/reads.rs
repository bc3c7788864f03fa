//! Reads.

use crate::*;
use howdah_ir::permit::Target;
use insta::assert_snapshot;
use std::sync::Arc;

fn mine() -> Predicate {
    let int4 = blog().type_named("int4").unwrap();
    let session = Operand::Session(ValueType::One(int4), "x-hasura-user-id".into());
    Predicate::Column(col(ID), Comparison::Binary(Operator::Equal, session))
}

fn author_with_name() -> Field {
    let author = rows(
        admin(AUTHOR),
        Output::Object(vec![field("name", col(NAME))]),
    );
    related("author", &AUTHOR_OF, author)
}

#[test]
fn by_key() {
    let mut case = Case::new();
    let mut row = rows(
        admin(AUTHOR),
        Output::Object(vec![field("id", col(ID)), field("name", col(NAME))]),
    );
    row.filter = case.compare(col(ID), Operator::Equal, "int4", "1");
    assert_snapshot!(case.select(&row));
}

#[test]
fn flat_list_of_a_role() {
    let mut case = Case::new();
    case.options.stringify_numbers = true;
    let fields = vec![
        field("id", col(ID)),
        field("rank", col(RANK)),
        field("home", col(HOME)),
        Field {
            key: "__typename".into(),
            value: FieldValue::Literal("author".into()),
        },
    ];
    let mut list = rows(
        permit(AUTHOR, mine(), |rules| rules.limit = Some(20)),
        Output::List(fields),
    );
    list.filter = case.compare(col(NAME), Operator::InsensitiveLike, "text", "a%");
    list.order = vec![asc(col(NAME)), asc(col(ID))];
    list.limit = Some(case.param("int8", "5"));
    list.offset = Some(case.param("int8", "10"));
    assert_snapshot!(case.select(&list));
}

#[test]
fn nested_relations() {
    let case = Case::new();
    let mut articles = rows(
        admin(ARTICLE),
        Output::List(vec![field("title", col(TITLE)), author_with_name()]),
    );
    articles.order = vec![asc(col(ID))];
    let fields = vec![
        field("id", col(ID)),
        related("articles", &ARTICLES, articles),
    ];
    assert_snapshot!(case.select(&rows(admin(AUTHOR), Output::List(fields))));
}

/// Authors with their articles, each as the permits say.
fn authors(author: SelectPermit, articles: Rows) -> Rows {
    let fields = vec![
        field("id", col(ID)),
        related("articles", &ARTICLES, articles),
    ];
    rows(author, Output::List(fields))
}

fn titles(article: SelectPermit) -> Rows {
    rows(article, Output::List(vec![field("title", col(TITLE))]))
}

#[test]
fn children_of_all_parents_are_grouped() {
    let case = Case::new();
    let article = permit(ARTICLE, mine(), |_| {});
    assert_snapshot!(case.select(&authors(admin(AUTHOR), titles(article))));
}

#[test]
fn children_of_some_parents_are_not_grouped() {
    let mut case = Case::new();
    let mut some = authors(admin(AUTHOR), titles(admin(ARTICLE)));
    some.filter = case.compare(col(NAME), Operator::InsensitiveLike, "text", "a%");
    assert_snapshot!(case.select(&some));
}

#[test]
fn slices_of_children_are_joined_with_what_has_a_key() {
    let mut case = Case::new();
    let mut articles = rows(
        admin(ARTICLE),
        Output::List(vec![field("title", col(TITLE)), author_with_name()]),
    );
    articles.order = vec![asc(col(ID))];
    articles.limit = Some(case.param("int8", "5"));
    assert_snapshot!(case.select(&authors(admin(AUTHOR), articles)));
}

/// A rule on articles: that there is an author of theirs who satisfies a rule.
fn by_author(rule: Predicate) -> Predicate {
    Predicate::Related(Box::new(RelatedPredicate {
        mapping: AUTHOR_OF.to_vec(),
        target: Target::in_rule(AUTHOR),
        predicate: rule,
    }))
}

fn titled() -> Predicate {
    Predicate::Column(col(TITLE), Comparison::IsNull(false))
}

#[test]
fn what_the_parent_satisfies_is_not_asked_of_its_children() {
    let case = Case::new();
    let rule = Predicate::all([titled(), by_author(mine())]);
    let article = permit(ARTICLE, rule, |_| {});
    assert_snapshot!(case.select(&authors(permit(AUTHOR, mine(), |_| {}), titles(article))));
}

#[test]
fn what_the_child_says_of_its_parent_is_not_asked_of_it() {
    let case = Case::new();
    let author = rows(
        permit(AUTHOR, mine(), |_| {}),
        Output::Object(vec![field("name", col(NAME))]),
    );
    let article = permit(ARTICLE, by_author(mine()), |_| {});
    let fields = vec![related("author", &AUTHOR_OF, author)];
    assert_snapshot!(case.select(&rows(article, Output::List(fields))));
}

#[test]
fn many_conditions_are_not_all_joins() {
    let case = Case::new();
    let mut articles = titles(admin(ARTICLE));
    articles.filter = Predicate::And((0..100).map(|_| by_author(mine())).collect());
    let sql = case.select(&articles);
    assert_eq!(sql.matches("cross join lateral").count(), 8);
    assert_eq!(sql.matches("exists").count(), 92);
}

#[test]
fn what_is_said_of_another_row_is_asked() {
    let case = Case::new();
    let of_root = |column| {
        let root = Operand::Column(RowScope::Root, column);
        Predicate::Column(col(ID), Comparison::Binary(Operator::Equal, root))
    };
    let article = permit(ARTICLE, by_author(of_root(ID)), |_| {});
    let author = permit(AUTHOR, of_root(ID), |_| {});
    assert_snapshot!(case.select(&authors(author, titles(article))));
}

#[test]
fn sliced_list_with_relations() {
    let mut case = Case::new();
    let mut list = rows(
        permit(ARTICLE, mine(), |_| {}),
        Output::List(vec![field("title", col(TITLE)), author_with_name()]),
    );
    list.order = vec![
        OrderTerm {
            by: OrderBy::Related {
                mapping: AUTHOR_OF.to_vec(),
                target: permit(AUTHOR, mine(), |_| {}).target(),
                by: Box::new(OrderBy::Column(col(NAME))),
            },
            direction: Direction::DescNullsLast,
        },
        asc(col(ID)),
    ];
    list.limit = Some(case.param("int8", "5"));
    assert_snapshot!(case.select(&list));
}

#[test]
fn aggregate_alone() {
    let case = Case::new();
    assert_snapshot!(case.select(&rows(admin(AUTHOR), Output::Aggregate(vec![totals()]))));
}

fn totals() -> AggregateField {
    AggregateField {
        key: "aggregate".into(),
        value: AggregateFieldValue::Aggregate(vec![
            AggregateItem {
                key: "count".into(),
                value: AggregateValue::Count {
                    columns: vec![],
                    distinct: false,
                },
            },
            AggregateItem {
                key: "max".into(),
                value: AggregateValue::Function {
                    function: AggregateFunction::Max,
                    fields: vec![("rank".into(), AggregateArgument::Column(col(RANK)))],
                },
            },
        ]),
    }
}

fn nodes() -> AggregateField {
    AggregateField {
        key: "nodes".into(),
        value: AggregateFieldValue::Nodes(vec![field("name", col(NAME))]),
    }
}

#[test]
fn aggregate_with_nodes() {
    let mut case = Case::new();
    let mut rows = rows(admin(AUTHOR), Output::Aggregate(vec![totals(), nodes()]));
    rows.order = vec![asc(col(NAME))];
    rows.limit = Some(case.param("int8", "5"));
    assert_snapshot!(case.select(&rows));
}

#[test]
fn aggregate_with_nodes_under_a_limit_of_the_role() {
    let case = Case::new();
    let limited = permit(AUTHOR, mine(), |rules| rules.limit = Some(3));
    let mut rows = rows(limited, Output::Aggregate(vec![totals(), nodes()]));
    rows.order = vec![asc(col(NAME))];
    assert_snapshot!(case.select(&rows));
}

#[test]
fn conditions_across_relations() {
    let mut case = Case::new();
    let of_root = Operand::Column(RowScope::Root, ID);
    let edited = Predicate::Column(
        col(AUTHOR_ID),
        Comparison::Binary(Operator::NotEqual, of_root),
    );
    let long = case.compare(col(TITLE), Operator::Like, "text", "%long%");
    let related = Predicate::Related(Box::new(RelatedPredicate {
        mapping: ARTICLES.to_vec(),
        target: permit(ARTICLE, mine(), |_| {}).target(),
        predicate: Predicate::And(vec![edited, Predicate::Not(Box::new(long))]),
    }));
    let any = Predicate::Exists(Target::in_rule(ARTICLE), Box::new(mine()));
    let count = case.param("int4", "3");
    let many = Predicate::Aggregate(Box::new(AggregatePredicate {
        mapping: ARTICLES.to_vec(),
        target: Target::in_rule(ARTICLE),
        function: AggregateFunction::Count,
        arguments: vec![col(TITLE)],
        distinct: true,
        filter: mine(),
        comparisons: vec![Comparison::Binary(Operator::Greater, Operand::Param(count))],
    }));
    let mut list = rows(admin(AUTHOR), Output::List(vec![field("id", col(ID))]));
    list.filter = Predicate::Or(vec![related, any, many]);
    assert_snapshot!(case.select(&list));
}

#[test]
fn redacted_column_in_distinct_and_order() {
    let case = Case::new();
    let permit = permit(AUTHOR, Predicate::TRUE, |rules| {
        rules.columns.insert(NAME, Some(Arc::new(mine())));
    });
    let name = permit.column(NAME).unwrap();
    let mut list = rows(permit, Output::List(vec![field("name", name.clone())]));
    list.distinct_on = vec![name.clone()];
    list.order = vec![asc(name)];
    assert_snapshot!(case.select(&list));
}

#[test]
fn functions_and_computed_fields() {
    let mut case = Case::new();
    let call = |function, arguments: Vec<(Option<&str>, ArgumentValue)>| FunctionCall {
        function,
        arguments: arguments
            .into_iter()
            .map(|(name, value)| CallArgument {
                name: name.map(Into::into),
                value,
            })
            .collect(),
    };
    let mark = ArgumentValue::Operand(Operand::Param(case.param("text", "!")));
    let shout = ComputedUse {
        call: call(
            SHOUT,
            vec![(None, ArgumentValue::Row), (Some("mark"), mark)],
        ),
        redaction: None,
    };
    let mut best = rows(
        admin(ARTICLE),
        Output::List(vec![field("title", col(TITLE))]),
    );
    best.source = RowSource::Function(call(BEST, vec![(None, ArgumentValue::Row)]));
    let session = Operand::SessionObject(case.catalog.type_named("jsonb").unwrap());
    let mut list = rows(
        admin(AUTHOR),
        Output::List(vec![
            Field {
                key: "shout".into(),
                value: FieldValue::Computed {
                    computed: shout,
                    path: None,
                },
            },
            Field {
                key: "best".into(),
                value: FieldValue::ComputedRows(Box::new(best)),
            },
        ]),
    );
    list.source = RowSource::Function(call(SEARCH, vec![(None, ArgumentValue::Operand(session))]));
    assert_snapshot!(case.select(&list));
}

#[test]
fn json_path_and_geometry() {
    let mut case = Case::new();
    let path = Field {
        key: "part".into(),
        value: FieldValue::Column {
            column: col(DATA),
            path: Some(vec!["a b".into(), "0".into()]),
        },
    };
    assert_snapshot!(
        "json_path",
        case.select(&rows(admin(ARTICLE), Output::List(vec![path])))
    );
    let mut near = rows(admin(AUTHOR), Output::List(vec![field("home", col(HOME))]));
    near.filter = case.compare(col(HOME), Operator::StWithin, "geometry", "{}");
    assert_snapshot!("geometry", case.select(&near));
}

#[test]
fn long_key() {
    let case = Case::new();
    let fields = vec![field(&"k".repeat(64), col(ID)), field("name", col(NAME))];
    assert_snapshot!(case.select(&rows(admin(AUTHOR), Output::List(fields))));
}

#[test]
fn plain_rows() {
    let mut case = Case::new();
    let permit = permit(AUTHOR, mine(), |rules| {
        rules.columns.insert(NAME, Some(Arc::new(mine())));
    });
    let fields = vec![
        field("id", col(ID)),
        Field {
            key: "__typename".into(),
            value: FieldValue::Literal("author".into()),
        },
        field("name", permit.column(NAME).unwrap()),
        field("home", col(HOME)),
    ];
    let mut list = rows(permit, Output::List(fields));
    list.order = vec![asc(col(ID))];
    list.limit = Some(case.param("int8", "5"));
    assert_snapshot!(case.read(&list));
}

#[test]
fn plain_rows_with_relations() {
    let mut case = Case::new();
    let mut articles = rows(
        admin(ARTICLE),
        Output::List(vec![field("title", col(TITLE))]),
    );
    articles.order = vec![asc(col(ID))];
    let author = rows(
        permit(AUTHOR, mine(), |_| {}),
        Output::Object(vec![
            field("name", col(NAME)),
            related("articles", &ARTICLES, articles),
        ]),
    );
    let mut list = rows(
        admin(ARTICLE),
        Output::List(vec![
            field("title", col(TITLE)),
            related("author", &AUTHOR_OF, author),
        ]),
    );
    list.order = vec![asc(col(ID))];
    list.limit = Some(case.param("int8", "5"));
    assert_snapshot!(case.read(&list));
}
