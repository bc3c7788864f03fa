//! The metadata document, its version, and word of its changes.

use super::MetadataStore;
use crate::connection::Listener;
use crate::execution::{Expected, TextParam, TransactionOptions};
use howdah_error::{Code, Error, Result};
use serde_json::Value;
use tokio_postgres::Row;
use tokio_postgres::types::FromSql;

/// A document as it stands in the store.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredMetadata {
    /// The document, keys in order, numbers with their digits.
    pub metadata: Value,
    /// Raised by one with each change.
    pub resource_version: i64,
}

/// What another look at the store found.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The version of the document now.
    pub resource_version: i64,
    /// Which instance made the last change.
    pub instance_id: Option<String>,
    /// Up to which version that change counts.
    pub notified_version: Option<i64>,
    /// What the change makes stale, as the instance wrote it.
    pub invalidations: Value,
}

const LOAD: &str =
    "select metadata::text, resource_version from hdb_catalog.hdb_metadata where id = 1";

const STORE: &str = "insert into hdb_catalog.hdb_metadata as m (id, metadata) values (1, $1::json) \
     on conflict (id) do update set metadata = excluded.metadata, \
     resource_version = m.resource_version + 1 where m.resource_version = $2::int4 \
     returning resource_version";

const NOTIFY: &str = "insert into hdb_catalog.hdb_schema_notifications as n \
     (id, notification, resource_version, instance_id) \
     values (1, $1::json, $2::int4, $3::uuid) \
     on conflict (id) do update set notification = excluded.notification, \
     resource_version = excluded.resource_version, instance_id = excluded.instance_id, \
     updated_at = now()";

/// Wakes the instances that listen; those of the old engine only look at the tables.
const WAKE: &str = "select pg_catalog.pg_notify($1, $2)";

const POLL: &str = "select m.resource_version, n.instance_id::text, n.resource_version, \
     n.notification::text from hdb_catalog.hdb_metadata m \
     left join hdb_catalog.hdb_schema_notifications n on n.id = 1 where m.id = 1";

/// The channel on which changes are told.
const CHANNEL: &str = "howdah_metadata";

/// The version of a store nobody has written to.
const FIRST_VERSION: i64 = 1;

impl MetadataStore {
    /// The document and its version; an empty document if there is none.
    ///
    /// # Errors
    /// `postgres-error` or `unexpected` when it cannot be read.
    pub async fn load(&self) -> Result<StoredMetadata> {
        let rows = self.pool.query_rows(LOAD, &[], Expected::Nothing).await?;
        let Some(row) = rows.first() else {
            return Ok(StoredMetadata {
                metadata: serde_json::json!({"version": 3, "sources": []}),
                resource_version: FIRST_VERSION,
            });
        };
        Ok(StoredMetadata {
            metadata: parse(get(row, 0)?)?,
            resource_version: get::<i32>(row, 1)?.into(),
        })
    }

    /// Replaces the document (its text) if its version is still `expected_version`, and tells the other
    /// instances what became stale; the new version.
    ///
    /// # Errors
    /// 409 `conflict` when somebody was faster. Nothing is changed by a failure.
    pub async fn store(
        &self,
        metadata: String,
        expected_version: i64,
        invalidations: &Value,
    ) -> Result<i64> {
        let transaction = self.pool.begin(&TransactionOptions::default()).await?;
        let rows = transaction
            .query_rows(
                STORE,
                &[
                    TextParam::new(Some(metadata.into())),
                    number(expected_version),
                ],
                Expected::Nothing,
            )
            .await?;
        let Some(row) = rows.first() else {
            transaction.rollback().await?;
            return Err(conflict(expected_version));
        };
        let version = i64::from(get::<i32>(row, 0)?);
        transaction
            .query_rows(
                NOTIFY,
                &self.notification(version, invalidations),
                Expected::Nothing,
            )
            .await?;
        transaction.commit(Expected::Nothing).await?;
        self.wake_others(version).await;
        Ok(version)
    }

    /// Tells the other instances to take a fresh look although the document is the same.
    ///
    /// # Errors
    /// `postgres-error` or `unexpected` when it cannot be written.
    pub async fn notify(&self, resource_version: i64, invalidations: &Value) -> Result<()> {
        let params = self.notification(resource_version, invalidations);
        let connection = self.pool.get().await?;
        connection
            .query_rows(NOTIFY, &params, Expected::Nothing)
            .await?;
        drop(connection);
        self.wake_others(resource_version).await;
        Ok(())
    }

    /// A wake-up call that gets lost costs a moment: they look at the tables all the same. And
    /// relatives of PostgreSQL may have no channels.
    async fn wake_others(&self, version: i64) {
        let call = [TextParam::from(CHANNEL), number(version)];
        let _ = self.pool.query_rows(WAKE, &call, Expected::Nothing).await;
    }

    /// Hears of changes as soon as they are stored. Behind a pooler that hands connections on
    /// there may be nothing to hear: look at [`MetadataStore::poll_notifications`] all the same.
    ///
    /// # Errors
    /// Why the connection could not be opened.
    pub async fn listen(&self) -> Result<Listener> {
        self.pool.listen(CHANNEL).await
    }

    /// The version of the document now, and who changed it last.
    ///
    /// # Errors
    /// `postgres-error` or `unexpected` when it cannot be read.
    pub async fn poll_notifications(&self) -> Result<Change> {
        let rows = self.pool.query_rows(POLL, &[], Expected::Nothing).await?;
        let Some(row) = rows.first() else {
            return Ok(Change {
                resource_version: FIRST_VERSION,
                instance_id: None,
                notified_version: None,
                invalidations: Value::Null,
            });
        };
        Ok(Change {
            resource_version: get::<i32>(row, 0)?.into(),
            instance_id: get(row, 1)?,
            notified_version: get::<Option<i32>>(row, 2)?.map(i64::from),
            invalidations: match get::<Option<&str>>(row, 3)? {
                Some(found) => parse(found)?,
                None => Value::Null,
            },
        })
    }

    fn notification(&self, version: i64, invalidations: &Value) -> [TextParam; 3] {
        [
            text(invalidations),
            number(version),
            TextParam::from(&*self.instance_id),
        ]
    }
}

fn conflict(expected: i64) -> Error {
    Error::new(
        Code::Conflict,
        format!("metadata resource version referenced ({expected}) did not match current version"),
    )
}

fn text(value: &Value) -> TextParam {
    TextParam::new(Some(value.to_string().into()))
}

fn number(value: i64) -> TextParam {
    TextParam::new(Some(value.to_string().into()))
}

fn parse(text: &str) -> Result<Value> {
    serde_json::from_str(text)
        .map_err(|e| Error::unexpected(format!("the stored metadata cannot be read: {e}")))
}

pub(super) fn get<'a, T: FromSql<'a>>(row: &'a Row, index: usize) -> Result<T> {
    row.try_get(index)
        .map_err(|e| Error::unexpected(format!("the metadata store cannot be read: {e}")))
}
