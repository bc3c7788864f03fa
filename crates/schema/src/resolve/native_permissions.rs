//! Permissions of logical models (F10): read once on the model, granted on the rows of every native
//! query that returns it. There is no other way to those rows than through these rights.

use super::findings::Findings;
use super::permissions::{not_admin, row_limit};
use crate::model::{LogicalModel, Source};
use crate::rules::{Authority, RuleReader};
use howdah_error::{Error, Result};
use howdah_ir::catalog::TableId;
use howdah_ir::permit::SelectRules;
use howdah_metadata::{Columns, MetadataObject, ModelPlace, Permission, SelectPermission};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Adds to [`Source::roles`] what roles may see of native queries.
pub(super) fn resolve(
    source: &mut Source,
    metadata: &howdah_metadata::Source,
    findings: &mut Findings<'_>,
) {
    for model in &metadata.logical_models {
        let found = source.model_named(&model.name).map(|(id, _)| id);
        let place = ModelPlace::Model(model.name.clone());
        grant_all(source, found, &place, &model.select_permissions, findings);
    }
    for query in &metadata.native_queries {
        let name = &query.root_field_name;
        // A query that does not fit says so itself.
        let found = source.native_named(name).map(|(_, query)| query.model);
        if let (Some(own), Some(_)) = (query.returns.own(), found) {
            let place = ModelPlace::Query(name.clone());
            grant_all(source, found, &place, &own.select_permissions, findings);
        }
    }
}

fn grant_all(
    source: &mut Source,
    model: Option<TableId>,
    place: &ModelPlace,
    permissions: &[Permission<SelectPermission>],
    findings: &mut Findings<'_>,
) {
    for entry in permissions {
        let rules = match model {
            Some(id) => not_admin(entry).and_then(|()| select(source, id, &entry.permission)),
            None => Err(Error::not_exists(format!(
                "Logical model {:?} not found.",
                place.name()
            ))),
        };
        match rules {
            Ok(rules) => grant(source, model, entry.role.as_str().into(), Arc::new(rules)),
            Err(error) => {
                let name = source.name.to_string();
                let object = MetadataObject::model_permission(name, place.clone(), &entry.role);
                findings.add_in_context(object, error);
            }
        }
    }
}

fn grant(source: &mut Source, model: Option<TableId>, role: Arc<str>, rules: Arc<SelectRules>) {
    let queries: Vec<TableId> = source
        .natives
        .iter()
        .filter(|(_, query)| Some(query.model) == model)
        .map(|(id, _)| *id)
        .collect();
    for rows in queries {
        source.roles.grant(&role, rows).select = Some(rules.clone());
    }
}

fn select(source: &Source, id: TableId, permission: &SelectPermission) -> Result<SelectRules> {
    let info = source.catalog.table(id);
    let references = source
        .models
        .get(&id)
        .map(|model: &LogicalModel| &model.references);
    let references = references.into_iter().flatten().map(|r| r.name.clone());
    let mut columns = BTreeMap::new();
    let mut fields = BTreeMap::new();
    match &permission.columns {
        Columns::All => {
            columns.extend(info.columns_with_ids().map(|(column, _)| (column, None)));
            fields.extend(references.map(|name| (name, None)));
        }
        Columns::List(names) => {
            let references: Vec<Arc<str>> = references.collect();
            for name in names {
                if let Some(column) = info.column_named(name) {
                    columns.insert(column, None);
                } else if let Some(reference) = references.iter().find(|r| ***r == **name) {
                    fields.insert(reference.clone(), None);
                } else {
                    return Err(Error::not_exists(format!("{name:?} does not exist")));
                }
            }
        }
    }
    let filter = RuleReader::new(source, Authority::Rule, id).read(&permission.filter)?;
    Ok(SelectRules {
        columns,
        computed_fields: fields,
        filter: Arc::new(filter),
        limit: permission.limit.map(row_limit).transpose()?,
        aggregations: false,
        query_root_fields: None,
        subscription_root_fields: None,
    })
}
