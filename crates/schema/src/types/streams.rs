//! Inputs of streaming subscriptions.

use super::{InputInfo, InputKind, RoleSchema, TableKey, TypeKey, TypeRef, builtin, input};

impl RoleSchema<'_> {
    /// `initial_value`, `ordering`.
    pub(super) fn stream_cursor_inputs(&self, key: TableKey) -> Vec<InputInfo> {
        vec![
            input(
                "initial_value",
                Some("Stream column input with initial value"),
                TypeRef::from(TypeKey::StreamCursorValue(key)).non_null(),
            ),
            input(
                "ordering",
                Some("cursor ordering"),
                builtin("cursor_ordering"),
            ),
        ]
    }

    /// One field per readable column.
    pub(super) fn stream_value_inputs(&self, key: TableKey) -> Vec<InputInfo> {
        self.readable_columns(key)
            .into_iter()
            .map(|(name, column)| InputInfo {
                name,
                description: None,
                ty: self.column_type(key, column),
                default: None,
                shown: None,
                kind: InputKind::Column(column),
            })
            .collect()
    }

    /// `batch_size`, `cursor`, `where`.
    pub(super) fn stream_arguments(&self, key: TableKey) -> Vec<InputInfo> {
        vec![
            input(
                "batch_size",
                Some("maximum number of rows returned in a single batch"),
                builtin("Int").non_null(),
            ),
            input(
                "cursor",
                Some("cursor to stream the results returned by the query"),
                TypeRef::from(TypeKey::StreamCursor(key)).list().non_null(),
            ),
            input(
                "where",
                Some("filter the rows returned"),
                TypeKey::BoolExp(key).into(),
            ),
        ]
    }
}
