//! Rights of inherited roles (J19), merged from those of their parents.
//!
//! A cell is shown when one parent shows it: rows are those of any parent, and a column is NULL in
//! rows that only parents without it can see. A right that is given to the role itself wins over
//! what it would inherit.

use super::findings::{Findings, on_table};
use crate::model::{LogicalModel, NotInherited, Source};
use howdah_error::{Code, Error};
use howdah_ir::catalog::{ColumnId, TableId};
use howdah_ir::mutation::WriteValue;
use howdah_ir::permit::{
    DeleteRules, InsertRules, Redaction, RootFieldKind, SelectRules, TableRules, UpdateRules,
};
use howdah_ir::predicate::Predicate;
use howdah_metadata::{
    InheritedRole, Metadata, MetadataObject, PermissionKind, QualifiedName, TableObject,
};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

/// Adds the rights of inherited roles to all sources.
pub(super) fn derive(metadata: &Metadata, sources: &mut [Source], findings: &mut Findings<'_>) {
    for role in in_order(metadata, findings) {
        let name: Arc<str> = role.role_name.as_str().into();
        for source in sources.iter_mut() {
            derive_in(source, &name, &role.role_set, findings);
            let parents: Vec<&str> = role.role_set.iter().map(String::as_str).collect();
            for function in &mut source.functions {
                if parents
                    .iter()
                    .any(|parent| function.permitted.contains(*parent))
                {
                    function.permitted.insert(name.clone());
                }
            }
        }
    }
}

/// Inherited roles, parents first; those in a cycle or with unknown parents are left out and reported.
fn in_order<'m>(metadata: &'m Metadata, findings: &mut Findings<'_>) -> Vec<&'m InheritedRole> {
    let roles: HashMap<&str, &InheritedRole> = metadata
        .inherited_roles
        .iter()
        .map(|r| (r.role_name.as_str(), r))
        .collect();
    let known = metadata.roles_with_rights();
    let mut done: HashSet<&str> = HashSet::new();
    let mut ordered = Vec::new();
    let mut waiting: Vec<&InheritedRole> = metadata.inherited_roles.iter().collect();
    // One without its parents is a missing parent itself.
    let mut lost: HashSet<&str> = HashSet::new();
    loop {
        let found = lost.len();
        waiting.retain(|role| {
            let missing: Vec<&str> = role
                .role_set
                .iter()
                .map(String::as_str)
                .filter(|parent| {
                    lost.contains(parent)
                        || !(known.contains(parent) || roles.contains_key(parent))
                })
                .collect();
            if !missing.is_empty() {
                findings.add(
                    MetadataObject::InheritedRole(role.role_name.clone()),
                    Error::invalid_configuration(format!(
                        "the following parent role(s) are not found: {} which are required to construct the inherited role: {:?}",
                        missing.join(", "),
                        role.role_name
                    )),
                );
                lost.insert(&role.role_name);
            }
            missing.is_empty()
        });
        if lost.len() == found {
            break;
        }
    }
    while !waiting.is_empty() {
        let (ready, blocked): (Vec<_>, Vec<_>) = waiting.into_iter().partition(|role| {
            role.role_set.iter().all(|parent| {
                !roles.contains_key(parent.as_str()) || done.contains(parent.as_str())
            })
        });
        if ready.is_empty() {
            for role in blocked {
                findings.add(
                    MetadataObject::InheritedRole(role.role_name.clone()),
                    Error::new(
                        Code::CyclicDependency,
                        format!("found cycle(s) in the inherited role {:?}", role.role_name),
                    ),
                );
            }
            break;
        }
        for role in ready {
            done.insert(&role.role_name);
            ordered.push(role);
        }
        waiting = blocked;
    }
    ordered
}

fn derive_in(
    source: &mut Source,
    role: &Arc<str>,
    parents: &[String],
    findings: &mut Findings<'_>,
) {
    let tables: Vec<TableId> = (source.tables.keys())
        .chain(source.natives.keys())
        .copied()
        .collect();
    for table in tables {
        let parent_rules: Vec<TableRules> = parents
            .iter()
            .filter_map(|parent| source.roles.rules(parent, table).cloned())
            .collect();
        if parent_rules.is_empty() {
            continue;
        }
        let own = source.roles.rules(role, table).cloned().unwrap_or_default();
        let name = {
            let info = source.catalog.table(table);
            QualifiedName::new(&*info.schema, &*info.name)
        };
        let native = source.natives.get(&table);
        let model = native.and_then(|query| source.models.get(&query.model));
        let place = model.map(LogicalModel::place);
        let object = |kind| match &place {
            Some(place) => MetadataObject::model_permission(&*source.name, place.clone(), &**role),
            None => permission(&source.name, &name, kind, role),
        };
        let has_own = |kind| findings.contains(&object(kind));
        // A right of its own that does not fit is no licence to fall back to the parents'.
        let blocked: Vec<PermissionKind> = PermissionKind::ALL
            .into_iter()
            .filter(|kind| has_own(*kind))
            .collect();
        let mut conflict = |kind| {
            findings.add_not_inherited(
                permission(&source.name, &name, kind, role),
                NotInherited {
                    role: role.to_string(),
                    source: source.name.to_string(),
                    table: name.clone(),
                    kind,
                },
            );
        };
        let free = |kind| !blocked.contains(&kind);
        let mut merged = own.clone();
        if own.select.is_none() && free(PermissionKind::Select) {
            let selects: Vec<Arc<SelectRules>> = parent_rules
                .iter()
                .filter_map(|rules| rules.select.clone())
                .collect();
            merged.select = merge_select(&selects);
        }
        if own.insert.is_none() && free(PermissionKind::Insert) {
            merged.insert = agreed(
                parent_rules.iter().filter_map(|r| r.insert.clone()),
                same_insert,
                || {
                    conflict(PermissionKind::Insert);
                },
            );
        }
        if own.update.is_none() && free(PermissionKind::Update) {
            merged.update = agreed(
                parent_rules.iter().filter_map(|r| r.update.clone()),
                same_update,
                || {
                    conflict(PermissionKind::Update);
                },
            );
        }
        if own.delete.is_none() && free(PermissionKind::Delete) {
            merged.delete = agreed(
                parent_rules.iter().filter_map(|r| r.delete.clone()),
                same_delete,
                || {
                    conflict(PermissionKind::Delete);
                },
            );
        }
        *source.roles.grant(role, table) = merged;
    }
}

fn permission(
    source: &str,
    table: &QualifiedName,
    kind: PermissionKind,
    role: &str,
) -> MetadataObject {
    on_table(
        source,
        table,
        TableObject::Permission(kind, role.to_owned()),
    )
}

/// The right that all who have one agree on.
fn agreed<T>(
    mut rules: impl Iterator<Item = Arc<T>>,
    same: impl Fn(&T, &T) -> bool,
    conflict: impl FnOnce(),
) -> Option<Arc<T>> {
    let first = rules.next()?;
    if rules.all(|other| same(&first, &other)) {
        return Some(first);
    }
    conflict();
    None
}

// Rules that say the same in another order agree.

fn same_insert(one: &InsertRules, other: &InsertRules) -> bool {
    let normal = |rules: &InsertRules| InsertRules {
        check: Arc::new(sorted(&rules.check)),
        presets: sorted_presets(&rules.presets),
        ..rules.clone()
    };
    normal(one) == normal(other)
}

fn same_update(one: &UpdateRules, other: &UpdateRules) -> bool {
    let normal = |rules: &UpdateRules| UpdateRules {
        filter: Arc::new(sorted(&rules.filter)),
        check: rules.check.as_ref().map(|check| Arc::new(sorted(check))),
        presets: sorted_presets(&rules.presets),
        ..rules.clone()
    };
    normal(one) == normal(other)
}

fn same_delete(one: &DeleteRules, other: &DeleteRules) -> bool {
    let normal = |rules: &DeleteRules| DeleteRules {
        filter: Arc::new(sorted(&rules.filter)),
        ..rules.clone()
    };
    normal(one) == normal(other)
}

fn sorted_presets(presets: &[(ColumnId, WriteValue)]) -> Vec<(ColumnId, WriteValue)> {
    let mut presets = presets.to_vec();
    presets.sort_by_key(|(column, _)| *column);
    presets
}

/// The condition with the parts of conjunctions and disjunctions in one order.
fn sorted(predicate: &Predicate) -> Predicate {
    let all = |parts: &[Predicate]| {
        let mut parts: Vec<Predicate> = parts.iter().map(sorted).collect();
        parts.sort_by_cached_key(|part| format!("{part:?}"));
        parts.dedup();
        parts
    };
    match predicate {
        Predicate::And(parts) => Predicate::And(all(parts)),
        Predicate::Or(parts) => Predicate::Or(all(parts)),
        Predicate::Not(inner) => Predicate::Not(Box::new(sorted(inner))),
        Predicate::Related(related) => {
            let mut related = related.clone();
            related.predicate = sorted(&related.predicate);
            Predicate::Related(related)
        }
        Predicate::Exists(target, inner) => {
            Predicate::Exists(target.clone(), Box::new(sorted(inner)))
        }
        Predicate::ComputedRows(rows) => {
            let mut rows = rows.clone();
            rows.predicate = sorted(&rows.predicate);
            Predicate::ComputedRows(rows)
        }
        other => other.clone(),
    }
}

fn merge_select(parents: &[Arc<SelectRules>]) -> Option<Arc<SelectRules>> {
    let [first, rest @ ..] = parents else {
        return None;
    };
    if rest.is_empty() {
        return Some(first.clone());
    }
    Some(Arc::new(SelectRules {
        columns: merge_cells(parents, |rules| &rules.columns),
        computed_fields: merge_cells(parents, |rules| &rules.computed_fields),
        filter: Arc::new(any(parents.iter().map(|rules| (*rules.filter).clone()))),
        limit: parents.iter().filter_map(|rules| rules.limit).max(),
        aggregations: parents.iter().any(|rules| rules.aggregations),
        query_root_fields: merge_fields(parents, |rules| &rules.query_root_fields),
        subscription_root_fields: merge_fields(parents, |rules| &rules.subscription_root_fields),
    }))
}

/// What each cell of the merged role needs of its row: nothing when every parent shows it, else
/// that a parent who shows it sees the row.
fn merge_cells<K: Ord + Clone>(
    parents: &[Arc<SelectRules>],
    cells: impl Fn(&SelectRules) -> &BTreeMap<K, Redaction>,
) -> BTreeMap<K, Redaction> {
    let keys: BTreeSet<&K> = parents
        .iter()
        .flat_map(|rules| cells(rules).keys())
        .collect();
    keys.into_iter()
        .map(|key| {
            let shown_always = parents
                .iter()
                .all(|rules| cells(rules).get(key).is_some_and(Option::is_none));
            if shown_always {
                return (key.clone(), None);
            }
            let shown = any(parents.iter().filter_map(|rules| {
                let redaction = cells(rules).get(key)?;
                Some(match redaction {
                    None => (*rules.filter).clone(),
                    // The parent is an inherited role itself. Where it sees the cell it sees the row:
                    // one of its own parents sees both.
                    Some(redaction) => (**redaction).clone(),
                })
            }));
            (key.clone(), (!shown.is_true()).then(|| Arc::new(shown)))
        })
        .collect()
}

fn merge_fields(
    parents: &[Arc<SelectRules>],
    fields: impl Fn(&SelectRules) -> &Option<BTreeSet<RootFieldKind>>,
) -> Option<BTreeSet<RootFieldKind>> {
    let mut all = BTreeSet::new();
    for rules in parents {
        all.extend(fields(rules).as_ref()?.iter().copied());
    }
    Some(all)
}

/// A disjunction without repetition; true when one part is.
fn any(parts: impl Iterator<Item = Predicate>) -> Predicate {
    let mut kept: Vec<Predicate> = Vec::new();
    for part in parts {
        if part.is_true() {
            return Predicate::TRUE;
        }
        let new = match part {
            Predicate::Or(inner) => inner,
            other => vec![other],
        };
        for part in new {
            if !kept.contains(&part) {
                kept.push(part);
            }
        }
    }
    if kept.len() == 1 {
        kept.remove(0)
    } else {
        Predicate::Or(kept)
    }
}
