//! The answer: what a person wants to know first, then all of it.

use super::Subject;
use super::evaluation::{Cell, Evaluation};
use super::nodes::{Explained, explain};
use super::rights::{Origin, Rights, table_name};
use howdah_error::JsonPath;
use howdah_metadata::PermissionKind;
use howdah_metadata::commands::ExplainPermission;
use howdah_schema::model::ComputedReturn;
use serde_json::{Map, Value, json};

/// The whole answer.
pub(super) fn answer(
    subject: &Subject<'_>,
    args: &ExplainPermission,
    rights: &[Rights],
    evaluation: Option<&Evaluation>,
) -> Value {
    let mut place = 0;
    let judged: Vec<Judged<'_>> = rights
        .iter()
        .map(|rights| Judged::of(subject, rights, evaluation, &mut place))
        .collect();
    let select = judged
        .iter()
        .find(|judged| judged.rights.kind == PermissionKind::Select);
    let sees_row = match (select.map(|s| s.rights.origin), evaluation) {
        (_, None) => Some(false),
        (Some(Origin::Admin), Some(_)) => Some(true),
        (_, Some(evaluation)) => evaluation.sees_row,
    };
    let mut body = Map::new();
    let mut set = |name: &str, value: Value| body.insert(name.to_owned(), value);
    set("source", json!(&*subject.source.name));
    set("table", json!(table_name(subject)));
    set("role", json!(&**subject.session.role()));
    set("session", json!(subject.session.variables()));
    set("pk", Value::Object(args.pk.clone()));
    set("row_exists", json!(evaluation.is_some()));
    set("visible", json!(sees_row == Some(true)));
    if let Some(select) = select {
        set(
            "reason",
            json!(reason(subject, args, select, evaluation, sees_row)),
        );
        set("notes", json!(notes(select)));
        set("columns", columns(subject, select, evaluation, sees_row));
    }
    let permissions: Map<String, Value> = judged
        .iter()
        .map(|judged| (judged.rights.kind.as_str().to_owned(), judged.json()))
        .collect();
    set("permissions", Value::Object(permissions));
    Value::Object(body)
}

/// A role's permission with the outcomes of its rules.
struct Judged<'a> {
    rights: &'a Rights,
    rules: Vec<(&'static str, Explained)>,
    parents: Vec<Judged<'a>>,
}

impl<'a> Judged<'a> {
    /// `place` counts rules as [`Rights::all_rules`] has them.
    fn of(
        subject: &Subject<'_>,
        rights: &'a Rights,
        evaluation: Option<&Evaluation>,
        place: &mut usize,
    ) -> Self {
        let mut rules = Vec::new();
        for rule in &rights.rules {
            let found = evaluation.and_then(|evaluation| evaluation.rule(*place));
            *place += 1;
            if let Some(found) = found {
                let at = JsonPath::root().child(rule.name);
                let explained = explain(&rule.tree, found, &subject.session, &at);
                rules.push((rule.name, explained));
            }
        }
        Judged {
            rights,
            rules,
            parents: rights
                .parents
                .iter()
                .map(|parent| Judged::of(subject, parent, evaluation, place))
                .collect(),
        }
    }

    /// Whether the permission lets the row through, for rights to be had; of an update that is its
    /// filter. `None` if it cannot be told.
    fn allows(&self) -> Option<bool> {
        match self.rights.origin {
            Origin::Admin => Some(true),
            Origin::None | Origin::Inconsistent => Some(false),
            Origin::Own => self.rules.first().and_then(|(_, rule)| rule.holds),
            Origin::Inherited => {
                let parents: Vec<Option<bool>> = self.parents.iter().map(Judged::allows).collect();
                if parents.contains(&Some(true)) {
                    Some(true)
                } else if parents.contains(&None) {
                    None
                } else {
                    Some(false)
                }
            }
        }
    }

    fn json(&self) -> Value {
        let rights = self.rights;
        let mut map = Map::new();
        map.insert("role".into(), json!(rights.role));
        map.insert("origin".into(), json!(rights.origin.as_str()));
        map.insert("allows".into(), json!(self.allows()));
        if let Some(fault) = &rights.fault {
            map.insert("fault".into(), json!(fault));
        }
        if let Some(columns) = &rights.columns {
            map.insert("columns".into(), json!(columns));
        }
        if !rights.computed_fields.is_empty() {
            map.insert("computed_fields".into(), json!(rights.computed_fields));
        }
        map.extend(rights.settings.clone());
        for (name, rule) in &self.rules {
            map.insert((*name).to_owned(), rule.json.clone());
        }
        if !self.parents.is_empty() {
            let parents = self.parents.iter().map(Judged::json).collect();
            map.insert("parents".into(), Value::Array(parents));
        }
        Value::Object(map)
    }

    /// The own permissions that this one is made of.
    fn own<'s>(&'s self, out: &mut Vec<&'s Judged<'a>>) {
        if self.rights.origin == Origin::Own {
            out.push(self);
        }
        self.parents.iter().for_each(|parent| parent.own(out));
    }

    fn errors(&self) -> Vec<&str> {
        let mut found: Vec<&str> = self
            .rules
            .iter()
            .flat_map(|(_, rule)| rule.errors.iter().map(String::as_str))
            .collect();
        self.parents.iter().for_each(|p| found.extend(p.errors()));
        found.dedup();
        found
    }
}

/// One sentence: why the role sees the row or does not.
fn reason(
    subject: &Subject<'_>,
    args: &ExplainPermission,
    select: &Judged<'_>,
    evaluation: Option<&Evaluation>,
    sees_row: Option<bool>,
) -> String {
    let role = &select.rights.role;
    let table = table_name(subject);
    if evaluation.is_none() {
        let key: Vec<String> = args.pk.iter().map(|(k, v)| format!("{k} = {v}")).collect();
        return format!("table \"{table}\" has no row with {}", key.join(" and "));
    }
    match select.rights.origin {
        Origin::Admin => return "administrators see every row".to_owned(),
        Origin::None => {
            return format!("role {role:?} has no select permission on table \"{table}\"");
        }
        Origin::Inconsistent => {
            let fault = select.rights.fault.as_deref().unwrap_or_default();
            return format!("the select permission of role {role:?} is not in force: {fault}");
        }
        Origin::Own | Origin::Inherited => {}
    }
    if let Some(error) = select.errors().first() {
        return format!("requests of role {role:?} fail: {error}");
    }
    let mut own = Vec::new();
    select.own(&mut own);
    let told: Vec<String> = own
        .iter()
        .filter(|judged| sees_row != Some(true) || judged.allows() == Some(true))
        .filter_map(|judged| {
            let (_, filter) = judged.rules.first()?;
            let role = &judged.rights.role;
            let parts = filter.because.join(", ");
            Some(match filter.holds {
                Some(true) => format!("the filter of role {role:?} holds"),
                Some(false) => {
                    format!("the filter of role {role:?} does not hold because of {parts}")
                }
                None => format!(
                    "the filter of role {role:?} is unknown (NULL), which does not count as true, \
                     because of {parts}"
                ),
            })
        })
        .collect();
    told.join("; ")
}

/// What hides rows although the filter lets them through.
fn notes(select: &Judged<'_>) -> Vec<String> {
    let mut own = Vec::new();
    select.own(&mut own);
    let mut notes = Vec::new();
    for judged in own {
        let role = &judged.rights.role;
        let settings = &judged.rights.settings;
        if let Some(limit) = settings.get("limit").filter(|limit| !limit.is_null()) {
            notes.push(format!("role {role:?} gets {limit} rows of a list at most"));
        }
        if let Some(Value::Array(fields)) = settings.get("query_root_fields")
            && fields.len() < 3
        {
            let fields = Value::Array(fields.clone());
            notes.push(format!(
                "the query root fields of role {role:?} are {fields}"
            ));
        }
    }
    notes
}

/// Each value of the row: whether the role sees it, and which rule shows or hides it.
fn columns(
    subject: &Subject<'_>,
    select: &Judged<'_>,
    evaluation: Option<&Evaluation>,
    sees_row: Option<bool>,
) -> Value {
    let mut own = Vec::new();
    select.own(&mut own);
    let catalog = subject.source.catalog.table(subject.table.id);
    let columns = catalog.columns_with_ids().map(|(id, column)| {
        let lists = |rights: &Rights| rights.lists(&column.name);
        (
            &column.name,
            "column",
            Cell::Column(id),
            Listing::of(&own, &lists),
        )
    });
    let computed = subject
        .table
        .computed_fields
        .values()
        .filter(|field| matches!(field.returns, ComputedReturn::Scalar(_)))
        .map(|field| {
            let lists = |rights: &Rights| rights.computed_fields.iter().any(|n| **n == *field.name);
            let cell = Cell::ComputedField(field.name.clone());
            (
                &field.name,
                "computed_field",
                cell,
                Listing::of(&own, &lists),
            )
        });
    let is_admin = select.rights.origin == Origin::Admin;
    columns
        .chain(computed)
        .map(|(name, kind, cell, listing)| {
            let redaction = evaluation.and_then(|evaluation| evaluation.cell(&cell));
            let visible = match (evaluation, redaction) {
                _ if is_admin => evaluation.is_some(),
                (None, _) => false,
                (Some(_), Some(shown)) => sees_row == Some(true) && shown == Some(true),
                (Some(_), None) => sees_row == Some(true) && !listing.with.is_empty(),
            };
            json!({
                "name": &**name,
                "kind": kind,
                "visible": visible,
                "reason": listing.reason(is_admin, visible),
                "by": listing.json(),
            })
        })
        .collect()
}

/// Which of the permissions behind a role are for a column.
struct Listing<'a> {
    with: Vec<&'a Judged<'a>>,
    without: Vec<&'a Judged<'a>>,
}

impl<'a> Listing<'a> {
    fn of(own: &[&'a Judged<'a>], lists: &dyn Fn(&Rights) -> bool) -> Self {
        let (with, without) = own.iter().partition(|judged| lists(judged.rights));
        Listing { with, without }
    }

    fn reason(&self, is_admin: bool, visible: bool) -> String {
        let names = |judged: &[&Judged<'_>]| -> String {
            let names: Vec<String> = judged
                .iter()
                .map(|judged| format!("{:?}", judged.rights.role))
                .collect();
            names.join(", ")
        };
        if is_admin {
            return "administrators see every column".to_owned();
        }
        if self.with.is_empty() {
            return "no select permission of the role is for it".to_owned();
        }
        if visible {
            let seeing: Vec<&Judged<'_>> = self
                .with
                .iter()
                .copied()
                .filter(|judged| judged.allows() == Some(true))
                .collect();
            return format!("shown by the select permission of {}", names(&seeing));
        }
        format!(
            "the row is not let through by the select permission of {}, which is for it",
            names(&self.with)
        )
    }

    fn json(&self) -> Value {
        let entry = |judged: &&Judged<'_>, has_column: bool| {
            json!({
                "role": judged.rights.role,
                "has_column": has_column,
                "sees_row": judged.allows(),
            })
        };
        let with = self.with.iter().map(|judged| entry(judged, true));
        with.chain(self.without.iter().map(|judged| entry(judged, false)))
            .collect()
    }
}
