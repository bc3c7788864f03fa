//! The order in which lists are exported, whatever order they are kept in.

use crate::function::{ComputedField, Function};
use crate::logical_model::LogicalModel;
use crate::native_query::{NativeQuery, NativeQueryRelationship};
use crate::permission::Permission;
use crate::query_collection::{AllowlistEntry, QueryCollection};
use crate::relationship::Relationship;
use crate::role::InheritedRole;
use crate::table::Table;
use serde::{Serialize, Serializer};
use serde_json::Value;
use std::cmp::Ordering;
use std::sync::Arc;

/// Something that has a place in an exported list.
pub(crate) trait Sorted {
    /// Which of two stands first.
    fn order(&self, other: &Self) -> Ordering;
}

macro_rules! sorted_by {
    ($($kind:ty => $($key:ident).+;)*) => {$(
        impl Sorted for $kind {
            fn order(&self, other: &Self) -> Ordering {
                self.$($key).+.cmp(&other.$($key).+)
            }
        }
    )*};
}

sorted_by! {
    Table => table;
    Function => function;
    ComputedField => name;
    Relationship => name;
    NativeQuery => root_field_name;
    NativeQueryRelationship => name;
    LogicalModel => name;
    QueryCollection => name;
    AllowlistEntry => collection;
    InheritedRole => role_name;
}

impl<T: Sorted> Sorted for Arc<T> {
    fn order(&self, other: &Self) -> Ordering {
        (**self).order(other)
    }
}

impl<P> Sorted for Permission<P> {
    fn order(&self, other: &Self) -> Ordering {
        self.role.cmp(&other.role)
    }
}

/// Parts that are kept as they came are sorted by `name`.
impl Sorted for Value {
    fn order(&self, other: &Self) -> Ordering {
        let name = |value: &Value| value.get("name").and_then(Value::as_str).map(str::to_owned);
        name(self).cmp(&name(other))
    }
}

/// Writes a list in its order.
pub(crate) fn list<T: Sorted + Serialize, S: Serializer>(
    items: &[T],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    if items.is_sorted_by(|a, b| a.order(b).is_le()) {
        return serializer.collect_seq(items);
    }
    let mut items: Vec<&T> = items.iter().collect();
    items.sort_by(|a, b| a.order(b));
    serializer.collect_seq(items)
}
