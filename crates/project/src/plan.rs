//! Which migrations to run, given those of a folder and those that a database has. Pure: nothing
//! is run here.

use crate::migrations::Migration;
use std::collections::BTreeSet;
use std::fmt;
use std::path::PathBuf;

/// What is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// Everything that is not applied yet, or the first so many of it.
    Up(Option<usize>),
    /// Reverting everything, or the last so many.
    Down(Option<usize>),
    /// Exactly the migrations up to a version, and nothing after it.
    Goto(u64),
    /// One migration, in one direction.
    Version(u64, Direction),
}

/// Applying or reverting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Applying: `up.sql`.
    Up,
    /// Reverting: `down.sql`.
    Down,
}

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Which migration.
    pub version: u64,
    /// Its name.
    pub name: String,
    /// Apply or revert.
    pub direction: Direction,
    /// The file with the statements.
    pub file: PathBuf,
}

/// Why a plan cannot be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The folder has no such migration.
    Unknown(u64),
    /// It is applied already.
    Applied(u64),
    /// It is not applied.
    NotApplied(u64),
    /// The file for this direction is missing.
    NoFile(u64, Direction),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::Unknown(version) => {
                write!(f, "there is no migration {version} in the folder")
            }
            Refusal::Applied(version) => write!(f, "the migration {version} is applied already"),
            Refusal::NotApplied(version) => write!(f, "the migration {version} is not applied"),
            Refusal::NoFile(version, direction) => {
                let file = match direction {
                    Direction::Up => "up.sql",
                    Direction::Down => "down.sql",
                };
                write!(f, "the migration {version} has no {file}")
            }
        }
    }
}

impl std::error::Error for Refusal {}

/// What to do, in order, so that the database has what is wanted.
///
/// # Errors
/// When a migration that would have to run is not there or has no file for its direction, and
/// when a single migration is wanted that is (or is not) applied.
pub fn plan(
    migrations: &[Migration],
    applied: &BTreeSet<u64>,
    target: Target,
) -> Result<Vec<Step>, Refusal> {
    let find = |version: u64| {
        migrations
            .iter()
            .find(|migration| migration.version == version)
    };
    let step = |version: u64, direction: Direction| {
        let migration = find(version).ok_or(Refusal::Unknown(version))?;
        let file = match direction {
            Direction::Up => &migration.up,
            Direction::Down => &migration.down,
        };
        Ok(Step {
            version,
            name: migration.name.clone(),
            direction,
            file: file.clone().ok_or(Refusal::NoFile(version, direction))?,
        })
    };
    let mut pending: Vec<u64> = migrations
        .iter()
        .map(|migration| migration.version)
        .filter(|version| !applied.contains(version))
        .collect();
    pending.sort_unstable();
    let up = |versions: Vec<u64>| {
        versions
            .into_iter()
            .map(|version| step(version, Direction::Up))
            .collect()
    };
    match target {
        Target::Up(count) => {
            pending.truncate(count.unwrap_or(usize::MAX));
            up(pending)
        }
        Target::Down(count) => applied
            .iter()
            .rev()
            .take(count.unwrap_or(usize::MAX))
            .map(|version| step(*version, Direction::Down))
            .collect(),
        Target::Goto(version) => {
            find(version).ok_or(Refusal::Unknown(version))?;
            let mut steps: Vec<Step> = applied
                .iter()
                .rev()
                .take_while(|done| **done > version)
                .map(|done| step(*done, Direction::Down))
                .collect::<Result<_, _>>()?;
            pending.retain(|candidate| *candidate <= version);
            let mut ahead: Vec<Step> = up(pending)?;
            steps.append(&mut ahead);
            Ok(steps)
        }
        Target::Version(version, direction) => {
            match direction {
                Direction::Up if applied.contains(&version) => {
                    return Err(Refusal::Applied(version));
                }
                Direction::Down if !applied.contains(&version) => {
                    return Err(Refusal::NotApplied(version));
                }
                _ => {}
            }
            Ok(vec![step(version, direction)?])
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn migration(version: u64) -> Migration {
        let folder = PathBuf::from(format!("{version}_m"));
        Migration {
            version,
            name: "m".into(),
            up: Some(folder.join("up.sql")),
            down: Some(folder.join("down.sql")),
            folder,
        }
    }

    fn planned(
        all: &[u64],
        applied: &[u64],
        target: Target,
    ) -> Result<Vec<(u64, Direction)>, Refusal> {
        let migrations: Vec<Migration> = all.iter().copied().map(migration).collect();
        let steps = plan(&migrations, &applied.iter().copied().collect(), target)?;
        Ok(steps
            .into_iter()
            .map(|step| (step.version, step.direction))
            .collect())
    }

    use Direction::{Down, Up};

    #[test]
    fn up_applies_what_is_missing_in_order() {
        assert_eq!(
            planned(&[3, 1, 2], &[2], Target::Up(None)),
            Ok(vec![(1, Up), (3, Up)])
        );
        assert_eq!(
            planned(&[1, 2, 3], &[], Target::Up(Some(2))),
            Ok(vec![(1, Up), (2, Up)])
        );
        assert_eq!(planned(&[1], &[1, 9], Target::Up(None)), Ok(vec![]));
    }

    #[test]
    fn down_reverts_the_latest_first() {
        assert_eq!(
            planned(&[1, 2, 3], &[1, 2], Target::Down(Some(1))),
            Ok(vec![(2, Down)])
        );
        assert_eq!(
            planned(&[1, 2, 3], &[1, 2], Target::Down(None)),
            Ok(vec![(2, Down), (1, Down)])
        );
        assert_eq!(
            planned(&[1], &[1, 9], Target::Down(None)),
            Err(Refusal::Unknown(9))
        );
    }

    #[test]
    fn single_versions_are_checked() {
        let one = |direction| Target::Version(2, direction);
        assert_eq!(planned(&[1, 2], &[], one(Up)), Ok(vec![(2, Up)]));
        assert_eq!(planned(&[1, 2], &[2], one(Up)), Err(Refusal::Applied(2)));
        assert_eq!(
            planned(&[1, 2], &[], one(Down)),
            Err(Refusal::NotApplied(2))
        );
        assert_eq!(planned(&[1], &[], one(Up)), Err(Refusal::Unknown(2)));
        assert_eq!(
            planned(&[1], &[], Target::Goto(5)),
            Err(Refusal::Unknown(5))
        );
    }

    #[test]
    fn a_step_needs_its_file() {
        let bare = Migration {
            down: None,
            ..migration(1)
        };
        let refusal = plan(&[bare], &BTreeSet::from([1]), Target::Down(None)).unwrap_err();
        assert_eq!(refusal, Refusal::NoFile(1, Down));
        assert_eq!(refusal.to_string(), "the migration 1 has no down.sql");
    }

    proptest! {
        #[test]
        fn goto_leaves_exactly_what_lies_before(
            all in prop::collection::btree_set(0u64..20, 1..12),
            applied in prop::collection::btree_set(0u64..20, 0..12),
            pick in any::<prop::sample::Index>(),
        ) {
            let all: Vec<u64> = all.into_iter().collect();
            let applied: BTreeSet<u64> = applied.into_iter().filter(|v| all.contains(v)).collect();
            let version = *pick.get(&all);
            let list: Vec<u64> = applied.iter().copied().collect();
            let mut state = applied;
            for (version, direction) in planned(&all, &list, Target::Goto(version)).unwrap() {
                match direction {
                    Up => prop_assert!(state.insert(version)),
                    Down => prop_assert!(state.remove(&version)),
                }
            }
            let expected: BTreeSet<u64> = all.iter().copied().filter(|v| *v <= version).collect();
            prop_assert_eq!(state, expected);
        }
    }
}
