//! Makes the catalogue, or makes sure that the one that is there can be used.

use crate::connection::IsolationLevel;
use crate::execution::{Access, Connection, Expected, Pool, TransactionOptions};
use crate::introspection::quote_identifier;
use howdah_error::{Error, Result};
use tokio_postgres::Row;

const INSTALL: &str = include_str!("install.sql");

/// The version whose tables these are.
const VERSION: u32 = 48;

/// Instances that start at once take turns by this key ("howdah" in hexadecimal).
const LOCK: &str = "select pg_advisory_xact_lock(x'686f77646168'::int8)";

/// What there is; asks nothing that needs a right.
const SITUATION: &str = "select current_user::text, current_database()::text, \
     current_setting('server_version_num')::int4, \
     n.oid is not null, v.oid is not null, \
     has_database_privilege(current_database(), 'CREATE'), \
     coalesce(has_schema_privilege(n.oid, 'USAGE'), false), \
     coalesce(has_schema_privilege(n.oid, 'CREATE'), false), \
     coalesce((select bool_and(has_table_privilege(c.oid, 'SELECT') \
         and has_table_privilege(c.oid, 'INSERT') and has_table_privilege(c.oid, 'UPDATE')) \
       from pg_catalog.pg_class c where c.relnamespace = n.oid and c.relkind = 'r'), true), \
     exists (select from pg_catalog.pg_proc p where p.proname = 'gen_random_uuid') \
     from (select) one \
     left join pg_catalog.pg_namespace n on n.nspname = 'hdb_catalog' \
     left join pg_catalog.pg_class v on v.relnamespace = n.oid and v.relname = 'hdb_version'";

struct Situation {
    role: String,
    database: String,
    server_version: i32,
    has_schema: bool,
    has_version: bool,
    may_create_schema: bool,
    may_use_schema: bool,
    may_create_tables: bool,
    may_use_tables: bool,
    has_uuid_function: bool,
}

impl Situation {
    async fn of(connection: &Connection) -> Result<Self> {
        let rows = connection
            .query_rows(SITUATION, &[], Expected::Nothing)
            .await?;
        let Some(row) = rows.first() else {
            return Err(Error::unexpected(
                "the metadata database says nothing of itself",
            ));
        };
        Ok(Situation {
            role: get(row, 0)?,
            database: get(row, 1)?,
            server_version: get(row, 2)?,
            has_schema: get(row, 3)?,
            has_version: get(row, 4)?,
            may_create_schema: get(row, 5)?,
            may_use_schema: get(row, 6)?,
            may_create_tables: get(row, 7)?,
            may_use_tables: get(row, 8)?,
            has_uuid_function: get(row, 9)?,
        })
    }

    /// The grant that is lacking, as an error.
    fn check_rights(&self) -> Result<()> {
        let (role, database) = (
            quote_identifier(&self.role),
            quote_identifier(&self.database),
        );
        if !self.has_schema {
            return match self.may_create_schema {
                true => Ok(()),
                false => lacking(format!(
                    "the role {role} may not create the schema hdb_catalog in the database \
                     {database}; grant it with: GRANT CREATE ON DATABASE {database} TO {role}; or \
                     create it with: CREATE SCHEMA hdb_catalog AUTHORIZATION {role};"
                )),
            };
        }
        if !self.may_use_schema || (!self.has_version && !self.may_create_tables) {
            return lacking(format!(
                "the role {role} may not use the schema hdb_catalog; grant it with: GRANT USAGE, \
                 CREATE ON SCHEMA hdb_catalog TO {role};"
            ));
        }
        if self.has_version && !self.may_use_tables {
            return lacking(format!(
                "the role {role} may not read and write the tables of the schema hdb_catalog; \
                 grant it with: GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA \
                 hdb_catalog TO {role};"
            ));
        }
        Ok(())
    }
}

fn lacking<T>(text: String) -> Result<T> {
    Err(Error::unexpected(text))
}

fn get<'a, T: tokio_postgres::types::FromSql<'a>>(row: &'a Row, index: usize) -> Result<T> {
    row.try_get(index)
        .map_err(|e| Error::unexpected(format!("cannot read the catalogue: {e}")))
}

/// Leaves the catalogue ready for use; the UUID of the database.
pub(super) async fn install(pool: &Pool) -> Result<String> {
    let connection = pool.get().await?;
    let found = Situation::of(&connection).await?;
    found.check_rights()?;
    if found.has_version {
        return database_id(&connection).await;
    }
    let options = TransactionOptions {
        isolation: IsolationLevel::ReadCommitted,
        access: Access::ReadWrite,
        session: None,
        trace: None,
    };
    let transaction = connection.begin(&options).await?;
    transaction.execute(LOCK, Expected::Nothing).await?;
    // Another instance may have been faster.
    let found = Situation::of(&transaction).await?;
    if !found.has_version {
        if !found.has_uuid_function {
            create_pgcrypto(&transaction, &found, &pool.settings().extensions_schema).await?;
        }
        if !found.has_schema {
            transaction
                .execute("create schema hdb_catalog", Expected::Nothing)
                .await?;
        }
        transaction.execute(INSTALL, Expected::Nothing).await?;
    }
    let id = database_id(&transaction).await?;
    transaction.commit(Expected::Nothing).await?;
    Ok(id)
}

/// Before version 13 PostgreSQL makes random UUIDs by an extension only.
async fn create_pgcrypto(
    connection: &Connection,
    found: &Situation,
    extensions_schema: &str,
) -> Result<()> {
    let sql = format!(
        "create extension if not exists pgcrypto schema {}",
        quote_identifier(extensions_schema)
    );
    connection.execute(&sql, Expected::Nothing).await.map_err(|e| {
        let text = format!(
            "PostgreSQL {} needs the extension pgcrypto, and the role {} could not create it; have \
             a superuser run in the database {}: CREATE EXTENSION pgcrypto;",
            found.server_version / 10_000,
            quote_identifier(&found.role),
            quote_identifier(&found.database),
        );
        e.with_message(text)
    })
}

/// The database's UUID, if its catalogue has our version.
async fn database_id(connection: &Connection) -> Result<String> {
    let rows = connection
        .query_rows(
            "select version, hasura_uuid::text from hdb_catalog.hdb_version",
            &[],
            Expected::Nothing,
        )
        .await?;
    let Some(row) = rows.first() else {
        return Err(Error::unexpected(
            "the schema hdb_catalog of the metadata database is damaged: hdb_version has no row",
        ));
    };
    let version: String = get(row, 0)?;
    match refusal(&version) {
        None => get(row, 1),
        Some(text) => Err(Error::unexpected(text)),
    }
}

/// Why a catalogue of this version cannot be used.
fn refusal(version: &str) -> Option<String> {
    let whole = version
        .split('.')
        .next()
        .and_then(|v| v.parse::<u32>().ok());
    let releases = match whole {
        Some(VERSION) if version == "48" => return None,
        Some(43) => " (of v1.4.0-alpha.1)",
        Some(44) => " (of the first alphas of v2.0.0)",
        Some(45) => " (of v2.0.0-alpha.7)",
        Some(46) => " (of v2.0.0-alpha.8 to v2.0.6)",
        Some(47) => " (of v2.0.7 and later)",
        Some(older) if older < 43 => " (of v1)",
        _ => {
            return Some(format!(
                "the catalogue of the metadata database has version {version}, which this server \
                 does not know (it knows version {VERSION}); nothing was changed. It was made by a \
                 newer engine: use that one, or have it go back to version {VERSION} first"
            ));
        }
    };
    Some(format!(
        "the catalogue of the metadata database has version {version}{releases}, this server needs \
         version {VERSION}; nothing was changed. Start Hasura GraphQL Engine v2.48 on this database \
         once, which brings the catalogue up to date, then start this server again"
    ))
}

#[cfg(test)]
mod tests {
    use super::refusal;

    #[test]
    fn only_our_version_is_accepted() {
        assert_eq!(refusal("48"), None);
        assert!(refusal("47").is_some_and(|t| t.contains("v2.48") && t.contains("v2.0.7")));
        assert!(refusal("43.1").is_some_and(|t| t.contains("v2.48")));
        assert!(refusal("49").is_some_and(|t| t.contains("newer")));
        assert!(refusal("48.5").is_some());
        assert!(refusal("nonsense").is_some());
    }
}
