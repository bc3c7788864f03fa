//! Keys and identifiers that are long, many or odd.

use crate::harness::*;
use howdah_ir::query::*;

#[tokio::test]
async fn odd_identifiers_are_quoted() {
    let f = fixture(
        r#"create schema "S c.h""e";
           create table "S c.h""e"."T.ä""b" ("C""o.l" int, "t1" int, "t2" text, "ROOT" int, "v" int, "c0" int, "select" int);
           insert into "S c.h""e"."T.ä""b" values (1, 2, 'three', 4, 5, 6, 7);"#,
    )
    .await;
    let table = f.catalog.table_named("S c.h\"e", "T.ä\"b").unwrap();
    let permit = howdah_ir::Roles::default()
        .open_select("admin", table)
        .unwrap();
    let fields: Vec<Field> = f
        .catalog
        .table(table)
        .columns_with_ids()
        .map(|(id, column)| Field {
            key: column.name.replace(['"', '.'], "_").into(),
            value: FieldValue::Column {
                column: permit.column(id).unwrap(),
                path: None,
            },
        })
        .collect();
    assert_eq!(
        f.answer_text(&list(permit.clone(), fields.clone()))
            .await
            .unwrap(),
        r#"[{"C_o_l":1,"t1":2,"t2":"three","ROOT":4,"v":5,"c0":6,"select":7}]"#
    );
    assert_eq!(
        f.answer_text(&object(permit, fields)).await.unwrap(),
        r#"{"C_o_l":1,"t1":2,"t2":"three","ROOT":4,"v":5,"c0":6,"select":7}"#
    );
}

const ONE: &str = "create table one (id int primary key, note text);
                   insert into one values (1, null), (2, 'it''s \"quoted\"')";

#[tokio::test]
async fn keys_longer_than_a_name_are_kept_whole() {
    let f = fixture(ONE).await;
    let long = |tail: &str| format!("{}_{tail}", "k".repeat(63));
    let mut rows = list(
        f.admin("one"),
        vec![
            f.field_as("one", "id", &long("a")),
            f.field_as("one", "note", &long("b")),
            Field {
                key: "__typename".into(),
                value: FieldValue::Literal("one".into()),
            },
            related(
                "same",
                f.mapping(("one", "id"), ("one", "id")),
                object(f.admin("one"), vec![f.field_as("one", "id", &long("c"))]),
            ),
        ],
    );
    rows.order = vec![asc(f.col("one", "id"))];
    let (a, b, c) = (long("a"), long("b"), long("c"));
    assert_eq!(
        f.answer_text(&rows).await.unwrap(),
        format!(
            r#"[{{"{a}":1,"{b}":null,"__typename":"one","same":{{"{c}":1}}}}, {{"{a}":2,"{b}":"it's \"quoted\"","__typename":"one","same":{{"{c}":2}}}}]"#
        )
    );
}

#[tokio::test]
async fn objects_may_have_any_number_of_keys() {
    let f = fixture(ONE).await;
    for n in [51, 1000, 1700, 3000] {
        let fields: Vec<Field> = (0..n)
            .map(|i| f.field_as("one", "id", &format!("k{i}")))
            .collect();
        let mut rows = list(f.admin("one"), fields);
        rows.order = vec![asc(f.col("one", "id"))];
        let answer = f.answer(&rows).await;
        assert_eq!(answer.as_array().unwrap().len(), 2);
        let keys: Vec<&String> = answer[1].as_object().unwrap().keys().collect();
        assert_eq!(keys.len(), n);
        assert_eq!(keys[n - 1], &format!("k{}", n - 1));
        assert_eq!(answer[1]["k50"], 2);
    }
    let counts = (0..120)
        .map(|i| AggregateItem {
            key: format!("n{i}").into(),
            value: AggregateValue::Count {
                columns: vec![],
                distinct: false,
            },
        })
        .collect();
    let output = Output::Aggregate(vec![AggregateField {
        key: "aggregate".into(),
        value: AggregateFieldValue::Aggregate(counts),
    }]);
    let answer = f.answer(&rows(f.admin("one"), output)).await;
    assert_eq!(answer["aggregate"].as_object().unwrap().len(), 120);
    assert_eq!(answer["aggregate"]["n119"], 2);
}
