//! `insert`, `update` and `delete`.

use super::*;
use howdah_ir::mutation::{Assignment, MutationFieldValue, MutationOutput, OnConflict, WriteValue};
use howdah_ir::predicate::Operand;
use serde_json::json;

#[test]
fn numbers_keep_their_digits() {
    let price = "123456789012345678901234567890.000000000000000000000001";
    let objects: Value = serde_json::from_str(&format!(
        "[{{\"price\": {price}, \"reads\": 9223372036854775807}}]"
    ))
    .unwrap();
    let args = json!({"table": "article", "objects": objects});
    let (_, params) = written(insert, "admin", &args).unwrap();
    assert_eq!(texts(&params), [Some(price), Some("9223372036854775807")]);
}

fn inserted(role: &str, args: &Value) -> Result<howdah_ir::mutation::Insert> {
    written(insert, role, args).map(|(mutation, _)| match mutation {
        Mutation::Insert(tree) => {
            assert_eq!(tree.paths.len(), tree.insert.rows.len());
            tree.insert
        }
        other => panic!("{other:?}"),
    })
}

#[test]
fn inserts_rows_with_presets() {
    let args = json!({"table": "author", "objects": [{"name": "A"}, {"name": null}],
        "returning": ["id", "name"]});
    let insert = inserted("user", &args).unwrap();
    assert_eq!(insert.rows.len(), 2);
    let columns: Vec<u32> = insert.rows[0].iter().map(|(column, _)| column.0).collect();
    assert_eq!(columns, [1, 0]);
    assert!(matches!(
        &insert.rows[0][1].1,
        WriteValue::Operand(Operand::Session(_, name)) if &**name == "x-hasura-user-id"
    ));
    assert_eq!(insert.rows[1][0].1, WriteValue::Null);
    let MutationOutput::Response(answer) = &insert.output else {
        panic!("a response is expected");
    };
    let keys: Vec<&str> = answer.iter().map(|f| &*f.key).collect();
    assert_eq!(keys, ["returning", "affected_rows"]);
    assert!(matches!(
        &answer[0].value,
        MutationFieldValue::Returning(_, fields) if fields.len() == 2
    ));
}

#[test]
fn refusals_of_insert_say_where_and_why() {
    let on = |object: Value| json!({"table": "author", "objects": [object]});
    let cases = [
        (
            "reader",
            on(json!({"name": "A"})),
            "$.args | permission-denied | insert on \"author\" for role \"reader\" is not allowed. ",
        ),
        (
            "user",
            on(json!({"id": 5})),
            "$.args.objects[0] | not-supported | column \"id\" is not insertable for role \"user\"",
        ),
        (
            "user",
            on(json!({"remarks": "x"})),
            "$.args.objects[0] | permission-denied | role \"user\" does not have permission to insert column \"remarks\"",
        ),
        (
            "admin",
            on(json!({"nope": "x"})),
            "$.args.objects[0] | not-exists | column \"nope\" does not exist",
        ),
        (
            "admin",
            on(json!({"articles": []})),
            "$.args.objects[0] | unexpected-payload | expecting a database column; but, \"articles\" is a relationship; relationships can't be inserted",
        ),
        (
            "admin",
            on(json!({"id": 2147483648_u64})),
            "$.args.objects[0].id | parse-failed | The value 2.147483648e9 lies outside the bounds or is not an integer. Maybe it is a float, or is there integer overflow?",
        ),
        (
            "writer",
            json!({"table": "author", "objects": [{}], "returning": ["id"]}),
            "$.args | permission-denied | select on \"author\" for role \"writer\" is not allowed. ; \"returning\" can only be used if the role has \"select\" permission on the table",
        ),
        (
            "user",
            json!({"table": "author", "objects": [{}], "returning": ["id", "remarks"]}),
            "$.args.returning | permission-denied | role \"user\" does not have permission to select column \"remarks\"",
        ),
        (
            "admin",
            json!({"table": "recent", "objects": [{"id": 1}]}),
            "$.args | not-supported | view \"recent\" is not insertable",
        ),
        (
            "admin",
            json!({"table": "author", "objects": {"id": 1}}),
            "$.args.objects | parse-failed | parsing [] failed, expected Array, but encountered Object",
        ),
        (
            "admin",
            json!({"table": "author", "objects": [1]}),
            "$.args.objects[0] | parse-failed | parsing HashMap failed, expected Object, but encountered Number",
        ),
        (
            "admin",
            json!({"table": "author", "objects": []}),
            "$.args.objects | unexpected-payload | objects should not be empty",
        ),
        (
            "admin",
            json!({"table": {"schema": "other", "name": "notes"}, "objects": [{}]}),
            "$.args | not-exists | table \"other.notes\" does not exist",
        ),
    ];
    for (role, args, expected) in cases {
        assert_eq!(told(inserted(role, &args)), expected, "{role}: {args}");
    }
}

fn conflict(role: &str, on_conflict: Value) -> Result<OnConflict> {
    let args = json!({"table": "author", "objects": [{"name": "A"}], "on_conflict": on_conflict});
    inserted(role, &args).map(|insert| insert.on_conflict.unwrap())
}

#[test]
fn upserts_need_the_right_to_update() {
    let ignore = conflict("admin", json!({"action": "ignore"})).unwrap();
    assert_eq!((ignore.constraint, ignore.update), (None, None));
    let update = json!({"action": "update", "constraint": "author_name_key"});
    let found = conflict("user", update.clone()).unwrap();
    assert_eq!(found.constraint.as_deref(), Some("author_name_key"));
    let change = found.update.unwrap();
    assert_eq!(change.columns, [ColumnId(1)]);
    assert_eq!(change.presets.len(), 1);
    assert!(change.permit.rules().is_some());
    let by_column = json!({"action": "update", "constraint_on": "name"});
    let by_columns = json!({"action": "update", "constraint_on": ["name"]});
    for columns in [by_column, by_columns] {
        assert_eq!(
            conflict("admin", columns).unwrap().constraint.as_deref(),
            Some("author_name_key")
        );
    }

    let refused = [
        (
            "admin",
            json!({"action": "update"}),
            "$.args.on_conflict | unexpected-payload | Expecting 'constraint' or 'constraint_on' when the 'action' is 'update'",
        ),
        (
            "admin",
            json!({"action": "update", "constraint": "a", "constraint_on": ["id"]}),
            "$.args.on_conflict | unexpected-payload | 'constraint' and 'constraint_on' cannot be set at a time",
        ),
        (
            "admin",
            json!({"action": "ignore", "constraint": "nope"}),
            "$.args.on_conflict.constraint | unexpected | constraint \"nope\" for table \"author\" does not exist",
        ),
        (
            "admin",
            json!({"action": "ignore", "constraint_on": ["bio"]}),
            "$.args | constraint-error | there is no unique or exclusion constraint on target column(s)",
        ),
        (
            "admin",
            json!({"action": "upsert"}),
            "$.on_conflict.action | parse-failed | Expecting 'ignore' or 'update'",
        ),
    ];
    for (role, given, expected) in refused {
        assert_eq!(told(conflict(role, given.clone())), expected, "{given}");
    }
}

#[test]
fn a_role_without_update_permission_cannot_upsert() {
    // The role may insert every column, but nothing gives it a right to update articles.
    let mut snapshot = testing::snapshot();
    let source = &mut snapshot.sources[0];
    let author = source.table_named("public", "author").unwrap().id;
    source.roles.grant(&"user".into(), author).update = None;
    let args = json!({"table": "author", "objects": [{"name": "A"}],
        "on_conflict": {"action": "update", "constraint": "author_name_key"}});
    assert_eq!(
        told(insert(source, &session("user"), &args)),
        "$.args.on_conflict | permission-denied | upsert is not allowed for role \"user\" since update permissions are not defined"
    );
}

#[test]
fn an_upsert_changes_only_updatable_columns() {
    let mut snapshot = testing::snapshot();
    let source = &mut snapshot.sources[0];
    let author = source.table_named("public", "author").unwrap().id;
    let writer = source.roles.rules("writer", author).unwrap().insert.clone();
    source.roles.grant(&"user".into(), author).insert = writer;
    let args = |object: Value| {
        json!({"table": "author", "objects": [object],
            "on_conflict": {"action": "update", "constraint": "author_pkey"}})
    };
    let lowered = |object: Value| insert(source, &session("user"), &args(object));
    assert!(lowered(json!({"name": "A"})).is_ok());
    for hidden in ["id", "remarks", "bio"] {
        assert_eq!(
            told(lowered(json!({"name": "A", hidden: "1"}))),
            format!(
                "$.args.on_conflict | validation-failed | column \"{hidden}\" is not updatable"
            )
        );
    }
}

fn updated(role: &str, args: &Value) -> Result<howdah_ir::mutation::Update> {
    written(update, role, args).map(|(mutation, _)| match mutation {
        Mutation::Update(update) => update,
        other => panic!("{other:?}"),
    })
}

#[test]
fn updates_with_every_operator() {
    let args = json!({"table": "article", "where": {"id": 1}, "$set": {"title": "T"},
        "$inc": {"reads": 1}, "$mul": {"price": 2}, "$default": ["tags"]});
    let update = updated("admin", &args).unwrap();
    let kinds: Vec<(u32, bool)> = update
        .assignments
        .iter()
        .map(|(column, assignment)| (column.0, matches!(assignment, Assignment::Set(_))))
        .collect();
    assert_eq!(kinds, [(1, true), (5, false), (6, false), (4, true)]);
    assert_eq!(
        update.assignments[3].1,
        Assignment::Set(WriteValue::Default)
    );
    // The old spelling, and a preset.
    let args = json!({"table": "author", "where": {}, "values": {"name": "N"}});
    let update = updated("user", &args).unwrap();
    let columns: Vec<u32> = update.assignments.iter().map(|(c, _)| c.0).collect();
    assert_eq!(columns, [2, 1]);
}

#[test]
fn refusals_of_update_and_delete_say_where_and_why() {
    let set = |values: Value| json!({"table": "author", "where": {}, "$set": values});
    let cases = [
        (
            "user",
            set(json!({"remarks": "x"})),
            "$.args[\"$set\"] | permission-denied | role \"user\" does not have permission to update column \"remarks\"",
        ),
        (
            "user",
            set(json!({"bio": "x"})),
            "$.args[\"$set\"] | not-supported | column \"bio\" is not updatable for role \"user\"; its value is predefined in permission",
        ),
        (
            "admin",
            set(json!({"nope": "x"})),
            "$.args[\"$set\"] | permission-denied | no such column exists: \"nope\"",
        ),
        (
            "admin",
            set(json!({"articles": "x"})),
            "$.args[\"$set\"] | permission-denied | no such column exists: \"articles\"",
        ),
        (
            "admin",
            set(json!({"id": true})),
            "$.args[\"$set\"] | parse-failed | parsing Integer expected for input type: PGInteger failed, expected Number, but encountered Boolean",
        ),
        (
            "admin",
            set(json!({})),
            "$.args | unexpected-payload | atleast one of $set, $inc, $mul has to be present",
        ),
        (
            "admin",
            json!({"table": "author", "$set": {"name": "x"}}),
            "$ | parse-failed | key \"where\" not found",
        ),
        (
            "writer",
            set(json!({"name": "x"})),
            "$.args | permission-denied | select on \"author\" for role \"writer\" is not allowed. ; \"update\" is only allowed if the role has \"select\" permission as \"where\" can't be used without \"select\" permission on the table",
        ),
        (
            "reader",
            set(json!({"name": "x"})),
            "$.args | permission-denied | update on \"author\" for role \"reader\" is not allowed. ",
        ),
    ];
    for (role, args, expected) in cases {
        assert_eq!(told(updated(role, &args)), expected, "{role}: {args}");
    }
    let cases = [
        (
            "reader",
            json!({"table": "author", "where": {}}),
            "$.args | permission-denied | delete on \"author\" for role \"reader\" is not allowed. ",
        ),
        (
            "writer",
            json!({"table": "author", "where": {}}),
            "$.args | permission-denied | select on \"author\" for role \"writer\" is not allowed. ; \"delete\" is only allowed if the role has \"select\" permission as \"where\" can't be used without \"select\" permission on the table",
        ),
        (
            "admin",
            json!({"table": "nowhere", "where": {}}),
            "$.args | not-exists | table \"nowhere\" does not exist",
        ),
        (
            "admin",
            json!({"table": "recent", "where": {}}),
            "$.args | not-supported | view \"recent\" is not deletable",
        ),
        (
            "user",
            json!({"table": "author", "where": {"bio": "x"}}),
            "$.args.where | permission-denied | role \"user\" does not have permission to select column \"bio\"",
        ),
    ];
    for (role, args, expected) in cases {
        assert_eq!(
            told(written(delete, role, &args)),
            expected,
            "{role}: {args}"
        );
    }
    let args = json!({"table": "author", "where": {"id": 1}, "returning": ["id"]});
    let (mutation, params) = written(delete, "user", &args).unwrap();
    assert!(matches!(mutation, Mutation::Delete(d) if d.permit.rules().is_some()));
    assert_eq!(texts(&params), [Some("1")]);
}

#[test]
fn backend_only_permissions_need_a_backend() {
    let mut snapshot = testing::snapshot();
    let source = &mut snapshot.sources[0];
    let author = source.table_named("public", "author").unwrap().id;
    let rules = source.roles.grant(&"user".into(), author);
    let mut backend = (**rules.insert.as_ref().unwrap()).clone();
    backend.backend_only = true;
    rules.insert = Some(std::sync::Arc::new(backend));
    let args = json!({"table": "author", "objects": [{"name": "A"}]});
    assert_eq!(
        told(insert(source, &session("user"), &args)),
        "$.args | permission-denied | insert on \"author\" for role \"user\" is not allowed. "
    );
    assert!(insert(source, &session("user").with_backend_only(true), &args).is_ok());
}
