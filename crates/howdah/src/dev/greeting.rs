//! What `dev` says when it is ready: where to ask, as whom, what was done, and what to try.

use super::place::Place;
use super::secret::AdminSecret;
use howdah_cli::Applied;
use howdah_server::VERSION;
use std::fmt;
use std::path::Path;

/// Inconsistent objects that are told one by one.
const TOLD: usize = 10;

/// Everything that is told.
pub struct Greeting<'a> {
    /// Where the server listens.
    pub port: u16,
    /// Whether the console is served.
    pub console: bool,
    /// What protects it.
    pub secret: &'a AdminSecret,
    /// The folders.
    pub place: &'a Place,
    /// Where the database lies.
    pub database: &'a Path,
    /// What was done with the project.
    pub applied: &'a Applied,
    /// What people should know besides.
    pub notes: Vec<String>,
    /// A query to try.
    pub suggestion: Option<String>,
}

impl fmt::Display for Greeting<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\nhowdah {VERSION}\n")?;
        self.line(f, "GraphQL", &format!("{}/v1/graphql", self.base()))?;
        if self.console {
            self.line(f, "Console", &format!("{}/console", self.base()))?;
        }
        self.line(f, "Admin secret", &self.secret_text())?;
        match self.place.project() {
            Some(project) => self.line(f, "Project", &project.root().display().to_string())?,
            None => self.line(
                f,
                "Project",
                &format!("none in {}", self.place.folder().display()),
            )?,
        }
        if self.place.project().is_some() {
            self.line(f, "Applied", &self.applied_text())?;
        }
        self.line(f, "Database", &self.database.display().to_string())?;
        self.problems(f)?;
        match &self.suggestion {
            Some(query) => {
                writeln!(f, "\nTry:\n")?;
                self.curl(
                    f,
                    "/v1/graphql",
                    &format!("{{\"query\":\"{}\"}}", escaped(query)),
                )?;
            }
            None => self.first_steps(f)?,
        }
        if self.place.project().is_none() {
            writeln!(
                f,
                "\nA project is a folder with config.yaml, metadata, migrations and seeds, as \
                 Hasura's CLI makes it:\nstart it with `howdah dev --project FOLDER`."
            )?;
        }
        writeln!(f, "\nCtrl-C stops it. From here on there are log lines.\n")
    }
}

impl Greeting<'_> {
    fn base(&self) -> String {
        format!("http://localhost:{}", self.port)
    }

    fn line(&self, f: &mut fmt::Formatter<'_>, label: &str, text: &str) -> fmt::Result {
        writeln!(f, "  {label:<14}{text}")
    }

    fn secret_text(&self) -> String {
        match self.secret {
            AdminSecret::Own(secret) => secret.clone(),
            AdminSecret::Given => "as it is set".to_owned(),
            AdminSecret::OfProject(_) => "as config.yaml has it".to_owned(),
        }
    }

    /// The secret in a command for a shell.
    fn secret_word(&self) -> &str {
        match self.secret {
            AdminSecret::Own(secret) => secret,
            _ => "YOUR_ADMIN_SECRET",
        }
    }

    fn applied_text(&self) -> String {
        let mut parts = vec![match self.applied.migrations {
            0 => "no new migration".to_owned(),
            number => count(number, "migration"),
        }];
        if self.applied.seeds > 0 {
            parts.push(count(self.applied.seeds, "seed file"));
        }
        if self.applied.metadata {
            parts.push("the metadata".to_owned());
        }
        parts.join(", ")
    }

    fn problems(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inconsistent = &self.applied.inconsistent;
        if !inconsistent.is_empty() || !self.notes.is_empty() {
            writeln!(f)?;
        }
        for note in &self.notes {
            writeln!(f, "Note: {note}")?;
        }
        if inconsistent.is_empty() {
            return Ok(());
        }
        writeln!(
            f,
            "{} of the metadata do not fit the database and are not served:",
            count(inconsistent.len(), "object")
        )?;
        for object in inconsistent.iter().take(TOLD) {
            writeln!(f, "  - {object}")?;
        }
        if inconsistent.len() > TOLD {
            writeln!(
                f,
                "  and {} more: see the log lines",
                inconsistent.len() - TOLD
            )?;
        }
        Ok(())
    }

    fn first_steps(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "\nNo table is tracked yet. Make one, track it, and ask:\n"
        )?;
        // Dollar quotes, because the shell's quotes are around it.
        self.curl(
            f,
            "/v2/query",
            "{\"type\":\"run_sql\",\"args\":{\"sql\":\"create table note (id serial primary key, \
             text text not null); insert into note (text) values ($$hello$$)\"}}",
        )?;
        self.curl(
            f,
            "/v1/metadata",
            "{\"type\":\"pg_track_table\",\"args\":{\"source\":\"default\",\"table\":\"note\"}}",
        )?;
        self.curl(f, "/v1/graphql", "{\"query\":\"{ note { id text } }\"}")
    }

    fn curl(&self, f: &mut fmt::Formatter<'_>, path: &str, body: &str) -> fmt::Result {
        writeln!(
            f,
            "  curl -s {}{path} -H 'x-hasura-admin-secret: {}' -d '{body}'",
            self.base(),
            self.secret_word()
        )
    }
}

/// `1 migration`, `2 migrations`.
fn count(number: usize, thing: &str) -> String {
    let s = if number == 1 { "" } else { "s" };
    format!("{number} {thing}{s}")
}

fn escaped(query: &str) -> String {
    query.replace('\\', "\\\\").replace('"', "\\\"")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::input::Input;
    use super::*;

    fn place(folder: &Path) -> Place {
        let input = Input::new(vec!["dev".into()], Vec::new()).unwrap();
        Place::find(Some(folder.to_owned()), &input).unwrap()
    }

    fn shown(secret: &AdminSecret, applied: &Applied, suggestion: Option<&str>) -> String {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("config.yaml"), "version: 3\n").unwrap();
        Greeting {
            port: 8081,
            console: true,
            secret,
            place: &place(folder.path()),
            database: Path::new("/data/postgres"),
            applied,
            notes: vec!["a note".into()],
            suggestion: suggestion.map(str::to_owned),
        }
        .to_string()
    }

    #[test]
    fn it_tells_where_to_ask_and_what_was_done() {
        let applied = Applied {
            migrations: 1,
            seeds: 2,
            metadata: true,
            inconsistent: vec!["table a: not there".into()],
            ..Applied::default()
        };
        let text = shown(
            &AdminSecret::Own("s3".into()),
            &applied,
            Some("{ a { id } }"),
        );
        for part in [
            "http://localhost:8081/v1/graphql",
            "Console       http://localhost:8081/console",
            "Admin secret  s3",
            "1 migration, 2 seed files, the metadata",
            "/data/postgres",
            "Note: a note",
            "  - table a: not there",
            "curl -s http://localhost:8081/v1/graphql -H 'x-hasura-admin-secret: s3' \
             -d '{\"query\":\"{ a { id } }\"}'",
        ] {
            assert!(text.contains(part), "{part} is missing in: {text}");
        }
    }

    #[test]
    fn a_secret_that_was_given_is_not_shown() {
        let text = shown(
            &AdminSecret::OfProject("s3".into()),
            &Applied::default(),
            None,
        );
        assert!(!text.contains("s3"), "{text}");
        assert!(text.contains("pg_track_table"), "{text}");
    }
}
