//! What applies to a command: its project, its server, its reader. A flag wins over the
//! environment, that over `.env`, that over `config.yaml`.

use super::Start;
use super::arguments::Global;
use super::environment::Environment;
use super::exit::{Outcome, Stop};
use super::output::Output;
use super::prompt::{self, Prompt};
use crate::client::{Client, Target};
use crate::suggest;
use howdah_project::{CONFIG_FILE, Config, Project};
use std::io::{IsTerminal, Read};
use std::path::{Path, PathBuf};

/// Everything a command may ask for.
#[derive(Debug)]
pub struct Context {
    /// Who reads.
    pub output: Output,
    /// Who answers.
    pub prompt: Prompt,
    /// Whether older scripts call: they know fewer exit codes.
    pub called_hasura: bool,
    global: Global,
    environment: Environment,
    project: Option<Project>,
    /// Where the project was looked for.
    looked_in: PathBuf,
    /// The program's name, to name commands by.
    name: String,
}

/// The variable that forbids questions.
const DISABLE_INTERACTIVE: &str = "HASURA_GRAPHQL_DISABLE_INTERACTIVE";

/// The file with variables that need not be there.
const USUAL_ENVFILE: &str = ".env";

impl Context {
    /// Finds the project, if there is one, and the variables.
    ///
    /// # Errors
    /// A named folder is no project; a file of settings does not fit.
    pub fn new(
        global: Global,
        mut environment: Environment,
        output: Output,
        start: &Start,
    ) -> Outcome<Self> {
        let current = std::env::current_dir()
            .map_err(|fault| Stop::failed(format!("the current folder: {fault}")))?;
        let folder = match &global.project {
            Some(named) => Some(named.clone()),
            None => above(&current),
        };
        let looked_in = folder.clone().unwrap_or(current);
        match &global.envfile {
            Some(file) if file != Path::new(USUAL_ENVFILE) => {
                let beside = looked_in.join(file);
                let file = if beside.exists() { &beside } else { file };
                if let Some(odd) = environment.add_file(file)?.into_iter().next() {
                    return Err(Stop::usage(odd));
                }
            }
            _ => {
                // It may belong to other programs first of all: what they alone understand is
                // no reason to stop.
                let file = looked_in.join(USUAL_ENVFILE);
                if file.is_file() {
                    for odd in environment.add_file(&file)? {
                        output.warn(odd);
                    }
                }
            }
        }
        let project = match folder.filter(|folder| Project::exists(folder)) {
            Some(folder) => Some(
                Project::open(&folder, |name| environment.get(name))
                    .map_err(|fault| Stop::usage(fault.to_string()))?,
            ),
            None => None,
        };
        let config = project.as_ref().map(Project::config);
        if let Some(config) = config {
            warn_of_keys(config, output);
        }
        let asks = !global.disable_interactive
            && !environment.is_true(DISABLE_INTERACTIVE)
            && !config.is_some_and(|config| config.disable_interactive);
        Ok(Context {
            output,
            prompt: Prompt::new(global.yes, asks),
            called_hasura: start.is_called_hasura(),
            name: start.name.clone(),
            global,
            environment,
            project,
            looked_in,
        })
    }

    /// The project.
    ///
    /// # Errors
    /// There is none.
    pub fn project(&self) -> Outcome<&Project> {
        self.project.as_ref().ok_or_else(|| {
            Stop::usage(format!(
                "{} is not the folder of a project: there is no {CONFIG_FILE}",
                self.looked_in.display()
            ))
            .hint(format!(
                "`{} init` makes a project, --project names its folder",
                self.name
            ))
        })
    }

    /// The project, if there is one.
    pub fn maybe_project(&self) -> Option<&Project> {
        self.project.as_ref()
    }

    /// A variable of the environment or of `.env`.
    pub fn variable(&self, name: &str) -> Option<String> {
        self.environment.get(name)
    }

    /// Whether a variable says yes.
    pub fn is_set(&self, name: &str) -> bool {
        self.environment.is_true(name)
    }

    /// The program's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The settings of the project, or those that apply without one.
    fn config(&self) -> Outcome<Config> {
        match &self.project {
            Some(project) => Ok(project.config().clone()),
            None => Ok(Config::from_text("", Path::new(CONFIG_FILE))?
                .with_environment(|name| self.environment.get(name))),
        }
    }

    /// The folder of the project, or the one that it was looked for in.
    pub fn folder(&self) -> &Path {
        &self.looked_in
    }

    /// The server's address as far as a flag or a variable gives it.
    pub fn given_endpoint(&self) -> Option<String> {
        let flag = self.global.endpoint.clone();
        flag.or_else(|| self.variable("HASURA_GRAPHQL_ENDPOINT"))
    }

    /// The admin secret as far as a flag gives it.
    ///
    /// # Errors
    /// The file of it cannot be read.
    pub fn given_secret(&self) -> Outcome<Option<String>> {
        let global = &self.global;
        if let Some(secret) = global.admin_secret.as_ref().or(global.access_key.as_ref()) {
            return Ok(Some(secret.clone()));
        }
        global
            .admin_secret_file
            .as_deref()
            .map(secret_in)
            .transpose()
    }

    /// The server's address and how to speak to it.
    ///
    /// # Errors
    /// The address is none, or a file that is named cannot be read.
    pub fn target(&self) -> Outcome<Target> {
        let config = self.config()?;
        let secret = self.secret(&config)?;
        let global = &self.global;
        let authority = global.certificate_authority.clone().or_else(|| {
            // What the project names is meant from its folder.
            let named = config.certificate_authority.as_ref()?;
            Some(self.looked_in.join(named))
        });
        let authorities = match authority.filter(|file| !file.as_os_str().is_empty()) {
            Some(file) => Some(std::fs::read(&file).map_err(|fault| {
                Stop::usage(format!(
                    "the certificate authority {}: {fault}",
                    file.display()
                ))
            })?),
            None => None,
        };
        Target::new(
            global.endpoint.as_deref().unwrap_or(&config.endpoint),
            secret,
            &config.api_paths,
            authorities,
            global.insecure_skip_tls_verify || config.insecure_skip_tls_verify,
        )
    }

    /// The server.
    ///
    /// # Errors
    /// As [`Context::target`].
    pub fn client(&self) -> Outcome<Client> {
        Client::new(self.target()?)
    }

    fn secret(&self, config: &Config) -> Outcome<Option<String>> {
        let given = self.given_secret()?;
        Ok(given.or_else(|| config.secret().map(str::to_owned)))
    }
}

/// Keys that nobody reads are probably misspelt.
fn warn_of_keys(config: &Config, output: Output) {
    for (key, warning) in config.extra.keys().zip(&config.warnings) {
        output.warn(match suggest::closest(key, Config::KEYS) {
            Some(close) => format!("{warning}; did you mean \"{close}\"?"),
            None => warning.to_string(),
        });
    }
}

/// The folder or the first above it that is a project.
fn above(folder: &Path) -> Option<PathBuf> {
    folder
        .ancestors()
        .find(|folder| Project::exists(folder))
        .map(Path::to_owned)
}

/// The first line of a file, or of standard input.
fn secret_in(file: &Path) -> Outcome<String> {
    let mut text = String::new();
    let read = if file == Path::new("-") {
        let mut input = std::io::stdin();
        if input.is_terminal() && std::io::stderr().is_terminal() {
            prompt::secret("Admin secret")
                .map(|typed| text = typed)
                .map(|()| 0)
        } else {
            input.read_to_string(&mut text)
        }
    } else {
        std::fs::File::open(file).and_then(|mut file| file.read_to_string(&mut text))
    };
    read.map_err(|fault| Stop::usage(format!("the admin secret in {}: {fault}", file.display())))?;
    match text.lines().next().map(str::trim) {
        Some(secret) if !secret.is_empty() => Ok(secret.to_owned()),
        _ => Err(Stop::usage(format!(
            "the admin secret in {}: the first line is empty",
            file.display()
        ))),
    }
}
