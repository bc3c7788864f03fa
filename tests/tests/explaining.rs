//! Explanations of permissions say what requests get: for random rules, rows and sessions, the
//! rows and columns that are said to be visible are those that an independent evaluator finds.

#![allow(clippy::unwrap_used, clippy::panic)]

use howdah_ir::Session;
use howdah_tests::random::dice::Dice;
use howdah_tests::random::naive::{Mistake, Naive};
use howdah_tests::random::trial::Ground;
use howdah_tests::random::worlds::{self, MIXED_ROLES, PLAIN_ROLES};
use serde_json::{Map, Value, json};

fn worlds_to_try() -> u64 {
    let wanted = std::env::var("HOWDAH_RANDOM_WORLDS");
    wanted.ok().and_then(|v| v.parse().ok()).unwrap_or(75) / 20
}

#[tokio::test]
async fn explanations_say_what_requests_get() {
    let ground = Ground::new().await;
    let roles: Vec<&str> = PLAIN_ROLES
        .into_iter()
        .chain(MIXED_ROLES.map(|r| r.0))
        .collect();
    let (mut shown, mut hidden) = (0, 0);
    for seed in 7_000_000..7_000_000 + worlds_to_try().max(1) {
        let mut dice = Dice::new(seed);
        let world = worlds::world(&mut dice);
        let settled = ground.settle(&world).await.unwrap();
        let served = ground.serve(&settled).await;
        for role in &roles {
            let session = worlds::session(&mut dice);
            let naive = Naive {
                world: &world,
                role,
                session: &session,
                mistake: Mistake::Nothing,
            };
            for (index, table) in world.tables.iter().enumerate() {
                for row in table.rows.iter().take(3) {
                    let key: Map<String, Value> = table
                        .columns
                        .iter()
                        .zip(row)
                        .take(table.key)
                        .map(|(column, cell)| (column.name.clone(), cell.json()))
                        .collect();
                    let body = json!({"type": "howdah_explain_permission", "args": {
                        "table": table.name, "role": role, "session": session, "pk": key}});
                    let answer = served.engine().metadata(body, &Session::admin()).await;
                    let answer: Value = serde_json::from_slice(&answer.unwrap()).unwrap();
                    let (row_visible, cells) = naive.sees(index, row);
                    let context = || format!("seed {seed}, {role} {session:?}\n{answer:#}");
                    assert_eq!(answer["visible"], json!(row_visible), "{}", context());
                    let allows = &answer["permissions"]["select"]["allows"];
                    assert_eq!(*allows == json!(true), row_visible, "{}", context());
                    for column in answer["columns"].as_array().unwrap() {
                        let place = table.columns.iter().position(|c| column["name"] == c.name);
                        let visible = cells[place.unwrap()];
                        assert_eq!(column["visible"], json!(visible), "{}", context());
                        shown += usize::from(visible);
                        hidden += usize::from(!visible);
                    }
                }
            }
        }
    }
    assert!(
        shown > 100 && hidden > 100,
        "{shown} shown, {hidden} hidden"
    );
}
