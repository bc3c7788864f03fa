//! Rights of roles on tables.
//!
//! The fields of the permits are private and only [`Roles`] hands permits out: whoever builds a
//! query must have asked for the role's right first, and every column, filter and limit comes from
//! there. The rules themselves (stored filters) are written with [`ColumnUse::in_rule`] and
//! [`Target::in_rule`], which carry no role's filter; lowering of client requests never calls them.

use crate::catalog::{ColumnId, TableId};
use crate::mutation::WriteValue;
use crate::predicate::Predicate;
use crate::validation::InputValidation;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// What hides a value: NULL is shown for rows where the predicate does not hold. `None`: never.
pub type Redaction = Option<Arc<Predicate>>;

static EVERY_ROW: Predicate = Predicate::TRUE;

/// A role's stored right to read a table.
#[derive(Debug, Clone, PartialEq)]
pub struct SelectRules {
    /// Readable columns.
    pub columns: BTreeMap<ColumnId, Redaction>,
    /// Readable scalar computed fields by name; of a logical model, readable fields that lead to
    /// another one.
    pub computed_fields: BTreeMap<Arc<str>, Redaction>,
    /// Which rows.
    pub filter: Arc<Predicate>,
    /// At most so many rows per list.
    pub limit: Option<u64>,
    /// Whether aggregates may be asked for.
    pub aggregations: bool,
    /// Which query root fields exist; `None` means all.
    pub query_root_fields: Option<BTreeSet<RootFieldKind>>,
    /// Which subscription root fields exist; `None` means all.
    pub subscription_root_fields: Option<BTreeSet<RootFieldKind>>,
}

/// Root fields that a select permission can hide (J17).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RootFieldKind {
    /// `t`
    Select,
    /// `t_by_pk`
    SelectByPk,
    /// `t_aggregate`
    SelectAggregate,
    /// `t_stream`
    SelectStream,
}

/// A role's stored right to insert.
#[derive(Debug, Clone, PartialEq)]
pub struct InsertRules {
    /// Columns the client may give.
    pub columns: BTreeSet<ColumnId>,
    /// What every written row must satisfy.
    pub check: Arc<Predicate>,
    /// Values the role cannot choose.
    pub presets: Vec<(ColumnId, WriteValue)>,
    /// Needs the admin secret and a header (J18).
    pub backend_only: bool,
    /// Who is asked before rows are written (H23).
    pub validation: Option<Arc<InputValidation>>,
}

/// A role's stored right to update.
#[derive(Debug, Clone, PartialEq)]
pub struct UpdateRules {
    /// Columns the client may change.
    pub columns: BTreeSet<ColumnId>,
    /// Which rows.
    pub filter: Arc<Predicate>,
    /// What every row must satisfy afterwards; `None`: no check.
    pub check: Option<Arc<Predicate>>,
    /// Values the role cannot choose.
    pub presets: Vec<(ColumnId, WriteValue)>,
    /// Needs the admin secret and a header (J18).
    pub backend_only: bool,
    /// Who is asked before rows are written (H23).
    pub validation: Option<Arc<InputValidation>>,
}

/// A role's stored right to delete.
#[derive(Debug, Clone, PartialEq)]
pub struct DeleteRules {
    /// Which rows.
    pub filter: Arc<Predicate>,
    /// Needs the admin secret and a header (J18).
    pub backend_only: bool,
    /// Who is asked before rows are written (H23).
    pub validation: Option<Arc<InputValidation>>,
}

/// All rights of one role on one table.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TableRules {
    /// Read.
    pub select: Option<Arc<SelectRules>>,
    /// Insert.
    pub insert: Option<Arc<InsertRules>>,
    /// Update.
    pub update: Option<Arc<UpdateRules>>,
    /// Delete.
    pub delete: Option<Arc<DeleteRules>>,
}

/// The rights of all roles on the tables of one source. `admin` has every right.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Roles {
    rules: HashMap<Arc<str>, HashMap<TableId, TableRules>>,
}

impl Roles {
    /// Adds the rights of a role on a table: called while a snapshot is made.
    pub fn grant(&mut self, role: &Arc<str>, table: TableId) -> &mut TableRules {
        self.rules
            .entry(role.clone())
            .or_default()
            .entry(table)
            .or_default()
    }

    /// The roles that have any right, in no order.
    pub fn names(&self) -> impl Iterator<Item = &Arc<str>> {
        self.rules.keys()
    }

    /// The stored rights, for merging inherited roles and for reports. Not for building queries.
    pub fn rules(&self, role: &str, table: TableId) -> Option<&TableRules> {
        self.rules.get(role)?.get(&table)
    }

    /// The role's right to read a table, if it has one.
    pub fn open_select(&self, role: &str, table: TableId) -> Option<SelectPermit> {
        if role == crate::session::ADMIN {
            return Some(SelectPermit { table, rules: None });
        }
        let rules = self.rules(role, table)?.select.clone()?;
        Some(SelectPermit {
            table,
            rules: Some(rules),
        })
    }

    /// The role's right to insert into a table. `backend` says whether backend-only rights count.
    pub fn open_insert(&self, role: &str, table: TableId, backend: bool) -> Option<InsertPermit> {
        if role == crate::session::ADMIN {
            return Some(InsertPermit { table, rules: None });
        }
        let rules = self.rules(role, table)?.insert.clone()?;
        (backend || !rules.backend_only).then_some(InsertPermit {
            table,
            rules: Some(rules),
        })
    }

    /// The role's right to update a table.
    pub fn open_update(&self, role: &str, table: TableId, backend: bool) -> Option<UpdatePermit> {
        if role == crate::session::ADMIN {
            return Some(UpdatePermit { table, rules: None });
        }
        let rules = self.rules(role, table)?.update.clone()?;
        (backend || !rules.backend_only).then_some(UpdatePermit {
            table,
            rules: Some(rules),
        })
    }

    /// The role's right to delete from a table.
    pub fn open_delete(&self, role: &str, table: TableId, backend: bool) -> Option<DeletePermit> {
        if role == crate::session::ADMIN {
            return Some(DeletePermit { table, rules: None });
        }
        let rules = self.rules(role, table)?.delete.clone()?;
        (backend || !rules.backend_only).then_some(DeletePermit {
            table,
            rules: Some(rules),
        })
    }
}

/// A role's right to read a table, opened for a request.
#[derive(Debug, Clone, PartialEq)]
pub struct SelectPermit {
    table: TableId,
    /// `None` is the administrator.
    rules: Option<Arc<SelectRules>>,
}

impl SelectPermit {
    /// The table.
    pub fn table(&self) -> TableId {
        self.table
    }

    /// A column, if the role may read it. The id must be one of the table.
    pub fn column(&self, column: ColumnId) -> Option<ColumnUse> {
        match &self.rules {
            None => Some(ColumnUse {
                column,
                redaction: None,
            }),
            Some(rules) => rules.columns.get(&column).map(|redaction| ColumnUse {
                column,
                redaction: redaction.clone(),
            }),
        }
    }

    /// The redaction of a scalar computed field, if the role may read it.
    pub fn computed_field(&self, name: &str) -> Option<Redaction> {
        match &self.rules {
            None => Some(None),
            Some(rules) => rules.computed_fields.get(name).cloned(),
        }
    }

    /// The columns that the role sees in some rows only, with what must hold for those.
    pub fn redacted_columns(&self) -> impl Iterator<Item = (ColumnId, &Predicate)> {
        let columns = self.rules.iter().flat_map(|rules| &rules.columns);
        columns.filter_map(|(column, redaction)| Some((*column, &**redaction.as_ref()?)))
    }

    /// The same of scalar computed fields.
    pub fn redacted_computed_fields(&self) -> impl Iterator<Item = (&Arc<str>, &Predicate)> {
        let fields = self.rules.iter().flat_map(|rules| &rules.computed_fields);
        fields.filter_map(|(name, redaction)| Some((name, &**redaction.as_ref()?)))
    }

    /// Whether the role may follow a field of a logical model in every row that it may read.
    pub fn model_field(&self, name: &str) -> bool {
        self.computed_field(name)
            .is_some_and(|redaction| redaction.is_none())
    }

    /// The row filter.
    pub fn filter(&self) -> &Predicate {
        self.rules.as_ref().map_or(&EVERY_ROW, |r| &r.filter)
    }

    /// The most rows that a list may have.
    pub fn limit(&self) -> Option<u64> {
        self.rules.as_ref().and_then(|r| r.limit)
    }

    /// Whether aggregates may be asked for.
    pub fn aggregations(&self) -> bool {
        self.rules.as_ref().is_none_or(|r| r.aggregations)
    }

    /// Whether a query root field exists.
    pub fn has_query_field(&self, kind: RootFieldKind) -> bool {
        self.rules
            .as_ref()
            .and_then(|r| r.query_root_fields.as_ref())
            .is_none_or(|kinds| kinds.contains(&kind))
    }

    /// Whether a subscription root field exists.
    pub fn has_subscription_field(&self, kind: RootFieldKind) -> bool {
        self.rules
            .as_ref()
            .and_then(|r| r.subscription_root_fields.as_ref())
            .is_none_or(|kinds| kinds.contains(&kind))
    }

    /// Whether this is the administrator's.
    pub fn is_unrestricted(&self) -> bool {
        self.rules.is_none()
    }

    /// The table with the row filter, for conditions and orders that only look at it.
    pub fn target(&self) -> Target {
        Target {
            table: self.table,
            filter: self
                .rules
                .as_ref()
                .map(|r| r.filter.clone())
                .filter(|f| !f.is_true()),
        }
    }
}

/// A table with the filter that a role's permit puts on it.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    table: TableId,
    filter: Option<Arc<Predicate>>,
}

impl Target {
    /// A table inside a stored rule: the author of the rule decides what is looked at.
    pub fn in_rule(table: TableId) -> Self {
        Target {
            table,
            filter: None,
        }
    }

    /// The table.
    pub fn table(&self) -> TableId {
        self.table
    }

    /// The filter; `None` means every row.
    pub fn filter(&self) -> Option<&Predicate> {
        self.filter.as_deref()
    }
}

/// A column as a role may use it.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnUse {
    column: ColumnId,
    redaction: Redaction,
}

impl ColumnUse {
    /// A column inside a stored rule: rules see every column.
    pub fn in_rule(column: ColumnId) -> Self {
        ColumnUse {
            column,
            redaction: None,
        }
    }

    /// The column.
    pub fn column(&self) -> ColumnId {
        self.column
    }

    /// When set, the value is NULL for rows where this does not hold. It applies wherever the
    /// column is used: output, conditions, order, distinct, aggregates.
    pub fn redaction(&self) -> Option<&Arc<Predicate>> {
        self.redaction.as_ref()
    }
}

macro_rules! write_permit {
    ($(#[$doc:meta])* $name:ident, $rules:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name {
            table: TableId,
            rules: Option<Arc<$rules>>,
        }

        impl $name {
            /// The table.
            pub fn table(&self) -> TableId {
                self.table
            }

            /// The stored rules; `None` is the administrator.
            pub fn rules(&self) -> Option<&$rules> {
                self.rules.as_deref()
            }
        }
    };
}

write_permit! {
    /// A role's right to insert into a table, opened for a request.
    InsertPermit, InsertRules
}
write_permit! {
    /// A role's right to update a table, opened for a request.
    UpdatePermit, UpdateRules
}
write_permit! {
    /// A role's right to delete from a table, opened for a request.
    DeletePermit, DeleteRules
}
