//! `doctor`: is everything well between the project, the server and its databases? Each fault is
//! told with the command that mends it.

use super::metadata::told_inconsistent;
use super::migrate::{current_state, missing};
use crate::api::ApiError;
use crate::client::Client;
use crate::failure::told_api;
use crate::program::Start;
use crate::program::context::Context;
use crate::program::exit::{Exit, Outcome};
use crate::program::output::{Colour, Format, ListOutput};
use crate::remote::{self, RemoteSource, RunSql};
use howdah_metadata::Metadata;
use serde_json::{Map, Value, json};

/// `doctor`.
#[derive(Debug, clap::Args)]
pub struct Doctor {
    #[command(flatten)]
    list: ListOutput,
}

/// What a check found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Verdict {
    Well,
    Note,
    Fault(Grave),
}

/// Faults by the exit code that they bring; the gravest wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Grave {
    Inconsistent,
    Failed,
    Usage,
    Unreachable,
}

impl Verdict {
    const FAILED: Verdict = Verdict::Fault(Grave::Failed);

    fn word(self) -> &'static str {
        match self {
            Verdict::Well => "ok",
            Verdict::Note => "note",
            Verdict::Fault(_) => "fault",
        }
    }
}

/// One thing that was looked at.
struct Finding {
    check: String,
    verdict: Verdict,
    detail: String,
    mend: Option<String>,
}

#[derive(Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn add(&mut self, check: impl Into<String>, verdict: Verdict, detail: impl Into<String>) {
        self.0.push(Finding {
            check: check.into(),
            verdict,
            detail: detail.into(),
            mend: None,
        });
    }

    /// Says what mends the last one.
    fn mend(&mut self, how: impl Into<String>) {
        if let Some(last) = self.0.last_mut() {
            last.mend = Some(how.into());
        }
    }
}

/// Carries out `doctor`.
pub async fn run(args: &Doctor, context: &Context, start: &Start) -> Outcome {
    let mut findings = Findings::default();
    look_at_project(context, &mut findings);
    match context.client() {
        Err(stop) => {
            findings.add("settings", Verdict::Fault(Grave::Usage), stop.message());
            if let Some(advice) = stop.advice() {
                findings.mend(advice);
            }
        }
        Ok(client) => {
            if look_at_server(&client, context, start, &mut findings).await {
                look_at_databases(&client, context, &mut findings).await;
            }
        }
    }
    show(&findings, args.list.output, context);
    let worst = findings.0.iter().map(|finding| finding.verdict).max();
    Ok(match worst {
        Some(Verdict::Fault(Grave::Unreachable)) => Exit::Unreachable,
        Some(Verdict::Fault(Grave::Usage)) => Exit::Usage,
        Some(Verdict::Fault(Grave::Failed)) => Exit::Failed,
        Some(Verdict::Fault(Grave::Inconsistent)) => Exit::Inconsistent,
        _ => Exit::Done,
    })
}

fn look_at_project(context: &Context, findings: &mut Findings) {
    let Some(project) = context.maybe_project() else {
        findings.add(
            "project",
            Verdict::Note,
            format!("{} is no project", context.folder().display()),
        );
        findings.mend(format!("`{} init` makes one", context.name()));
        return;
    };
    findings.add(
        "project",
        Verdict::Well,
        format!(
            "{} (layout {})",
            project.root().display(),
            project.config().version
        ),
    );
    let parts = [
        // The old layout needs the server for the connection; its files are read further below.
        (
            "metadata files",
            match project.config().version {
                3.. => project.read_metadata(&Metadata::default()).map(|read| {
                    let odd: Vec<String> = read.warnings.iter().map(ToString::to_string).collect();
                    odd.join("\n")
                }),
                _ => Ok(String::new()),
            },
        ),
        (
            "migration files",
            project.migrations().map(|_| String::new()),
        ),
        ("seed files", project.seeds().map(|_| String::new())),
    ];
    for (name, result) in parts {
        match result {
            Ok(odd) if odd.is_empty() => findings.add(name, Verdict::Well, "can be read"),
            Ok(odd) => findings.add(name, Verdict::Note, odd),
            Err(error) => {
                findings.add(name, Verdict::FAILED, error.to_string());
                findings.mend("correct the file at that place");
            }
        }
    }
}

/// Whether it is worth to go on.
async fn look_at_server(
    client: &Client,
    context: &Context,
    start: &Start,
    findings: &mut Findings,
) -> bool {
    let version = match client.version().await {
        Ok(version) => version,
        Err(error) => {
            let unreachable = Verdict::Fault(Grave::Unreachable);
            findings.add("endpoint", unreachable, error.to_string());
            findings.mend(
                "start the server (`howdah serve` or `howdah dev`), or correct endpoint in \
                 config.yaml, HASURA_GRAPHQL_ENDPOINT or --endpoint",
            );
            return false;
        }
    };
    findings.add("endpoint", Verdict::Well, client.endpoint());
    if version.is_served() {
        findings.add(
            "versions",
            Verdict::Well,
            format!("server {}, this program {}", version.text, start.version),
        );
    } else {
        findings.add(
            "versions",
            Verdict::FAILED,
            format!("the server is {}: only version 2 is spoken", version.text),
        );
        findings.mend("upgrade the server");
        return false;
    }
    match client.health().await {
        Ok((true, _)) => findings.add("health", Verdict::Well, "the server says it is well"),
        Ok((false, text)) => {
            findings.add("health", Verdict::FAILED, text);
            findings.mend("look at the server's log");
        }
        Err(error) => findings.add("health", Verdict::FAILED, error.to_string()),
    }
    look_at_secret(client, context, findings).await
}

async fn look_at_secret(client: &Client, context: &Context, findings: &mut Findings) -> bool {
    match remote::state(client).await {
        Ok(_) => {
            // Somebody without the secret must not get in.
            let open = anybody_is_admin(context).await;
            match open {
                Some(true) => {
                    findings.add(
                        "admin secret",
                        Verdict::Note,
                        "the server takes everybody for an administrator",
                    );
                    findings.mend("start the server with HASURA_GRAPHQL_ADMIN_SECRET");
                }
                _ => findings.add("admin secret", Verdict::Well, "is right"),
            }
            true
        }
        Err(error) => {
            findings.add("admin secret", Verdict::FAILED, told_api(&error));
            findings.mend(match client.target().has_secret() {
                true => "correct HASURA_GRAPHQL_ADMIN_SECRET, .env or admin_secret in config.yaml",
                false => "give it: HASURA_GRAPHQL_ADMIN_SECRET or --admin-secret-file",
            });
            false
        }
    }
}

/// Whether the server answers an administrator's question without a secret.
async fn anybody_is_admin(context: &Context) -> Option<bool> {
    let bare = Client::new(context.target().ok()?.without_secret()).ok()?;
    match remote::state(&bare).await {
        Ok(_) => Some(true),
        Err(ApiError::Refused(_)) => Some(false),
        Err(_) => None,
    }
}

async fn look_at_databases(client: &Client, context: &Context, findings: &mut Findings) {
    let document = match remote::export(client).await {
        Ok(document) => document,
        Err(error) => {
            findings.add("metadata", Verdict::FAILED, told_api(&error));
            return;
        }
    };
    let sources = remote::sources_in(&document);
    if sources.is_empty() {
        findings.add(
            "databases",
            Verdict::Note,
            "the server is connected to none",
        );
        findings.mend(format!("`{} metadata apply`", context.name()));
    }
    for source in &sources {
        look_at_database(client, source, findings).await;
    }
    look_at_migrations(client, &sources, context, findings).await;
    match remote::inconsistent(client).await {
        Ok(objects) if objects.is_empty() => {
            findings.add("metadata", Verdict::Well, "is consistent");
        }
        Ok(objects) => {
            let lines: Vec<String> = objects.iter().map(told_inconsistent).collect();
            let inconsistent = Verdict::Fault(Grave::Inconsistent);
            findings.add("metadata", inconsistent, lines.join("\n"));
            findings.mend(format!(
                "apply missing migrations and `{0} metadata reload`, or `{0} metadata \
                 inconsistency drop`",
                context.name()
            ));
        }
        Err(error) => findings.add("metadata", Verdict::FAILED, told_api(&error)),
    }
}

/// What an account needs: tables are read from schemas that it may use; event triggers and
/// migrations make things.
const PRIVILEGES: &str = "\
select current_user::text, current_setting('server_version'), \
has_database_privilege(current_database(), 'CREATE')::text, \
(select string_agg(nspname, ', ' order by nspname) from pg_namespace \
where nspname !~ '^pg_' and nspname <> 'information_schema' and nspname !~ '^hdb_' \
and not has_schema_privilege(oid, 'USAGE'))";

async fn look_at_database(client: &Client, source: &RemoteSource, findings: &mut Findings) {
    let check = format!("database {}", source.name);
    if !source.is_postgres() {
        findings.add(check, Verdict::Note, format!("is of kind {}", source.kind));
        return;
    }
    let how = RunSql {
        read_only: true,
        ..RunSql::default()
    };
    let answer = match remote::run_sql(client, source, PRIVILEGES, how).await {
        Ok(answer) => answer,
        Err(error) => {
            findings.add(check, Verdict::FAILED, told_api(&error));
            findings.mend("check its URL, and that the server can reach it");
            return;
        }
    };
    let cell = |index: usize| {
        answer
            .pointer(&format!("/result/1/{index}"))
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    let who = format!("PostgreSQL {} as {}", cell(1), cell(0));
    if cell(2) != "true" {
        findings.add(
            check,
            Verdict::Note,
            format!("{who}, who may not create schemas: event triggers and migrations may fail"),
        );
        findings.mend(format!("grant create on database … to {}", cell(0)));
    } else if !matches!(cell(3), "" | "NULL") {
        findings.add(
            check,
            Verdict::Note,
            format!("{who}, who may not use the schemas {}", cell(3)),
        );
        findings.mend(format!("grant usage on schema … to {}", cell(0)));
    } else {
        findings.add(check, Verdict::Well, who);
    }
}

async fn look_at_migrations(
    client: &Client,
    sources: &[RemoteSource],
    context: &Context,
    findings: &mut Findings,
) {
    let Some(project) = context.maybe_project() else {
        return;
    };
    let (Ok(migrations), Ok(state)) = (project.migrations(), current_state(client, sources).await)
    else {
        return;
    };
    for (database, migrations) in &migrations {
        let check = format!("migrations of {database}");
        if !sources.iter().any(|source| source.name == *database) {
            findings.add(check, Verdict::Note, "the server knows no such database");
            findings.mend(format!("`{} metadata apply`", context.name()));
            continue;
        }
        let missing = missing(migrations, &state, database);
        let unknown = state
            .applied(database)
            .iter()
            .filter(|version| !migrations.iter().any(|m| m.version == **version))
            .count();
        if missing > 0 {
            findings.add(
                check,
                Verdict::FAILED,
                format!("{missing} of {} are not applied", migrations.len()),
            );
            findings.mend(format!(
                "`{} migrate apply --database-name {database}`",
                context.name()
            ));
        } else if unknown > 0 {
            findings.add(
                check,
                Verdict::Note,
                format!("{unknown} are applied that the project does not have"),
            );
            findings.mend("take the project's newest state, or `migrate delete --server`");
        } else {
            findings.add(
                check,
                Verdict::Well,
                format!("all {} applied", migrations.len()),
            );
        }
    }
}

fn show(findings: &Findings, format: Format, context: &Context) {
    let output = context.output;
    if format != Format::Table {
        let rows: Vec<Map<String, Value>> = findings
            .0
            .iter()
            .filter_map(|finding| {
                let row = json!({
                    "check": finding.check, "verdict": finding.verdict.word(),
                    "detail": finding.detail, "mend": finding.mend,
                });
                row.as_object().cloned()
            })
            .collect();
        output.list(&rows, &[], format);
        return;
    }
    for finding in &findings.0 {
        let (mark, colour) = match finding.verdict {
            Verdict::Well => ("ok   ", Colour::Green),
            Verdict::Note => ("note ", Colour::Yellow),
            Verdict::Fault(_) => ("fault", Colour::Red),
        };
        output.line(format!(
            "{} {}: {}",
            output.coloured(mark, colour),
            finding.check,
            finding.detail.replace('\n', "\n        ")
        ));
        if let Some(mend) = &finding.mend {
            output.line(format!("      → {mend}"));
        }
    }
}
