//! What the server knows of its databases: privileges, migrations, metadata that does not fit.

use super::findings::{Findings, Grave, Verdict};
use crate::client::Client;
use crate::commands::metadata::told_inconsistent;
use crate::commands::migrate::{current_state, missing};
use crate::failure::told_api;
use crate::program::context::Context;
use crate::remote::{self, RemoteSource, RunSql};
use serde_json::Value;

/// Whether databases, migrations and metadata fit each other.
pub(super) async fn look_at(client: &Client, context: &Context, findings: &mut Findings) {
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
