//! A request run on PostgreSQL by the engine's parts, compared with the naive answer.

use super::expected::Expected;
use super::naive::{Mistake, Naive};
use super::request::Request;
use super::world::World;
use super::writer::Writer;
use crate::ask::Ask;
use crate::oracle::Oracle;
use crate::project::{self, Project};
use howdah_engine::Engine;
use howdah_ir::Session;
use howdah_postgres::Pool;
use howdah_schema::model::{SchemaOptions, Snapshot};
use howdah_test_postgres::TestDatabase;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A request of somebody in a world.
#[derive(Debug, Clone)]
pub struct Case {
    /// The tables, rows and rules.
    pub world: World,
    /// Who asks.
    pub role: String,
    /// Session variables by lower-case name.
    pub session: BTreeMap<String, String>,
    /// What is asked.
    pub request: Request,
    /// Which values are written as variables.
    pub spelling: u64,
}

/// What came of a comparison.
#[derive(Debug)]
pub enum Verdict {
    /// The answer is as it must be.
    Right,
    /// It is not: why, with the statements.
    Wrong(String),
    /// The world cannot be made: only while looking for a smaller case.
    Impossible,
}

/// A database that takes one world after the other.
pub struct Ground {
    pub(super) database: TestDatabase,
    pub(super) pool: Pool,
}

/// A world that a whole engine serves.
pub struct Served {
    engine: Arc<Engine>,
    url: String,
}

/// A world in a database.
pub struct Settled {
    project: Project,
    snapshot: Snapshot,
}

impl Ground {
    /// An empty one.
    pub async fn new() -> Ground {
        let database = howdah_test_postgres::database().await;
        let pool = project::pool(&database);
        Ground { database, pool }
    }

    /// Makes a world here, in place of the one before. `None` when PostgreSQL refuses it.
    pub async fn settle(&self, world: &World) -> Option<Settled> {
        let sql = format!(
            "drop schema public cascade; create schema public; {}",
            world.sql()
        );
        self.database
            .client()
            .await
            .batch_execute(&sql)
            .await
            .ok()?;
        self.pool.forget_statements();
        let project = Project::read(&self.pool, world.metadata()).await;
        let snapshot = project.snapshot(SchemaOptions::default());
        Some(Settled { project, snapshot })
    }

    /// Has an engine serve a world that was settled here.
    pub async fn serve(&self, settled: &Settled) -> Served {
        let url = self.database.url();
        Served {
            engine: project::engine(&settled.project, url, SchemaOptions::default()).await,
            url: url.to_owned(),
        }
    }
}

impl Served {
    /// What the engine answers, whatever it keeps.
    pub async fn answer(&self, ask: &Ask) -> Value {
        ask.serve(&self.engine).await
    }

    /// Changes the metadata while the engine serves.
    pub async fn change(&self, settled: &Settled) {
        project::replace(&self.engine, &settled.project, &self.url).await;
    }

    /// The engine.
    pub fn engine(&self) -> &Arc<Engine> {
        &self.engine
    }

    /// Asks the engine and compares.
    pub async fn compare(&self, case: &Case) -> Verdict {
        let answer = case.ask().serve(&self.engine).await;
        match answer.get("data") {
            None => Verdict::Wrong(answer.to_string()),
            Some(data) => match case.expected(Mistake::Nothing).compare(data) {
                Ok(()) => Verdict::Right,
                Err(why) => Verdict::Wrong(format!("$.data{why}")),
            },
        }
    }
}

impl Settled {
    /// What the engine's parts answer, with nothing kept.
    pub async fn answer(&self, ask: &Ask) -> Value {
        ask.run(&self.project, &self.snapshot).await.response()
    }

    /// The same database with other metadata.
    #[must_use]
    pub fn with_metadata(&self, tracked: Value) -> Settled {
        let project = self.project.with_metadata(tracked);
        let snapshot = project.snapshot(SchemaOptions::default());
        Settled { project, snapshot }
    }

    /// Asks and compares with what an evaluator with a mistake (or none) expects.
    pub async fn compare(&self, case: &Case, mistake: Mistake) -> Verdict {
        let expected = case.expected(mistake);
        let told = case.ask().run(&self.project, &self.snapshot).await;
        let found = match &told.outcome {
            Ok(_) => [told.data(), told.data_by_rows()],
            Err(e) => {
                let internal = e.internal().map(ToString::to_string).unwrap_or_default();
                return Verdict::Wrong(format!("{e} {internal}\n{}", told.sql.join("\n")));
            }
        };
        match found.iter().try_for_each(|data| expected.compare(data)) {
            Ok(()) => Verdict::Right,
            Err(why) => Verdict::Wrong(format!("$.data{why}\n{}", told.sql.join("\n"))),
        }
    }

    /// An independent judge over the schema that introspection shows to a role.
    pub fn oracle(&self, role: &str) -> Oracle {
        Oracle::of(&self.snapshot, &role.into())
    }

    /// Asks for something that the role must not get.
    ///
    /// # Errors
    /// The answer, if there is one.
    pub async fn refuse(&self, case: &Case, document: &str) -> Result<(), String> {
        let session = Session::new(case.role.as_str(), case.session.clone());
        let told = Ask::of(session, document)
            .run(&self.project, &self.snapshot)
            .await;
        match told.outcome {
            Err(e) if *e.code() == howdah_error::Code::ValidationFailed => Ok(()),
            other => Err(format!("{document}\n{other:?}")),
        }
    }
}

impl Case {
    /// What must be answered.
    pub fn expected(&self, mistake: Mistake) -> Expected {
        let naive = Naive {
            world: &self.world,
            role: &self.role,
            session: &self.session,
            mistake,
        };
        naive.answer(&self.request)
    }

    /// The request, with some values as variables.
    pub fn ask(&self) -> Ask {
        let session = Session::new(self.role.as_str(), self.session.clone());
        let mut writer = Writer::variables(self.spelling);
        let query = self.request.graphql(&self.world, &mut writer);
        Ask {
            variables: writer.into_values(),
            // Random orders have ties.
            is_open: true,
            ..Ask::of(session, query)
        }
    }

    /// Makes the world and compares.
    pub async fn verdict(&self, ground: &Ground, mistake: Mistake) -> Verdict {
        match ground.settle(&self.world).await {
            Some(settled) => settled.compare(self, mistake).await,
            None => Verdict::Impossible,
        }
    }

    /// Everything a person needs to look into it.
    pub fn report(&self) -> String {
        let ask = self.ask();
        format!(
            "{}\n{}\nas {} {:?}\n{}\nwith {:?}",
            self.world.sql(),
            serde_json::to_string(&self.world.metadata()).unwrap(),
            self.role,
            self.session,
            ask.query,
            ask.variables,
        )
    }
}
