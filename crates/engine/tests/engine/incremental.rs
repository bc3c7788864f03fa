//! Changes build only what they touch. A debug build of the engine compares each snapshot with one
//! that is made anew, and gives a change up where they differ; here changes are made that touch each
//! other in every way.

use crate::support::{World, world};
use serde_json::{Value, json};

const TABLES: &str = "
    create table kind (name text primary key, comment text);
    insert into kind values ('big', null), ('small', 'not big');
    create table a (id int primary key, kind text references kind, b_id int);
    create table b (id int primary key, a_id int references a, note text);
    create table c (id int primary key, b_id int references b, kind text references kind);
    alter table a add foreign key (b_id) references b;
    create function rows_of(one a) returns setof b language sql stable as 'select * from b where a_id = one.id';
    create function label(one b) returns text language sql stable as 'select one.note';
    create function all_c() returns setof c language sql stable as 'select * from c';";

/// Numbers that look random and are the same in each run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        (self.0 >> 33) as usize % bound
    }

    fn pick<'a, T: ?Sized>(&mut self, list: &[&'a T]) -> &'a T {
        list[self.below(list.len())]
    }
}

fn relationship(dice: &mut Dice) -> (&'static str, Value) {
    let (kind, table, name, using) = [
        ("object", "a", "b", json!("b_id")),
        ("object", "b", "a", json!("a_id")),
        ("object", "c", "b", json!("b_id")),
        ("array", "a", "bs", json!({"table": "b", "column": "a_id"})),
        ("array", "b", "cs", json!({"table": "c", "column": "b_id"})),
    ][dice.below(5)]
    .clone();
    let command = match kind {
        "object" => "pg_create_object_relationship",
        _ => "pg_create_array_relationship",
    };
    let args = json!({"table": table, "name": name, "using": {"foreign_key_constraint_on": using}});
    (command, args)
}

fn filter(table: &str, dice: &mut Dice) -> Value {
    let far = match table {
        "a" => json!({"bs": {"cs": {"kind": {"_eq": "big"}}}}),
        "b" => json!({"a": {"rows": {"note": {"_eq": "x"}}}}),
        _ => json!({"b": {"a": {"id": {"_eq": "X-Hasura-User-Id"}}}}),
    };
    let near = json!({"id": {"_gt": 1}});
    let elsewhere = json!({"_exists": {"_table": {"schema": "public", "name": "c"},
                                       "_where": {"b": {"note": {"_is_null": true}}}}});
    [far, near, elsewhere][dice.below(3)].clone()
}

fn command(dice: &mut Dice) -> (&'static str, Value) {
    let table = dice.pick(&["a", "b", "c", "kind"]);
    let role = dice.pick(&["one", "two", "both"]);
    match dice.below(16) {
        0 | 1 => ("pg_track_table", json!({"table": table})),
        2 => (
            "pg_untrack_table",
            json!({"table": table, "cascade": dice.below(2) == 0}),
        ),
        3..=5 => relationship(dice),
        6 => {
            let name = dice.pick(&["b", "a", "bs", "cs", "renamed"]);
            (
                "pg_drop_relationship",
                json!({"table": table, "relationship": name, "cascade": dice.below(2) == 0}),
            )
        }
        7 | 8 => {
            let filter = filter(table, dice);
            (
                "pg_create_select_permission",
                json!({"table": table, "role": role, "permission": {"columns": "*", "filter": filter}}),
            )
        }
        9 => (
            "pg_create_insert_permission",
            json!({"table": table, "role": role, "permission": {
                "check": filter(table, dice), "columns": ["id"]}}),
        ),
        10 => (
            "pg_drop_select_permission",
            json!({"table": table, "role": role}),
        ),
        11 => {
            let is_enum = dice.below(2) == 0;
            (
                "pg_set_table_is_enum",
                json!({"table": "kind", "is_enum": is_enum}),
            )
        }
        12 => match dice.below(3) {
            0 => (
                "pg_add_computed_field",
                json!({"table": "a", "name": "rows", "definition": {"function": "rows_of"}}),
            ),
            1 => (
                "pg_add_computed_field",
                json!({"table": "b", "name": "label", "definition": {"function": "label"}}),
            ),
            _ => (
                "pg_drop_computed_field",
                json!({"table": "a", "name": "rows", "cascade": dice.below(2) == 0}),
            ),
        },
        13 => {
            let name = dice.pick(&["a", "c", "other"]);
            (
                "pg_set_table_customization",
                json!({"table": table, "configuration": {"custom_name": name}}),
            )
        }
        14 => match dice.below(2) {
            0 => ("pg_track_function", json!({"function": "all_c"})),
            _ => (
                "pg_rename_relationship",
                json!({"table": "a", "name": "bs", "new_name": "renamed"}),
            ),
        },
        _ => match dice.below(3) {
            0 => (
                "add_inherited_role",
                json!({"role_name": "both", "role_set": ["one", "two"]}),
            ),
            1 => ("drop_inherited_role", json!({"role_name": "both"})),
            _ => ("reload_metadata", json!({})),
        },
    }
}

/// Leaves in the document what the rest of it needs, so that much is inconsistent, and puts it in
/// place.
async fn tear_a_hole(world: &World, dice: &mut Dice) -> Value {
    let mut document = world.metadata().await;
    let tables = document["sources"][0]["tables"].as_array_mut().unwrap();
    if !tables.is_empty() {
        let position = dice.below(tables.len());
        tables.remove(position);
    }
    let body = json!({"type": "replace_metadata", "version": 2, "args": {
        "allow_inconsistent_metadata": true, "metadata": document}});
    let answer = world
        .engine
        .metadata(body, &howdah_ir::Session::admin())
        .await
        .unwrap();
    serde_json::from_slice(&answer).unwrap()
}

#[tokio::test]
async fn what_a_change_leaves_alone_is_as_if_it_were_made_anew() {
    let world = world().await;
    world.sql(TABLES).await;
    let (mut done, mut refused) = (0, 0);
    for seed in 1..=3 {
        world.done("clear_metadata", json!({})).await;
        let all = ["a", "b", "c", "kind"].map(|table| json!({"table": table}));
        world.done("pg_track_tables", json!({"tables": all})).await;
        let mut dice = Dice(seed);
        for step in 0..45 {
            let (kind, args) = command(&mut dice);
            match world.command(kind, args.clone()).await {
                Ok(_) => done += 1,
                Err(error) => {
                    refused += 1;
                    assert_ne!(
                        error.message(),
                        "the change was interrupted",
                        "seed {seed}, step {step}: {kind} {args}"
                    );
                }
            }
            if step % 20 == 19 {
                tear_a_hole(&world, &mut dice).await;
            }
        }
    }
    assert!(done > 25 && refused > 25, "{done} done, {refused} refused");
}
