//! Plans that were kept answer as ones made anew: random operations are asked again and again with
//! other variables, by other roles and sessions, before and after changes of permissions, and each
//! answer is compared with that of the engine's parts, which keep nothing.

#![allow(clippy::unwrap_used, clippy::panic)]

use howdah_ir::Session;
use howdah_tests::ask::Ask;
use howdah_tests::random::dice::Dice;
use howdah_tests::random::naive::{Mistake, Naive};
use howdah_tests::random::requests::Inventor;
use howdah_tests::random::trial::{Case, Ground, Served, Settled};
use howdah_tests::random::world::World;
use howdah_tests::random::worlds::{self, MIXED_ROLES, PLAIN_ROLES};
use serde_json::{Map, Value, json};

/// Operations in each world.
const OPERATIONS: usize = 12;

/// How often each is asked.
const ROUNDS: usize = 8;

fn number(variable: &str, usual: u64) -> u64 {
    std::env::var(variable)
        .ok()
        .and_then(|v| v.parse().ok())
        .unwrap_or(usual)
}

fn operation(dice: &mut Dice, world: &World, role: &str) -> Option<Ask> {
    let session = worlds::session(dice);
    let naive = Naive {
        world,
        role,
        session: &session,
        mistake: Mistake::Nothing,
    };
    let request = Inventor {
        dice,
        naive: &naive,
    }
    .request()?;
    let case = Case {
        world: world.clone(),
        role: role.to_owned(),
        session,
        request,
        spelling: dice.below(1 << 30) as u64,
    };
    Some(case.ask())
}

/// Another value in the place of one: sometimes one that fits, sometimes one that does not.
fn other(dice: &mut Dice, value: &Value, seen: &[Value]) -> Value {
    match dice.below(10) {
        0 => Value::Null,
        1 => match value {
            Value::Bool(flag) => json!(!flag),
            Value::Number(_) => json!(dice.below(5)),
            Value::String(text) => json!(format!("{text}x")),
            Value::Array(items) => items.iter().skip(1).cloned().collect(),
            other => other.clone(),
        },
        2 => json!([value]),
        3 => json!("'; drop table x; --"),
        4..=7 => dice.pick(seen).cloned().unwrap_or(Value::Null),
        _ => value.clone(),
    }
}

fn varied(dice: &mut Dice, variables: &Map<String, Value>, seen: &[Value]) -> Map<String, Value> {
    let mut varied = variables.clone();
    for (name, value) in variables {
        match dice.below(8) {
            0 => drop(varied.shift_remove(name)),
            1..=4 => drop(varied.insert(name.clone(), other(dice, value, seen))),
            _ => {}
        }
    }
    if dice.chance(3) {
        varied.insert("nobody_declared_this".into(), json!(1));
    }
    varied
}

/// Rows without an order may come in any.
fn unordered(value: Value) -> Value {
    match value {
        Value::Array(items) => {
            let mut items: Vec<Value> = items.into_iter().map(unordered).collect();
            items.sort_by_cached_key(Value::to_string);
            Value::Array(items)
        }
        Value::Object(map) => map.into_iter().map(|(k, v)| (k, unordered(v))).collect(),
        other => other,
    }
}

async fn compare(settled: &Settled, served: &Served, ask: &Ask) -> Result<(), String> {
    let expected = unordered(settled.answer(ask).await);
    let found = unordered(served.answer(ask).await);
    if found == expected {
        return Ok(());
    }
    Err(format!(
        "role {} {:?}\n{}\nwith {:?}\nanswered {found}\ninstead of {expected}",
        ask.session.role(),
        ask.session.variables(),
        ask.query,
        ask.variables,
    ))
}

/// The world's metadata with the permissions of one table dealt to the roles anew.
fn dealt_anew(dice: &mut Dice, mut metadata: Value) -> Value {
    for table in metadata["tables"].as_array_mut().unwrap() {
        let Some(permissions) = table["select_permissions"].as_array_mut() else {
            continue;
        };
        let mut roles: Vec<Value> = permissions.iter().map(|p| p["role"].clone()).collect();
        dice.shuffle(&mut roles);
        for (permission, role) in permissions.iter_mut().zip(roles) {
            permission["role"] = role;
        }
    }
    metadata
}

#[tokio::test]
async fn kept_plans_answer_as_new_ones() {
    let ground = Ground::new().await;
    let roles: Vec<&str> = PLAIN_ROLES
        .into_iter()
        .chain(MIXED_ROLES.map(|r| r.0))
        .collect();
    let start = 6_000_000 + number("HOWDAH_RANDOM_SEED", 0);
    let mut errors = 0;
    let mut answers = 0;
    for seed in start..start + number("HOWDAH_RANDOM_WORLDS", 75).div_ceil(5) {
        let mut dice = Dice::new(seed);
        let world = worlds::world(&mut dice);
        let mut settled = ground.settle(&world).await.unwrap();
        let served = ground.serve(&settled).await;
        let mut asks = Vec::new();
        while asks.len() < OPERATIONS {
            let role = *dice.pick(&roles).unwrap();
            asks.extend(operation(&mut dice, &world, role));
        }
        let seen: Vec<Value> = asks
            .iter()
            .flat_map(|ask| ask.variables.values().cloned())
            .collect();
        for round in 0..ROUNDS {
            if round == ROUNDS / 2 {
                settled = settled.with_metadata(dealt_anew(&mut dice, world.metadata()));
                served.change(&settled).await;
            }
            for ask in &asks {
                let role = match dice.chance(70) {
                    true => ask.session.role(),
                    false => *dice.pick(&roles).unwrap(),
                };
                let again = Ask {
                    session: Session::new(role, worlds::session(&mut dice)),
                    variables: varied(&mut dice, &ask.variables, &seen),
                    ..ask.clone()
                };
                if let Err(why) = compare(&settled, &served, &again).await {
                    panic!(
                        "seed {seed}, round {round}: {why}\n{}\n{}",
                        world.sql(),
                        world.metadata()
                    );
                }
                match served.answer(&again).await.get("data") {
                    Some(_) => answers += 1,
                    None => errors += 1,
                }
            }
        }
    }
    assert!(answers > 100, "only {answers} answers");
    assert!(errors > 100, "only {errors} errors");
}
