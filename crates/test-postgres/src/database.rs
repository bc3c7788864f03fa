//! A fresh database for one test.

use crate::shared;
use tokio_postgres::{Client, NoTls};

/// A database of its own, dropped with this value.
#[derive(Debug)]
pub struct TestDatabase {
    name: String,
    url: String,
    server: String,
}

/// Creates an empty database on the shared server.
///
/// # Panics
/// When there is no PostgreSQL to be had; the text names `make test`.
pub async fn database() -> TestDatabase {
    let server = tokio::task::spawn_blocking(|| shared::url().to_owned())
        .await
        .unwrap_or_else(|e| std::panic::resume_unwind(e.into_panic()));
    TestDatabase::create(server).await
}

impl TestDatabase {
    pub(crate) async fn create(server: String) -> TestDatabase {
        let name = format!("test_{:016x}", rand::random::<u64>());
        let admin = connect(&server).await;
        admin
            .batch_execute(&format!("create database {name} template template0"))
            .await
            .expect("create a test database");
        let url = with_database(&server, &name);
        TestDatabase { name, url, server }
    }

    /// The superuser's URL of this database.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The name of this database.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The URL with another user (who needs `password` on the shared server).
    pub fn url_as(&self, user: &str, password: &str) -> String {
        let (scheme, rest) = self.url.split_once("://").expect("a URL");
        let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
        format!("{scheme}://{user}:{password}@{host}")
    }

    /// A plain connection, driven in the background.
    ///
    /// # Panics
    /// When the server is gone.
    pub async fn client(&self) -> Client {
        connect(&self.url).await
    }

    /// Runs statements, one string may hold several.
    ///
    /// # Panics
    /// With PostgreSQL's message when they fail.
    pub async fn run(&self, sql: &str) {
        if let Err(e) = self.client().await.batch_execute(sql).await {
            panic!("test SQL failed: {e:?}\n{sql}");
        }
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let (server, name) = (self.server.clone(), self.name.clone());
        // A thread with a runtime of its own: the test's runtime may be single-threaded and
        // is blocked here.
        let (done, is_done) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let _done: std::sync::mpsc::Sender<()> = done;
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .ok()?;
            runtime.block_on(async {
                let (client, connection) = tokio_postgres::connect(&server, NoTls).await.ok()?;
                tokio::spawn(connection);
                client
                    .batch_execute(&format!(
                        "select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'"
                    ))
                    .await
                    .ok()?;
                client.batch_execute(&format!("drop database if exists {name}")).await.ok()
            })
        });
        // A connection that the test was about to open holds the drop up for as long as the server
        // waits for a password: the server is thrown away in the end, and the database with it.
        let _ = is_done.recv_timeout(std::time::Duration::from_secs(3));
    }
}

/// `postgres://…/old?x=y` → `postgres://…/new?x=y`.
fn with_database(url: &str, name: &str) -> String {
    let (base, query) = url
        .split_once('?')
        .map_or((url, None), |(b, q)| (b, Some(q)));
    let start = base.find("://").map_or(0, |i| i + 3);
    let end = base[start..].find('/').map_or(base.len(), |i| start + i);
    let query = query.map(|q| format!("?{q}")).unwrap_or_default();
    format!("{}/{name}{query}", &base[..end])
}

async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls)
        .await
        .unwrap_or_else(|e| panic!("cannot connect to the test server: {e}"));
    tokio::spawn(connection);
    client
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_database_of_a_url_is_replaced() {
        assert_eq!(
            with_database("postgres://u:p@h:1/a?b=c", "x"),
            "postgres://u:p@h:1/x?b=c"
        );
        assert_eq!(with_database("postgres://h", "x"), "postgres://h/x");
    }

    #[tokio::test]
    async fn databases_are_fresh_and_dropped() {
        let database = database().await;
        database.run("create table t (id int)").await;
        let other = super::database().await;
        other.run("create table t (id int)").await;
        let name = database.name().to_owned();
        drop(database);
        let rows = other
            .client()
            .await
            .query("select 1 from pg_database where datname = $1", &[&name])
            .await
            .unwrap();
        assert!(rows.is_empty());
    }
}
