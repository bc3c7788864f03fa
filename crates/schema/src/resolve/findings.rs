//! Collects what does not fit while a snapshot is made.

use crate::model::{Inconsistency, NotInherited};
use howdah_error::{Code, Error};
use howdah_metadata::{Metadata, MetadataObject, QualifiedName, TableObject};

/// The inconsistencies found so far.
pub(super) struct Findings<'m> {
    metadata: &'m Metadata,
    list: Vec<Inconsistency>,
}

impl<'m> Findings<'m> {
    pub(super) fn new(metadata: &'m Metadata) -> Self {
        Findings {
            metadata,
            list: Vec::new(),
        }
    }

    /// Adds an object with the reason as the error states it.
    pub(super) fn add(&mut self, object: MetadataObject, error: Error) {
        let definition = object.definition(self.metadata);
        let reason = match error.code() {
            // The text names all the objects of the conflict.
            Code::Unexpected if error.internal().is_none() => error.message().to_owned(),
            _ => format!("Inconsistent object: {}", error.message()),
        };
        self.list.push(Inconsistency {
            object,
            definition,
            reason,
            code: error.code().clone(),
            message: error.internal().cloned(),
            not_inherited: None,
        });
    }

    /// Adds a right that a role cannot inherit.
    pub(super) fn add_not_inherited(&mut self, object: MetadataObject, right: NotInherited) {
        let reason = format!(
            "Could not inherit permission for the role '{}' for the entity: '{} permission, table: {}, source: '{}''",
            right.role,
            right.kind.as_str(),
            right.table,
            right.source
        );
        self.list.push(Inconsistency {
            object,
            definition: serde_json::Value::Null,
            reason,
            code: Code::InvalidConfiguration,
            message: None,
            not_inherited: Some(right),
        });
    }

    /// Adds an object whose reason begins with where it stands.
    pub(super) fn add_in_context(&mut self, object: MetadataObject, error: Error) {
        let message = format!("{}{}", object.reason_prefix(), error.message());
        self.add(object, error.with_message(message));
    }

    /// Whether an object has been found not to fit.
    pub(super) fn contains(&self, object: &MetadataObject) -> bool {
        self.list.iter().any(|i| i.object == *object)
    }

    pub(super) fn into_list(self) -> Vec<Inconsistency> {
        self.list
    }
}

/// An object on a table.
pub(super) fn on_table(source: &str, table: &QualifiedName, object: TableObject) -> MetadataObject {
    MetadataObject::in_table(source, table.clone(), object)
}
