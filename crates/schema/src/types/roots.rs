//! Fields of `query_root`, `mutation_root` and `subscription_root`.

use super::{
    FieldInfo, FieldKind, MutationType, RoleSchema, TableKey, TypeKey, TypeRef, builtin, input,
};
use crate::model::{
    Exposure, RootField, RootKind, RootMember, SourceId, TableRoot, TrackedFunction,
};
use howdah_ir::permit::{RootFieldKind, SelectPermit};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The field of a `query_root` that has no other.
pub(crate) const NO_QUERIES: &str = "no_queries_available";

impl RoleSchema<'_> {
    /// The root fields of a root or namespace, whoever may see them.
    pub(crate) fn root_index(&self, key: &TypeKey) -> &BTreeMap<Arc<str>, RootMember> {
        static EMPTY: BTreeMap<Arc<str>, RootMember> = BTreeMap::new();
        let roots = &self.snapshot.roots;
        match key {
            TypeKey::MutationRoot => &roots.mutation,
            TypeKey::SubscriptionRoot => &roots.subscription,
            TypeKey::Namespace(root, source) => {
                roots.namespaces.get(&(*root, *source)).unwrap_or(&EMPTY)
            }
            _ => &roots.query,
        }
    }

    /// All root fields that the role sees. `query_root` is never empty: a type without fields would
    /// be no type.
    pub(super) fn root_fields(&self, key: &TypeKey) -> Vec<FieldInfo> {
        let mut fields: Vec<FieldInfo> = self
            .root_index(key)
            .iter()
            .filter_map(|(name, member)| self.root_member(key, name, *member))
            .collect();
        if fields.is_empty() && *key == TypeKey::QueryRoot {
            fields.push(no_queries());
        }
        fields
    }

    /// One root field by name.
    pub(super) fn root_field(&self, key: &TypeKey, name: &str) -> Option<FieldInfo> {
        if let Some(member) = self.root_index(key).get(name) {
            return self.root_member(key, name, *member);
        }
        (name == NO_QUERIES && *key == TypeKey::QueryRoot && !self.has_queries()).then(no_queries)
    }

    fn has_fields(&self, key: &TypeKey) -> bool {
        self.root_index(key)
            .iter()
            .any(|(name, member)| self.root_member(key, name, *member).is_some())
    }

    fn has_queries(&self) -> bool {
        self.has_fields(&TypeKey::QueryRoot)
    }

    /// Whether the role has any mutation.
    pub fn has_mutations(&self) -> bool {
        self.has_fields(&TypeKey::MutationRoot)
    }

    /// Whether the role has any subscription.
    pub fn has_subscriptions(&self) -> bool {
        self.has_fields(&TypeKey::SubscriptionRoot)
    }

    fn root_member(&self, key: &TypeKey, name: &str, member: RootMember) -> Option<FieldInfo> {
        let root = key.root().unwrap_or(RootKind::Query);
        match member {
            RootMember::Namespace(source) => {
                let below = TypeKey::Namespace(root, source);
                self.has_fields(&below).then(|| FieldInfo {
                    name: name.into(),
                    description: None,
                    args: Vec::new(),
                    ty: TypeRef::from(below).non_null(),
                    kind: FieldKind::Root(member),
                })
            }
            RootMember::Table(source, table, kind) => {
                self.table_root(root, name, TableKey(source, table), kind, member)
            }
            RootMember::Native(source, rows) => self.native_root(TableKey(source, rows), member),
            RootMember::Function(source, index) => {
                let function = self.source(source).functions.get(index)?;
                let table = self.function_table(source, function)?;
                let row = TypeRef::from(TypeKey::Row(table));
                let mut args = self.function_arguments(source, index);
                args.extend(self.select_arguments(table));
                Some(FieldInfo {
                    name: name.into(),
                    description: function.description.clone(),
                    args,
                    ty: if function.returns_set {
                        row.non_null().list().non_null()
                    } else {
                        row
                    },
                    kind: FieldKind::Root(member),
                })
            }
            RootMember::FunctionAggregate(source, index) => {
                let function = self.source(source).functions.get(index)?;
                let table = self.function_table(source, function)?;
                self.select_permit(table)
                    .filter(SelectPermit::aggregations)?;
                let mut args = self.function_arguments(source, index);
                args.extend(self.select_arguments(table));
                let info = self.source(source).catalog.table(table.1);
                Some(FieldInfo {
                    name: name.into(),
                    description: Some(
                        format!(
                            "execute function {:?} and query aggregates on result of table type {:?}",
                            &*function.name,
                            crate::rules::qualified(&info.schema, &info.name)
                        )
                        .into(),
                    ),
                    args,
                    ty: TypeRef::from(TypeKey::Aggregate(table)).non_null(),
                    kind: FieldKind::Root(member),
                })
            }
        }
    }

    /// The table of a function's rows, if the role may call it: the table's permission is needed in
    /// any case; an explicit one of the function where it is not inferred, and for mutations.
    fn function_table(&self, source: SourceId, function: &TrackedFunction) -> Option<TableKey> {
        let table = TableKey(source, function.table);
        self.select_permit(table)?;
        let inferred = self.snapshot.options.infer_function_permissions
            && function.exposed_as == Exposure::Query;
        let allowed = self.role == howdah_ir::session::ADMIN
            || inferred
            || function.permitted.contains(self.role);
        allowed.then_some(table)
    }

    fn table_root(
        &self,
        root: RootKind,
        name: &str,
        key: TableKey,
        kind: TableRoot,
        member: RootMember,
    ) -> Option<FieldInfo> {
        let table = self.table(key)?;
        let row = TypeRef::from(TypeKey::Row(key));
        let visible = |permit: &SelectPermit, kind| match root {
            RootKind::Subscription => permit.has_subscription_field(kind),
            RootKind::Query | RootKind::Mutation => permit.has_query_field(kind),
        };
        let of = |ty| TypeRef::from(TypeKey::Mutation(key, ty));
        let response = || of(MutationType::Response);
        let (field, args, ty): (&RootField, Vec<_>, TypeRef) = match kind {
            TableRoot::Select => {
                self.select_permit(key)
                    .filter(|p| visible(p, RootFieldKind::Select))?;
                (
                    &table.root_fields.select,
                    self.select_arguments(key),
                    row.non_null().list().non_null(),
                )
            }
            TableRoot::SelectByPk => {
                let permit = self
                    .select_permit(key)
                    .filter(|p| visible(p, RootFieldKind::SelectByPk))?;
                self.readable_key(key, &permit)?;
                (
                    &table.root_fields.select_by_pk,
                    self.primary_key_inputs(key),
                    row,
                )
            }
            TableRoot::SelectAggregate => {
                self.select_permit(key)
                    .filter(|p| p.aggregations() && visible(p, RootFieldKind::SelectAggregate))?;
                (
                    &table.root_fields.select_aggregate,
                    self.select_arguments(key),
                    TypeRef::from(TypeKey::Aggregate(key)).non_null(),
                )
            }
            TableRoot::SelectStream => {
                let permit = self.select_permit(key)?;
                if !permit.has_subscription_field(RootFieldKind::SelectStream)
                    || self.readable_columns(key).is_empty()
                {
                    return None;
                }
                (
                    &table.root_fields.select_stream,
                    self.stream_arguments(key),
                    row.non_null().list().non_null(),
                )
            }
            TableRoot::Insert => {
                self.insert_permit(key)?;
                let objects = of(MutationType::InsertInput).non_null().list().non_null();
                let mut args = vec![input("objects", Some("the rows to be inserted"), objects)];
                args.extend(self.on_conflict_argument(key));
                (&table.root_fields.insert, args, response())
            }
            TableRoot::InsertOne => {
                self.insert_permit(key)?;
                self.select_permit(key)?;
                let object = of(MutationType::InsertInput).non_null();
                let mut args = vec![input("object", Some("the row to be inserted"), object)];
                args.extend(self.on_conflict_argument(key));
                (&table.root_fields.insert_one, args, row)
            }
            TableRoot::Update => {
                let mut args = self.update_arguments(key)?;
                args.push(input(
                    "where",
                    Some("filter the rows which have to be updated"),
                    TypeRef::from(TypeKey::BoolExp(key)).non_null(),
                ));
                (&table.root_fields.update, args, response())
            }
            TableRoot::UpdateByPk => {
                let permit = self.select_permit(key)?;
                self.readable_key(key, &permit)?;
                let mut args = self.update_arguments(key)?;
                args.push(input(
                    "pk_columns",
                    None,
                    of(MutationType::PkColumnsInput).non_null(),
                ));
                (&table.root_fields.update_by_pk, args, row)
            }
            TableRoot::UpdateMany => {
                self.update_arguments(key)?;
                let updates = of(MutationType::Updates).non_null().list().non_null();
                (
                    &table.root_fields.update_many,
                    vec![input(
                        "updates",
                        Some("updates to execute, in order"),
                        updates,
                    )],
                    response().list(),
                )
            }
            TableRoot::Delete => {
                self.delete_permit(key)?;
                let args = vec![input(
                    "where",
                    Some("filter the rows which have to be deleted"),
                    TypeRef::from(TypeKey::BoolExp(key)).non_null(),
                )];
                (&table.root_fields.delete, args, response())
            }
            TableRoot::DeleteByPk => {
                self.delete_permit(key)?;
                let permit = self.select_permit(key)?;
                self.readable_key(key, &permit)?;
                (
                    &table.root_fields.delete_by_pk,
                    self.primary_key_inputs(key),
                    row,
                )
            }
        };
        Some(FieldInfo {
            name: name.into(),
            description: field.description.clone(),
            args,
            ty,
            kind: FieldKind::Root(member),
        })
    }

    /// The role's right to delete from a table that is part of the schema.
    pub(crate) fn delete_permit(&self, key: TableKey) -> Option<howdah_ir::permit::DeletePermit> {
        let source = self.source(key.0);
        source.table(key.1).filter(|t| t.exposed)?;
        source.catalog.table(key.1).writable.delete.then_some(())?;
        source.roles.open_delete(self.role, key.1, self.backend)
    }

    /// Operators of an update; `None` when the role may not update anything.
    fn update_arguments(&self, key: TableKey) -> Option<Vec<super::InputInfo>> {
        let permit = self.update_permit(key)?;
        let args = self.change_arguments(key);
        let presets = permit
            .rules()
            .is_some_and(|rules| !rules.presets.is_empty());
        (!args.is_empty() || presets).then_some(args)
    }

    /// The primary key, if there is one and the role may read all of it.
    fn readable_key(&self, key: TableKey, permit: &SelectPermit) -> Option<()> {
        let table = self.table(key)?;
        let primary_key = self
            .source(key.0)
            .catalog
            .table(key.1)
            .primary_key
            .as_ref()?;
        primary_key
            .columns
            .iter()
            .all(|column| {
                permit.column(*column).is_some()
                    && table
                        .columns
                        .get(column.index())
                        .is_some_and(|c| c.name.is_some())
            })
            .then_some(())
    }
}

fn no_queries() -> FieldInfo {
    FieldInfo {
        name: NO_QUERIES.into(),
        description: Some("There are no queries available to the current role. Either there are no sources or remote schemas configured, or the current role doesn't have the required permissions.".into()),
        args: Vec::new(),
        ty: builtin("String").non_null(),
        kind: FieldKind::NoQueries,
    }
}
