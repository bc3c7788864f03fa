//! A role's permission of one kind on a table, as it was written, with those of its parents.

use super::Subject;
use howdah_error::Result;
use howdah_ir::session::ADMIN;
use howdah_metadata::{
    BoolExp, Columns, MetadataObject, PermissionKind, QualifiedName, SourceObject, TableObject,
};
use howdah_schema::rule_tree::{RuleTree, take_apart};
use serde_json::{Map, Value, json};

/// What a role's permission is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// The role may do everything.
    Admin,
    /// The permission is the role's own.
    Own,
    /// It is made of its parents'.
    Inherited,
    /// There is none.
    None,
    /// There is one that is not in force.
    Inconsistent,
}

impl Origin {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Origin::Admin => "admin",
            Origin::Own => "own",
            Origin::Inherited => "inherited",
            Origin::None => "none",
            Origin::Inconsistent => "inconsistent",
        }
    }
}

/// A rule of a permission.
pub(super) struct Rule {
    /// `filter` or `check`.
    pub(super) name: &'static str,
    pub(super) tree: RuleTree,
}

/// A role's permission of one kind.
pub(super) struct Rights {
    pub(super) kind: PermissionKind,
    pub(super) role: String,
    pub(super) origin: Origin,
    /// Why the permission is not in force.
    pub(super) fault: Option<String>,
    /// Rules of an own permission.
    pub(super) rules: Vec<Rule>,
    /// What else an own permission says, to be shown.
    pub(super) settings: Map<String, Value>,
    /// Names of the columns that an own permission is for; `None` for kinds without columns.
    pub(super) columns: Option<Columns>,
    /// Computed fields of an own select permission.
    pub(super) computed_fields: Vec<String>,
    /// Those of the parents.
    pub(super) parents: Vec<Rights>,
}

impl Rights {
    /// # Errors
    /// A rule that is in force cannot be read: a fault of ours.
    pub(super) fn find(subject: &Subject<'_>, kind: PermissionKind, role: &str) -> Result<Self> {
        let mut seen = Vec::new();
        Self::find_below(subject, kind, role, &mut seen)
    }

    fn find_below(
        subject: &Subject<'_>,
        kind: PermissionKind,
        role: &str,
        seen: &mut Vec<String>,
    ) -> Result<Self> {
        let mut rights = Rights {
            kind,
            role: role.to_owned(),
            origin: Origin::None,
            fault: None,
            rules: Vec::new(),
            settings: Map::new(),
            columns: None,
            computed_fields: Vec::new(),
            parents: Vec::new(),
        };
        if role == ADMIN {
            rights.origin = Origin::Admin;
            return Ok(rights);
        }
        rights.fault = fault(subject, kind, role);
        if rights.fault.is_some() {
            rights.origin = Origin::Inconsistent;
        }
        if rights.read_own(subject)? {
            return Ok(rights);
        }
        let metadata = subject.state.metadata();
        let inherited = metadata
            .inherited_roles
            .iter()
            .find(|r| r.role_name == role);
        if let Some(inherited) = inherited
            && !seen.iter().any(|name| name == role)
        {
            seen.push(role.to_owned());
            for parent in &inherited.role_set {
                let parent = Self::find_below(subject, kind, parent, seen)?;
                rights.parents.push(parent);
            }
            seen.pop();
            let any = |p: &Rights| !matches!(p.origin, Origin::None | Origin::Inconsistent);
            if rights.origin == Origin::None && rights.parents.iter().any(any) {
                rights.origin = Origin::Inherited;
            }
        }
        Ok(rights)
    }

    /// Reads the role's own permission; whether there is one.
    fn read_own(&mut self, subject: &Subject<'_>) -> Result<bool> {
        let name = table_name(subject);
        let metadata = subject.state.metadata();
        let Some(table) = metadata.table(&subject.source.name, &name) else {
            return Ok(false);
        };
        let backend_only = |flag: bool| ("backend_only", Value::Bool(flag));
        match self.kind {
            PermissionKind::Select => {
                let Some(found) = table.select_permission(&self.role) else {
                    return Ok(false);
                };
                let permission = &found.permission;
                self.columns = Some(permission.columns.clone());
                self.computed_fields.clone_from(&permission.computed_fields);
                self.set("limit", json!(permission.limit));
                self.set("allow_aggregations", json!(permission.allow_aggregations));
                self.set("query_root_fields", json!(permission.query_root_fields));
                self.set(
                    "subscription_root_fields",
                    json!(permission.subscription_root_fields),
                );
                self.rule(subject, "filter", &permission.filter)?;
            }
            PermissionKind::Insert => {
                let Some(found) = table.insert_permission(&self.role) else {
                    return Ok(false);
                };
                let permission = &found.permission;
                self.columns = Some(permission.columns.clone().unwrap_or(Columns::All));
                self.set("set", Value::Object(permission.set.clone()));
                self.settings
                    .extend(named(backend_only(permission.backend_only)));
                self.rule(subject, "check", &permission.check)?;
            }
            PermissionKind::Update => {
                let Some(found) = table.update_permission(&self.role) else {
                    return Ok(false);
                };
                let permission = &found.permission;
                self.columns = Some(permission.columns.clone());
                self.set("set", Value::Object(permission.set.clone()));
                self.settings
                    .extend(named(backend_only(permission.backend_only)));
                self.rule(subject, "filter", &permission.filter)?;
                if let Some(check) = &permission.check {
                    self.rule(subject, "check", check)?;
                }
            }
            PermissionKind::Delete => {
                let Some(found) = table.delete_permission(&self.role) else {
                    return Ok(false);
                };
                let permission = &found.permission;
                self.settings
                    .extend(named(backend_only(permission.backend_only)));
                self.rule(subject, "filter", &permission.filter)?;
            }
        }
        if self.origin != Origin::Inconsistent {
            self.origin = Origin::Own;
        }
        Ok(true)
    }

    fn set(&mut self, name: &str, value: Value) {
        self.settings.insert(name.to_owned(), value);
    }

    /// Takes a rule apart. One that is not in force may not be readable: its fault says why.
    fn rule(&mut self, subject: &Subject<'_>, name: &'static str, rule: &BoolExp) -> Result<()> {
        match take_apart(subject.source, subject.table.id, rule) {
            Ok(tree) => self.rules.push(Rule { name, tree }),
            Err(_) if self.origin == Origin::Inconsistent => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// All rules, of the role and its parents, in a fixed order.
    pub(super) fn all_rules<'r>(&'r self, out: &mut Vec<&'r RuleTree>) {
        out.extend(self.rules.iter().map(|rule| &rule.tree));
        self.parents.iter().for_each(|parent| parent.all_rules(out));
    }

    /// Whether the own permission is for a column.
    pub(super) fn lists(&self, column: &str) -> bool {
        match &self.columns {
            Some(Columns::All) => true,
            Some(Columns::List(names)) => names.iter().any(|name| name == column),
            None => false,
        }
    }
}

fn named((name, value): (&str, Value)) -> [(String, Value); 1] {
    [(name.to_owned(), value)]
}

/// The metadata name of the table.
pub(super) fn table_name(subject: &Subject<'_>) -> QualifiedName {
    let info = subject.source.catalog.table(subject.table.id);
    QualifiedName::new(&*info.schema, &*info.name)
}

/// Why a permission, or what a role would inherit, is not in force.
fn fault(subject: &Subject<'_>, kind: PermissionKind, role: &str) -> Option<String> {
    let permission = MetadataObject::in_source(
        &*subject.source.name,
        SourceObject::InTable {
            table: table_name(subject),
            object: TableObject::Permission(kind, role.to_owned()),
        },
    );
    let itself = MetadataObject::InheritedRole(role.to_owned());
    let found = subject.state.snapshot.inconsistencies.iter();
    found
        .filter(|found| found.object == permission || found.object == itself)
        .map(|found| found.reason.clone())
        .next()
}
