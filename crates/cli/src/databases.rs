//! Which databases a command is about: those that the server knows, by name.

use crate::api::Api;
use crate::program::context::Context;
use crate::program::exit::{Outcome, Stop};
use crate::remote::{self, RemoteSource};
use crate::suggest;

/// The flag of commands that are about one database.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Database {
    /// Database (source) that it is about [default: the only one]
    #[arg(long, value_name = "NAME")]
    pub database_name: Option<String>,
}

/// The flags of commands that may be about several.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Databases {
    /// One.
    #[command(flatten)]
    pub one: Database,
    /// Every database that the server knows
    #[arg(long, conflicts_with = "database_name")]
    pub all_databases: bool,
}

/// The databases that are wished for. Without a wish: the only one, or one that is chosen.
///
/// # Errors
/// The server does not know it, or nobody can choose.
pub async fn chosen(
    api: &impl Api,
    wish: &Databases,
    context: &Context,
) -> Outcome<Vec<RemoteSource>> {
    let sources = known(api).await?;
    if wish.all_databases {
        if sources.is_empty() {
            context
                .output
                .warn("the server is connected to no database");
        }
        return Ok(sources);
    }
    let name = wish.one.database_name.as_deref();
    let flag = "--database-name or --all-databases";
    one(sources, name, flag, context).map(|source| vec![source])
}

/// The one database that is wished for.
///
/// # Errors
/// As [`chosen`].
pub async fn one_chosen(
    api: &impl Api,
    name: Option<&str>,
    context: &Context,
) -> Outcome<RemoteSource> {
    one(known(api).await?, name, "--database-name", context)
}

async fn known(api: &impl Api) -> Outcome<Vec<RemoteSource>> {
    let document = remote::export(api)
        .await
        .map_err(|error| Stop::server("read the metadata", &error))?;
    Ok(remote::sources_in(&document))
}

fn one(
    mut sources: Vec<RemoteSource>,
    name: Option<&str>,
    flag: &str,
    context: &Context,
) -> Outcome<RemoteSource> {
    let names: Vec<String> = sources.iter().map(|source| source.name.clone()).collect();
    let index = match name {
        Some(wanted) => names
            .iter()
            .position(|known| known == wanted)
            .ok_or_else(|| {
                let stop = Stop::failed(format!("the server knows no database \"{wanted}\""));
                match suggest::closest(wanted, names.iter().map(String::as_str)) {
                    Some(close) => stop.hint(format!("did you mean \"{close}\"?")),
                    None if names.is_empty() => stop.hint("it is connected to no database"),
                    None => stop.hint(format!("it knows {}", names.join(", "))),
                }
            })?,
        None if names.is_empty() => {
            return Err(
                Stop::failed("the server is connected to no database").hint(format!(
                    "databases are part of the metadata: `{} metadata apply` brings it",
                    context.name()
                )),
            );
        }
        None if names.len() == 1 => 0,
        None => context
            .prompt
            .choose("Which database it is about", &names, flag)?,
    };
    Ok(sources.swap_remove(index))
}

/// Checks that the name of a database can be the name of a folder.
///
/// # Errors
/// It would lead elsewhere.
pub fn as_folder(name: &str) -> Outcome<&str> {
    let odd = name.is_empty()
        || name.starts_with('.')
        || name.contains(['/', '\\', '\0'])
        || name.chars().any(char::is_control);
    if odd {
        return Err(Stop::failed(format!(
            "the database \"{name}\" cannot have a folder of this name"
        )));
    }
    Ok(name)
}
