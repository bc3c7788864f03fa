//! Random requests under random rules on random rows, compared with an evaluator that walks over
//! rows and shares nothing with the engine: no row and no cell that the rules hide is ever
//! answered, and answers are right.
//!
//! `HOWDAH_RANDOM_WORLDS` says how many worlds to try (per test), `HOWDAH_RANDOM_SEED` where to
//! begin.

#![allow(clippy::unwrap_used, clippy::panic)]

use howdah_tests::random::dice::Dice;
use howdah_tests::random::naive::{Mistake, Naive};
use howdah_tests::random::requests::Inventor;
use howdah_tests::random::shrinking::shrink;
use howdah_tests::random::trial::{Case, Ground, Verdict};
use howdah_tests::random::world::World;
use howdah_tests::random::worlds::{self, MIXED_ROLES, PLAIN_ROLES};

/// Requests in each world.
const REQUESTS: usize = 24;

fn number(variable: &str, usual: u64) -> u64 {
    std::env::var(variable)
        .ok()
        .and_then(|v| v.parse().ok())
        .unwrap_or(usual)
}

fn seeds(from: u64) -> impl Iterator<Item = u64> {
    let start = from + number("HOWDAH_RANDOM_SEED", 0);
    start..start + number("HOWDAH_RANDOM_WORLDS", 75)
}

/// Cases of a world; `roles` ask.
fn cases(dice: &mut Dice, world: &World, roles: &[&str]) -> Vec<Case> {
    (0..REQUESTS)
        .filter_map(|_| {
            let role = (*dice.pick(roles).unwrap()).to_owned();
            let session = worlds::session(dice);
            let naive = Naive {
                world,
                role: &role,
                session: &session,
                mistake: Mistake::Nothing,
            };
            let request = Inventor {
                dice,
                naive: &naive,
            }
            .request()?;
            let spelling = dice.below(1 << 30) as u64;
            Some(Case {
                world: world.clone(),
                role,
                session,
                request,
                spelling,
            })
        })
        .collect()
}

async fn try_worlds(from: u64, roles: &[&str]) {
    let ground = Ground::new().await;
    for seed in seeds(from) {
        let mut dice = Dice::new(seed);
        let world = worlds::world(&mut dice);
        let settled = ground.settle(&world).await.unwrap_or_else(|| {
            panic!("seed {seed}: PostgreSQL refuses the world\n{}", world.sql())
        });
        for case in cases(&mut dice, &world, roles) {
            if let Verdict::Wrong(why) = settled.compare(&case, Mistake::Nothing).await {
                let (case, smaller) = shrink(&ground, case, Mistake::Nothing).await;
                panic!(
                    "seed {seed}: {why}\n\n==== smaller:\n{}\n{smaller}",
                    case.report()
                );
            }
        }
    }
}

#[tokio::test]
async fn roles_get_what_their_rules_say() {
    try_worlds(0, &PLAIN_ROLES).await;
}

#[tokio::test]
async fn roles_made_of_roles_get_what_those_may_see() {
    try_worlds(1_000_000, &MIXED_ROLES.map(|(name, _)| name)).await;
}

/// The same through the engine as a server holds it, where one request may profit from what was
/// kept of another: each is asked again by others and with other variables.
#[tokio::test]
async fn the_engine_answers_as_its_parts_do() {
    let ground = Ground::new().await;
    let roles: Vec<&str> = PLAIN_ROLES
        .into_iter()
        .chain(MIXED_ROLES.map(|r| r.0))
        .collect();
    for seed in seeds(4_000_000).step_by(10) {
        let mut dice = Dice::new(seed);
        let world = worlds::world(&mut dice);
        let settled = ground.settle(&world).await.unwrap();
        let served = ground.serve(&settled).await;
        let mut all = cases(&mut dice, &world, &roles);
        for case in all.clone() {
            let session = worlds::session(&mut dice);
            all.push(Case { session, ..case });
        }
        for case in all {
            if let Verdict::Wrong(why) = served.compare(&case).await {
                panic!("seed {seed}: {why}\n{}", case.report());
            }
        }
    }
}

#[tokio::test]
async fn what_a_role_has_not_does_not_exist_for_it() {
    let ground = Ground::new().await;
    for seed in seeds(2_000_000).step_by(3) {
        let mut dice = Dice::new(seed);
        let world = worlds::world(&mut dice);
        let settled = ground.settle(&world).await.unwrap();
        let roles: Vec<&str> = PLAIN_ROLES
            .into_iter()
            .chain(MIXED_ROLES.map(|r| r.0))
            .collect();
        for case in cases(&mut dice, &world, &roles) {
            let naive = Naive {
                world: &world,
                role: &case.role,
                session: &case.session,
                mistake: Mistake::Nothing,
            };
            let Some(document) = (Inventor {
                dice: &mut dice,
                naive: &naive,
            })
            .forbidden() else {
                continue;
            };
            if let Err(why) = settled.refuse(&case, &document).await {
                panic!("seed {seed}, role {}: {why}\n{}", case.role, case.report());
            }
        }
    }
}

/// Introspection shows to each role what is accepted from it, and nothing else: an independent
/// implementation of the standard judges requests by it as the engine does.
#[tokio::test]
async fn introspection_shows_what_is_accepted_and_no_more() {
    let ground = Ground::new().await;
    let roles: Vec<&str> = PLAIN_ROLES
        .into_iter()
        .chain(MIXED_ROLES.map(|r| r.0))
        .collect();
    let mut judged = 0;
    for seed in seeds(5_000_000).step_by(8) {
        let mut dice = Dice::new(seed);
        let world = worlds::world(&mut dice);
        let settled = ground.settle(&world).await.unwrap();
        for role in &roles {
            let oracle = settled.oracle(role);
            if let Err(why) = oracle.schema() {
                // A role that may read no column of a table gets an object type without fields.
                assert!(why.contains("has no fields"), "seed {seed}: {why}");
                continue;
            }
            for case in cases(&mut dice, &world, &[role]) {
                let ask = case.ask();
                if let Err(why) = oracle.judge(&ask.query) {
                    panic!("seed {seed}, role {role}: {why}\n{}", case.report());
                }
                judged += 1;
                let naive = Naive {
                    world: &world,
                    role,
                    session: &case.session,
                    mistake: Mistake::Nothing,
                };
                let forbidden = (Inventor {
                    dice: &mut dice,
                    naive: &naive,
                })
                .forbidden();
                if let Some(document) = forbidden
                    && oracle.judge(&document).is_ok()
                {
                    panic!(
                        "seed {seed}: introspection shows role {role} what it has not: {document}"
                    );
                }
            }
        }
    }
    assert!(judged > 100, "only {judged} requests were judged");
}

/// The comparison bites: an evaluator with a mistake disagrees with the engine.
#[tokio::test]
async fn every_mistake_is_found() {
    let ground = Ground::new().await;
    let all: Vec<&str> = PLAIN_ROLES
        .into_iter()
        .chain(MIXED_ROLES.map(|r| r.0))
        .collect();
    let mut missing = vec![
        Mistake::NoFilters,
        Mistake::NoFiltersInConditions,
        Mistake::NoFiltersInOrders,
        Mistake::NoRedaction,
        Mistake::NoRedactionInConditions,
        Mistake::NoLimits,
        Mistake::UnknownIsFalse,
    ];
    for seed in 3_000_000..3_000_060 {
        if missing.is_empty() {
            return;
        }
        let mut dice = Dice::new(seed);
        let world = worlds::world(&mut dice);
        let settled = ground.settle(&world).await.unwrap();
        for case in cases(&mut dice, &world, &all) {
            let mut left = Vec::new();
            for mistake in missing {
                if !matches!(settled.compare(&case, mistake).await, Verdict::Wrong(_)) {
                    left.push(mistake);
                }
            }
            missing = left;
        }
    }
    panic!("no comparison finds {missing:?}");
}

/// Little is left open, or the comparison would prove little.
#[test]
fn answers_are_seldom_open() {
    let mut all = 0;
    let mut open = 0;
    for seed in 0..40 {
        let mut dice = Dice::new(seed);
        let world = worlds::world(&mut dice);
        for case in cases(&mut dice, &world, &PLAIN_ROLES) {
            all += 1;
            open += usize::from(format!("{:?}", case.expected(Mistake::Nothing)).contains("Open"));
        }
    }
    assert!(all > 500, "only {all} requests");
    assert!(open * 20 < all, "{open} of {all} answers are open");
}
