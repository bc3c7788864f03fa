//! Permissions of the four kinds, checked against the model and turned into rules.

use super::findings::{Findings, on_table};
use super::kept::Kept;
use crate::json_value;
use crate::model::{ComputedReturn, Source};
use crate::rules::{Authority, RuleReader, other_member, qualified, session_variable};
use howdah_error::{Code, Error, Result, Within};
use howdah_ir::catalog::{ColumnId, TableId};
use howdah_ir::mutation::WriteValue;
use howdah_ir::params::ValueType;
use howdah_ir::permit::{DeleteRules, InsertRules, Roles, RootFieldKind, SelectRules, UpdateRules};
use howdah_ir::predicate::{Operand, Predicate};
use howdah_ir::validation::{HeaderValue, InputValidation};
use howdah_metadata::{
    ADMIN, AnyPermission, BoolExp, Columns, DeletePermission, InsertPermission, Permission,
    Presets, QueryRootField, SelectPermission, SubscriptionRootField, TableObject,
    UpdatePermission,
};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Fills [`Source::roles`].
pub(super) fn resolve(
    source: &mut Source,
    metadata: &howdah_metadata::Source,
    kept: Option<&Kept<'_>>,
    findings: &mut Findings<'_>,
) {
    let mut roles = Roles::default();
    for tracked in &metadata.tables {
        let Some(id) = source
            .table_named(&tracked.table.schema, &tracked.table.name)
            .map(|t| t.id)
        else {
            continue;
        };
        if let Some(kept) = kept.filter(|kept| kept.has(id)) {
            kept.copy_rules(tracked, id, &mut roles);
            continue;
        }
        let reader = Reader { source, table: id };
        let mut read = |outcome: Result<()>, kind, role: &str| {
            if let Err(error) = outcome {
                let object = TableObject::Permission(kind, role.to_owned());
                findings.add_in_context(on_table(&metadata.name, &tracked.table, object), error);
            }
        };
        for entry in &tracked.select_permissions {
            let outcome = not_admin(entry)
                .and_then(|()| reader.select(entry))
                .map(|rules| {
                    roles.grant(&role(entry), id).select = Some(Arc::new(rules));
                });
            read(outcome, SelectPermission::KIND, &entry.role);
        }
        for entry in &tracked.insert_permissions {
            let outcome = not_admin(entry)
                .and_then(|()| reader.insert(&entry.permission))
                .map(|rules| {
                    roles.grant(&role(entry), id).insert = Some(Arc::new(rules));
                });
            read(outcome, InsertPermission::KIND, &entry.role);
        }
        for entry in &tracked.update_permissions {
            let outcome = not_admin(entry)
                .and_then(|()| reader.update(&entry.permission))
                .map(|rules| {
                    roles.grant(&role(entry), id).update = Some(Arc::new(rules));
                });
            read(outcome, UpdatePermission::KIND, &entry.role);
        }
        for entry in &tracked.delete_permissions {
            let outcome = not_admin(entry)
                .and_then(|()| reader.delete(&entry.permission))
                .map(|rules| {
                    roles.grant(&role(entry), id).delete = Some(Arc::new(rules));
                });
            read(outcome, DeletePermission::KIND, &entry.role);
        }
    }
    source.roles = roles;
}

/// Nobody can be told what the role may do that may do everything: a document that seems to restrict it
/// would be misunderstood.
pub(super) fn not_admin<P>(entry: &Permission<P>) -> Result<()> {
    if entry.role == ADMIN {
        return Err(Error::new(
            Code::ConstraintViolation,
            "cannot define permission for admin role",
        ));
    }
    Ok(())
}

fn role<P>(entry: &Permission<P>) -> Arc<str> {
    entry.role.as_str().into()
}

/// Reads permissions on one table.
struct Reader<'a> {
    source: &'a Source,
    table: TableId,
}

impl Reader<'_> {
    fn select(&self, entry: &Permission<SelectPermission>) -> Result<SelectRules> {
        let permission = &entry.permission;
        let columns = self.columns(
            &permission.columns,
            "permissions for relationships are automatically inferred",
        )?;
        self.check_root_fields(entry, &columns)?;
        let mut computed_fields = BTreeMap::new();
        for name in &permission.computed_fields {
            computed_fields.insert(self.computed_field(name)?, None);
        }
        Ok(SelectRules {
            columns: columns.into_iter().map(|column| (column, None)).collect(),
            computed_fields,
            filter: self.predicate(&permission.filter)?,
            limit: permission.limit.map(row_limit).transpose()?,
            aggregations: permission.allow_aggregations,
            query_root_fields: permission
                .query_root_fields
                .as_ref()
                .map(|fields| fields.iter().map(|field| query_kind(*field)).collect()),
            subscription_root_fields: permission.subscription_root_fields.as_ref().map(|fields| {
                fields
                    .iter()
                    .map(|field| subscription_kind(*field))
                    .collect()
            }),
        })
    }

    /// Root fields that are asked for must be possible.
    fn check_root_fields(
        &self,
        entry: &Permission<SelectPermission>,
        columns: &BTreeSet<ColumnId>,
    ) -> Result<()> {
        let permission = &entry.permission;
        let kinds: BTreeSet<RootFieldKind> = permission
            .query_root_fields
            .iter()
            .flatten()
            .map(|field| query_kind(*field))
            .chain(
                permission
                    .subscription_root_fields
                    .iter()
                    .flatten()
                    .map(|field| subscription_kind(*field)),
            )
            .collect();
        let info = self.source.catalog.table(self.table);
        if kinds.contains(&RootFieldKind::SelectByPk) {
            let readable = info
                .primary_key
                .as_ref()
                .is_some_and(|key| key.columns.iter().all(|column| columns.contains(column)));
            if !readable {
                return Err(Error::validation(format!(
                    "The \"select_by_pk\" field cannot be included in the query_root_fields or \
                     subscription_root_fields because the role {:?} does not have access to the \
                     primary key of the table {:?} in the source {:?}",
                    entry.role,
                    qualified(&info.schema, &info.name),
                    &*self.source.name
                )));
            }
        }
        if kinds.contains(&RootFieldKind::SelectAggregate) && !permission.allow_aggregations {
            return Err(Error::validation(
                "The \"select_aggregate\" root field can only be enabled in the query_root_fields \
                 or in the subscription_root_fields when \"allow_aggregations\" is set to true",
            ));
        }
        Ok(())
    }

    fn insert(&self, permission: &InsertPermission) -> Result<InsertRules> {
        self.writable("insertable", |w| w.insert)?;
        let presets = self.presets(&permission.set)?;
        let mut columns = match &permission.columns {
            Some(columns) => self.columns(columns, "relationships can't be used in insert")?,
            None => self.columns(&Columns::All, "")?,
        };
        columns.retain(|column| presets.iter().all(|(preset, _)| preset != column));
        Ok(InsertRules {
            columns,
            check: self.predicate(&permission.check)?,
            presets,
            backend_only: permission.backend_only,
            validation: validation(permission.validate_input.as_ref())?,
        })
    }

    fn update(&self, permission: &UpdatePermission) -> Result<UpdateRules> {
        self.writable("updatable", |w| w.update)?;
        let presets = self.presets(&permission.set)?;
        let mut columns =
            self.columns(&permission.columns, "relationships can't be used in update")?;
        columns.retain(|column| presets.iter().all(|(preset, _)| preset != column));
        Ok(UpdateRules {
            columns,
            filter: self.predicate(&permission.filter)?,
            check: permission
                .check
                .as_ref()
                .map(|check| self.predicate(check))
                .transpose()?,
            presets,
            backend_only: permission.backend_only,
            validation: validation(permission.validate_input.as_ref())?,
        })
    }

    fn delete(&self, permission: &DeletePermission) -> Result<DeleteRules> {
        self.writable("deletable", |w| w.delete)?;
        Ok(DeleteRules {
            filter: self.predicate(&permission.filter)?,
            backend_only: permission.backend_only,
            validation: validation(permission.validate_input.as_ref())?,
        })
    }

    fn writable(
        &self,
        what: &str,
        writable: impl Fn(&howdah_ir::catalog::Writable) -> bool,
    ) -> Result<()> {
        let info = self.source.catalog.table(self.table);
        if writable(&info.writable) {
            return Ok(());
        }
        let name = qualified(&info.schema, &info.name);
        Err(Error::not_supported(format!("view {name:?} is not {what}")))
    }

    fn predicate(&self, expression: &BoolExp) -> Result<Arc<Predicate>> {
        RuleReader::new(self.source, Authority::Rule, self.table)
            .read(expression)
            .map(Arc::new)
    }

    fn columns(&self, columns: &Columns, note: &str) -> Result<BTreeSet<ColumnId>> {
        let info = self.source.catalog.table(self.table);
        match columns {
            Columns::All => Ok(info.columns_with_ids().map(|(id, _)| id).collect()),
            Columns::List(names) => names.iter().map(|name| self.column(name, note)).collect(),
        }
    }

    /// A column by name; `note` ends the text for what is none.
    fn column(&self, name: &str, note: &str) -> Result<ColumnId> {
        let info = self.source.catalog.table(self.table);
        if let Some(column) = info.column_named(name) {
            return Ok(column);
        }
        let table = self.source.table(self.table);
        match table.and_then(|table| other_member(table, name)) {
            Some(kind) => Err(Error::new(
                Code::UnexpectedPayload,
                format!("expecting a database column; but, {name:?} is a {kind}; {note}"),
            )),
            None => Err(Error::not_exists(format!("column {name:?} does not exist"))),
        }
    }

    fn computed_field(&self, name: &str) -> Result<Arc<str>> {
        let table = self.source.table(self.table);
        let Some(computed) = table.and_then(|table| table.computed_fields.get(name)) else {
            let info = self.source.catalog.table(self.table);
            let kind = match info.column_named(name) {
                Some(_) => Some("column"),
                None => table.and_then(|table| other_member(table, name)),
            };
            return Err(match kind {
                Some(kind) => Error::new(
                    Code::UnexpectedPayload,
                    format!("expecting a computed field; but, {name:?} is a {kind}"),
                ),
                None => Error::not_exists(format!("computed field {name:?} does not exist")),
            });
        };
        match computed.returns {
            ComputedReturn::Scalar(_) => Ok(computed.name.clone()),
            ComputedReturn::Rows(target) => {
                let target = self.source.catalog.table(target);
                Err(Error::new(
                    Code::InvalidParams,
                    format!(
                        "select permissions on computed field {name:?} are auto-derived from the \
                         permissions on its returning table {:?} and cannot be specified manually",
                        qualified(&target.schema, &target.name)
                    ),
                ))
            }
        }
    }

    fn presets(&self, presets: &Presets) -> Result<Vec<(ColumnId, WriteValue)>> {
        let catalog = &self.source.catalog;
        let info = catalog.table(self.table);
        let table = qualified(&info.schema, &info.name);
        let not_found = |name: &str| format!("column {name:?} not found in table {table:?}");
        presets
            .iter()
            .map(|(name, value)| {
                let column = self.column(name, &not_found(name)).within(name.as_str())?;
                let ty = catalog.column(self.table, column).ty;
                let value = match session_variable(value) {
                    Some(variable) => {
                        WriteValue::Operand(Operand::Session(ValueType::One(ty), variable))
                    }
                    None => match json_value::text(catalog, ty, value)? {
                        Some(text) => {
                            WriteValue::Operand(Operand::Constant(ValueType::One(ty), text.into()))
                        }
                        None => WriteValue::Null,
                    },
                };
                Ok((column, value))
            })
            .collect()
    }
}

/// The most rows of an answer.
/// # Errors
/// `not-supported` for a negative one.
pub(super) fn row_limit(limit: i32) -> Result<u64> {
    u64::try_from(limit).map_err(|_| Error::not_supported("unexpected negative value"))
}

/// The webhook that is to judge the input of a right, if there is one.
fn validation(value: Option<&serde_json::Value>) -> Result<Option<Arc<InputValidation>>> {
    let bad = |text: String| Error::new(Code::ParseFailed, text).within("validate_input");
    let Some(value) = value.filter(|value| !value.is_null()) else {
        return Ok(None);
    };
    match value.get("type").and_then(serde_json::Value::as_str) {
        Some("http") => {}
        _ => {
            return Err(bad(
                "the type of an input validation must be \"http\"".to_owned()
            ));
        }
    }
    let definition = value.get("definition");
    let part = |name: &str| {
        definition
            .and_then(|d| d.get(name))
            .filter(|v| !v.is_null())
    };
    let Some(url) = part("url").and_then(serde_json::Value::as_str) else {
        return Err(bad(
            "the key \"url\" of the definition was not present".to_owned()
        ));
    };
    let mut headers = Vec::new();
    for header in part("headers")
        .and_then(serde_json::Value::as_array)
        .into_iter()
        .flatten()
    {
        let text = |key: &str| header.get(key).and_then(serde_json::Value::as_str);
        let value = match (text("value"), text("value_from_env")) {
            (Some(value), None) => HeaderValue::Text(value.to_owned()),
            (None, Some(name)) => HeaderValue::Variable(name.to_owned()),
            _ => {
                return Err(bad(
                    "expecting one of value or value_from_env keys in a header".to_owned(),
                ));
            }
        };
        let Some(name) = text("name") else {
            return Err(bad(
                "the key \"name\" of a header was not present".to_owned()
            ));
        };
        headers.push((name.to_owned(), value));
    }
    let timeout = match part("timeout") {
        None => 10,
        Some(timeout) => timeout
            .as_u64()
            .filter(|seconds| *seconds > 0)
            .ok_or_else(|| bad("the timeout must be a positive number of seconds".to_owned()))?,
    };
    Ok(Some(Arc::new(InputValidation {
        url: url.to_owned(),
        headers,
        forward_client_headers: part("forward_client_headers")
            .and_then(serde_json::Value::as_bool)
            .unwrap_or(false),
        timeout,
    })))
}

fn query_kind(field: QueryRootField) -> RootFieldKind {
    match field {
        QueryRootField::Select => RootFieldKind::Select,
        QueryRootField::SelectByPk => RootFieldKind::SelectByPk,
        QueryRootField::SelectAggregate => RootFieldKind::SelectAggregate,
    }
}

fn subscription_kind(field: SubscriptionRootField) -> RootFieldKind {
    match field {
        SubscriptionRootField::Select => RootFieldKind::Select,
        SubscriptionRootField::SelectByPk => RootFieldKind::SelectByPk,
        SubscriptionRootField::SelectAggregate => RootFieldKind::SelectAggregate,
        SubscriptionRootField::SelectStream => RootFieldKind::SelectStream,
    }
}
