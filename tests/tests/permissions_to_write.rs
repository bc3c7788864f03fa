//! Random mutations under random rules on random rows: what they answer and what stands in the
//! tables afterwards is compared with an evaluator that walks over rows and shares nothing with the
//! engine. No row and no column is written that the rules do not allow.
//!
//! `HOWDAH_RANDOM_WORLDS` says how many worlds to try, `HOWDAH_RANDOM_SEED` where to begin.

#![allow(clippy::unwrap_used, clippy::panic)]

use howdah_tests::ask::Ask;
use howdah_tests::random::dice::Dice;
use howdah_tests::random::trial::{Ground, Verdict};
use howdah_tests::random::worlds::{self, MIXED_ROLES, PLAIN_ROLES};
use howdah_tests::random::writes::inventor::WriteInventor;
use howdah_tests::random::writes::naive::{Outcome, Slip, Writes};
use howdah_tests::random::writes::rules::WriteWorld;
use howdah_tests::random::writes::trial::WriteCase;
use howdah_tests::random::writes::worlds::world;

/// Mutations in each world.
const MUTATIONS: usize = 30;

fn number(variable: &str, usual: u64) -> u64 {
    std::env::var(variable)
        .ok()
        .and_then(|v| v.parse().ok())
        .unwrap_or(usual)
}

fn seeds(from: u64, usual: u64) -> impl Iterator<Item = u64> {
    let start = from + number("HOWDAH_RANDOM_SEED", 0);
    start..start + number("HOWDAH_RANDOM_WORLDS", usual)
}

/// A role with rights of its own, or one that is made of others.
fn role(dice: &mut Dice) -> &'static str {
    match dice.chance(65) {
        true => dice.pick(&PLAIN_ROLES).unwrap(),
        false => dice.pick(&MIXED_ROLES).unwrap().0,
    }
}

fn cases(dice: &mut Dice, all: &WriteWorld) -> Vec<WriteCase> {
    (0..MUTATIONS)
        .filter_map(|_| {
            let role = role(dice).to_owned();
            let session = worlds::session(dice);
            let mutation = WriteInventor {
                dice,
                all,
                role: &role,
                session: &session,
            }
            .mutation()?;
            let spelling = dice.below(1 << 30) as u64;
            Some(WriteCase {
                role,
                session,
                mutation,
                spelling,
            })
        })
        .collect()
}

#[tokio::test]
async fn roles_write_what_their_rules_say() {
    let ground = Ground::new().await;
    for seed in seeds(10_000_000, 14) {
        let mut dice = Dice::new(seed);
        let all = world(&mut dice);
        let served = ground.serve_writes(&all).await.unwrap();
        for case in cases(&mut dice, &all) {
            let found = served.run(&case.ask(&all)).await;
            if let Verdict::Wrong(why) = served.compare(&case, &found, Slip::Nothing) {
                panic!("seed {seed}: {why}\n\n{}", served.report(&case, &found));
            }
        }
    }
}

#[tokio::test]
async fn what_a_role_may_not_write_is_refused() {
    let ground = Ground::new().await;
    let mut refused = 0;
    for seed in seeds(11_000_000, 5) {
        let mut dice = Dice::new(seed);
        let all = world(&mut dice);
        let served = ground.serve_writes(&all).await.unwrap();
        for _ in 0..MUTATIONS {
            let role = role(&mut dice);
            let session = worlds::session(&mut dice);
            let document = WriteInventor {
                dice: &mut dice,
                all: &all,
                role,
                session: &session,
            }
            .forbidden();
            let Some(document) = document else { continue };
            let ask = Ask::of(howdah_ir::Session::new(role, session), document);
            let found = served.run(&ask).await;
            if let Err(why) = served.refused(&found) {
                panic!(
                    "seed {seed}, role {role}: {}\n{why}\n{}",
                    ask.query,
                    all.sql()
                );
            }
            refused += 1;
        }
    }
    assert!(refused > 30, "only {refused} documents");
}

/// The comparison bites: an evaluator with a mistake disagrees with the engine.
#[tokio::test]
async fn every_slip_is_found() {
    let ground = Ground::new().await;
    let mut missing = vec![
        Slip::NoInsertCheck,
        Slip::NoNestedCheck,
        Slip::NoUpdateCheck,
        Slip::NoUpdateFilter,
        Slip::NoFilterOfMany,
        Slip::NoFilterByKey,
        Slip::NoDeleteFilter,
        Slip::NoConflictFilter,
        Slip::NoConflictCondition,
        Slip::ConflictsCheckedAsInserts,
        Slip::InsertsCheckedAsConflicts,
        Slip::NoCheckOfConflicts,
        Slip::NoPresets,
        Slip::NoPresetsOfConflicts,
        Slip::UnknownChecksHold,
        Slip::FailuresStay,
        Slip::NestedUncounted,
        Slip::FunctionsShowAll,
        Slip::NoFilterOfNestedConflicts,
        Slip::NoCheckOfNestedConflicts,
        Slip::SkippedRowsAreFound,
        Slip::OwnRulesLose,
    ];
    for seed in 12_000_000..12_000_500 {
        if missing.is_empty() {
            return;
        }
        let mut dice = Dice::new(seed);
        let all = world(&mut dice);
        // What nobody would notice is not run.
        let telling: Vec<WriteCase> = cases(&mut dice, &all)
            .into_iter()
            .filter(|case| missing.iter().any(|slip| matters(&all, case, *slip)))
            .collect();
        if telling.is_empty() {
            continue;
        }
        let served = ground.serve_writes(&all).await.unwrap();
        for case in telling {
            let found = served.run(&case.ask(&all)).await;
            missing
                .retain(|slip| !matches!(served.compare(&case, &found, *slip), Verdict::Wrong(_)));
        }
    }
    panic!("no comparison finds {missing:?}");
}

fn outcome(all: &WriteWorld, case: &WriteCase, slip: Slip) -> Outcome {
    Writes {
        all,
        role: &case.role,
        session: &case.session,
        slip,
    }
    .outcome(&case.mutation)
}

fn matters(all: &WriteWorld, case: &WriteCase, slip: Slip) -> bool {
    format!("{:?}", outcome(all, case, Slip::Nothing)) != format!("{:?}", outcome(all, case, slip))
}

/// Many mutations must do something, or the comparison would prove little.
#[test]
fn mutations_are_often_allowed() {
    let (mut all_cases, mut done, mut refused) = (0, 0, 0);
    for seed in 0..40 {
        let mut dice = Dice::new(seed);
        let all = world(&mut dice);
        for case in cases(&mut dice, &all) {
            all_cases += 1;
            match outcome(&all, &case, Slip::Nothing) {
                Outcome::Done(..) => done += 1,
                Outcome::Fails(codes) if codes.contains(&"permission-error") => refused += 1,
                Outcome::Fails(_) => {}
            }
        }
    }
    assert!(all_cases > 500, "only {all_cases} mutations");
    assert!(done * 2 > all_cases, "{done} of {all_cases} succeed");
    assert!(
        refused * 30 > all_cases,
        "{refused} of {all_cases} are refused by checks"
    );
}
