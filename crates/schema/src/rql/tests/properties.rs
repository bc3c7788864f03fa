//! What holds for arguments of any form.

use super::*;
use proptest::prelude::*;
use serde_json::json;

/// Values in which the words of the operations turn up everywhere.
fn json_values() -> impl Strategy<Value = Value> {
    let word = prop::sample::select(vec![
        "table",
        "columns",
        "where",
        "order_by",
        "limit",
        "offset",
        "distinct",
        "objects",
        "on_conflict",
        "action",
        "ignore",
        "update",
        "constraint",
        "constraint_on",
        "author_pkey",
        "returning",
        "$set",
        "$inc",
        "$mul",
        "$default",
        "values",
        "author",
        "article",
        "articles",
        "id",
        "name",
        "title",
        "tags",
        "path",
        "place",
        "words",
        "label",
        "latest",
        "*",
        "*.*",
        "-id",
        "author.name",
        "$and",
        "_or",
        "$not",
        "$exists",
        "_table",
        "_where",
        "$eq",
        "_in",
        "$ceq",
        "_cast",
        "String",
        "$st_d_within",
        "distance",
        "from",
        "_ancestor_any",
        "column",
        "type",
        "nulls",
        "alias",
        "X-Hasura-User-Id",
        "",
        ".",
        "é",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        word.clone().prop_map(Value::from),
        ".*".prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 64, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((word.clone(), inner), 0..6).prop_map(|entries| {
                Value::Object(
                    entries
                        .into_iter()
                        .map(|(k, v)| (k.to_owned(), v))
                        .collect(),
                )
            }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_arguments_make_it_panic(
        parts in prop::collection::vec(json_values(), 8),
        table in prop::sample::select(vec!["author", "article", "recent"]),
        role in prop::sample::select(vec!["admin", "user", "writer", "loner", "nobody"]),
    ) {
        thread_local! {
            static SNAPSHOT: crate::model::Snapshot = testing::snapshot();
        }
        let keys = ["columns", "where", "order_by", "objects", "on_conflict", "$set", "distinct", "returning"];
        let mut args: Map<String, Value> = keys.iter().map(|k| (*k).to_owned()).zip(parts.clone()).collect();
        args.insert("table".into(), table.into());
        let mut all = vec![Value::Object(args.clone())];
        // One broken part must not keep the others from being read.
        for key in keys {
            let mut some = args.clone();
            some.retain(|k, _| k == key || k == "table");
            some.entry("columns").or_insert(json!(["*"]));
            some.entry("where").or_insert(json!({}));
            some.entry("objects").or_insert(json!([{}]));
            all.push(Value::Object(some));
        }
        all.extend(parts);
        SNAPSHOT.with(|snapshot| {
            let source = testing::source(snapshot);
            let session = session(role);
            for args in &all {
                let _ = select(source, &session, args);
                let _ = count(source, &session, args);
                for write in [insert, update, delete] {
                    let _ = write(source, &session, args);
                }
            }
        });
    }

    /// Whatever is asked for, a role's answer shows columns of its permission only.
    #[test]
    fn no_selection_shows_a_column_without_permission(columns in json_values()) {
        let args = json!({"table": "author", "columns": [columns, "id"]});
        if let Ok((rows, _)) = selected("user", &args) {
            for field in fields(&rows.output) {
                if let FieldValue::Column { column, .. } = &field.value {
                    prop_assert!(column.column().0 <= 1);
                }
            }
        }
    }
}
