//! The prepared statements of one connection, at most so many.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use tokio_postgres::Statement;

/// Most statements a connection keeps. Each costs the server memory for its plan.
const CAPACITY: usize = 250;

/// Statements by their text; the one used longest ago makes room. A statement dropped here is
/// closed on the server.
#[derive(Default)]
pub(super) struct StatementCache {
    by_text: HashMap<Arc<str>, (Statement, u64)>,
    clock: u64,
}

impl StatementCache {
    pub(super) fn get(&mut self, sql: &str) -> Option<Statement> {
        self.clock += 1;
        let (statement, used) = self.by_text.get_mut(sql)?;
        *used = self.clock;
        Some(statement.clone())
    }

    pub(super) fn insert(&mut self, sql: Arc<str>, statement: Statement) {
        if self.by_text.len() >= CAPACITY && !self.by_text.contains_key(&sql) {
            let oldest = self
                .by_text
                .iter()
                .min_by_key(|(_, (_, used))| *used)
                .map(|(sql, _)| sql.clone());
            if let Some(oldest) = oldest {
                self.by_text.remove(&oldest);
            }
        }
        self.clock += 1;
        self.by_text.insert(sql, (statement, self.clock));
    }

    pub(super) fn remove(&mut self, sql: &str) {
        self.by_text.remove(sql);
    }

    pub(super) fn clear(&mut self) {
        self.by_text.clear();
    }
}

/// Statement texts shared by the caches of all connections of a pool, so that fifty
/// connections do not hold fifty copies.
#[derive(Default)]
pub(super) struct Texts(Mutex<HashSet<Arc<str>>>);

impl Texts {
    pub(super) fn share(&self, sql: &str) -> Arc<str> {
        let mut texts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = texts.get(sql) {
            return known.clone();
        }
        if texts.len() >= 4 * CAPACITY {
            texts.retain(|text| Arc::strong_count(text) > 1);
        }
        let new: Arc<str> = sql.into();
        texts.insert(new.clone());
        new
    }
}
