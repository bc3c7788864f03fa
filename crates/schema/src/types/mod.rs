//! The types of a role's schema, computed on demand.
//!
//! A type is named by a [`TypeKey`] and described when asked for: nothing is kept per role. The same
//! functions answer introspection (all fields) and lowering (one field by name), so that what is
//! shown is what is accepted.

mod aggregates;
mod comparisons;
mod conditions;
mod enums;
mod functions;
mod mutations;
mod natives;
mod orders;
mod roots;
mod rows;
mod scalars;
mod showing;
mod streams;

pub use comparisons::{Dimensions, OperatorInput};
pub(crate) use roots::NO_QUERIES;
pub use scalars::{is_list, scalar_name};

use crate::model::{Member, RootKind, RootMember, Snapshot, Source, SourceId, Table};
use crate::naming::Base;
use howdah_ir::catalog::{ColumnId, TableId, TypeId};
use howdah_ir::permit::SelectPermit;
use howdah_ir::predicate::AggregateFunction;
use std::fmt;
use std::sync::Arc;

/// A role's view of a snapshot.
#[derive(Clone, Copy)]
pub struct RoleSchema<'a> {
    /// The snapshot.
    pub snapshot: &'a Snapshot,
    /// The role.
    pub role: &'a str,
    /// Whether backend-only mutations are visible.
    pub backend: bool,
}

/// A table within a source: what most type keys are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TableKey(pub SourceId, pub TableId);

/// Names a type of the schema.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum TypeKey {
    /// `query_root`
    QueryRoot,
    /// `mutation_root`
    MutationRoot,
    /// `subscription_root`
    SubscriptionRoot,
    /// `<namespace>_query`, `<namespace>_mutation_frontend`, `<namespace>_subscription`
    Namespace(RootKind, SourceId),
    /// The object type of a table.
    Row(TableKey),
    /// `t_aggregate`
    Aggregate(TableKey),
    /// `t_aggregate_fields`
    AggregateFields(TableKey),
    /// `t_sum_fields` …
    AggregateOver(TableKey, AggregateFunction),
    /// `t_bool_exp`
    BoolExp(TableKey),
    /// `t_order_by`
    OrderBy(TableKey),
    /// `t_select_column`
    SelectColumn(TableKey),
    /// `t_aggregate_order_by`
    AggregateOrderBy(TableKey),
    /// `t_sum_order_by` …
    AggregateOverOrderBy(TableKey, AggregateFunction),
    /// `t_aggregate_bool_exp`
    AggregateBoolExp(TableKey),
    /// `t_aggregate_bool_exp_count` …
    AggregateBoolExpOf(TableKey, AggregateFunction),
    /// Columns (or pairs of them) that an aggregate predicate may be taken over.
    AggregateBoolExpArguments(TableKey, AggregateFunction),
    /// Values of an enum table.
    EnumValues(TableKey),
    /// Comparison of columns that hold values of an enum table.
    EnumComparison(TableKey),
    /// A scalar by the database's type.
    Scalar(SourceId, TypeId),
    /// `Int_comparison_exp` …
    Comparison(SourceId, TypeId),
    /// `Int_array_comparison_exp` … by the array type.
    ArrayComparison(SourceId, TypeId),
    /// `jsonb_cast_exp`, `geometry_cast_exp`, `geography_cast_exp`
    Cast(SourceId, TypeId),
    /// `st_d_within_input`, `st_d_within_geography_input`
    Near(SourceId, TypeId),
    /// `st_intersects_nband_geom_input`, `st_intersects_geom_nband_input`
    RasterGeometry(SourceId, RasterInput),
    /// Arguments of a tracked function.
    FunctionArgs(SourceId, usize),
    /// Arguments of a computed field.
    ComputedArgs(TableKey, usize),
    /// Arguments of a native query, by the rows it returns.
    NativeArgs(TableKey),
    /// `t_stream_cursor_input`
    StreamCursor(TableKey),
    /// `t_stream_cursor_value_input`
    StreamCursorValue(TableKey),
    /// Mutation inputs and outputs of a table.
    Mutation(TableKey, MutationType),
    /// A type that every schema has: `Int`, `String`, `order_by`, `__Type` …
    Builtin(&'static str),
}

impl TypeKey {
    /// The root that the type is or lies below as a namespace.
    pub fn root(&self) -> Option<RootKind> {
        match self {
            TypeKey::QueryRoot => Some(RootKind::Query),
            TypeKey::MutationRoot => Some(RootKind::Mutation),
            TypeKey::SubscriptionRoot => Some(RootKind::Subscription),
            TypeKey::Namespace(root, _) => Some(*root),
            _ => None,
        }
    }

    /// The table that the type is about.
    pub fn table(&self) -> Option<TableKey> {
        match self {
            TypeKey::Row(table)
            | TypeKey::Aggregate(table)
            | TypeKey::AggregateFields(table)
            | TypeKey::AggregateOver(table, _)
            | TypeKey::BoolExp(table)
            | TypeKey::OrderBy(table)
            | TypeKey::SelectColumn(table)
            | TypeKey::AggregateOrderBy(table)
            | TypeKey::AggregateOverOrderBy(table, _)
            | TypeKey::AggregateBoolExp(table)
            | TypeKey::AggregateBoolExpOf(table, _)
            | TypeKey::AggregateBoolExpArguments(table, _)
            | TypeKey::EnumValues(table)
            | TypeKey::EnumComparison(table)
            | TypeKey::ComputedArgs(table, _)
            | TypeKey::NativeArgs(table)
            | TypeKey::StreamCursor(table)
            | TypeKey::StreamCursorValue(table)
            | TypeKey::Mutation(table, _) => Some(*table),
            TypeKey::QueryRoot
            | TypeKey::MutationRoot
            | TypeKey::SubscriptionRoot
            | TypeKey::Namespace(..)
            | TypeKey::Scalar(..)
            | TypeKey::Comparison(..)
            | TypeKey::ArrayComparison(..)
            | TypeKey::Cast(..)
            | TypeKey::Near(..)
            | TypeKey::RasterGeometry(..)
            | TypeKey::FunctionArgs(..)
            | TypeKey::Builtin(_) => None,
        }
    }
}

/// Order of the arguments of a raster comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RasterInput {
    /// Band before geometry.
    BandGeometry,
    /// Geometry before band.
    GeometryBand,
}

/// Types that only mutations use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MutationType {
    /// `t_mutation_response`
    Response,
    /// `t_insert_input`
    InsertInput,
    /// `t_obj_rel_insert_input`
    ObjectRelationInsert,
    /// `t_arr_rel_insert_input`
    ArrayRelationInsert,
    /// `t_on_conflict`
    OnConflict,
    /// `t_constraint`
    Constraint,
    /// `t_update_column`
    UpdateColumn,
    /// `t_set_input`
    SetInput,
    /// `t_inc_input`
    IncInput,
    /// `t_append_input`
    AppendInput,
    /// `t_prepend_input`
    PrependInput,
    /// `t_delete_key_input`
    DeleteKeyInput,
    /// `t_delete_elem_input`
    DeleteElemInput,
    /// `t_delete_at_path_input`
    DeleteAtPathInput,
    /// `t_pk_columns_input`
    PkColumnsInput,
    /// `t_updates`
    Updates,
}

/// A type as used at a position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TypeRef {
    /// A named type.
    Named(TypeKey),
    /// `T!`
    NonNull(Box<TypeRef>),
    /// `[T]`
    List(Box<TypeRef>),
}

impl TypeRef {
    /// `T!`
    #[must_use]
    pub fn non_null(self) -> TypeRef {
        match self {
            TypeRef::NonNull(_) => self,
            other => TypeRef::NonNull(Box::new(other)),
        }
    }

    /// `[T]`
    #[must_use]
    pub fn list(self) -> TypeRef {
        TypeRef::List(Box::new(self))
    }

    /// The type without `!`.
    pub fn nullable(&self) -> &TypeRef {
        match self {
            TypeRef::NonNull(inner) => inner,
            other => other,
        }
    }

    /// Whether it is `T!`.
    pub fn is_non_null(&self) -> bool {
        matches!(self, TypeRef::NonNull(_))
    }

    /// The named type at the bottom.
    pub fn key(&self) -> &TypeKey {
        match self {
            TypeRef::Named(key) => key,
            TypeRef::NonNull(inner) | TypeRef::List(inner) => inner.key(),
        }
    }
}

impl From<TypeKey> for TypeRef {
    fn from(key: TypeKey) -> Self {
        TypeRef::Named(key)
    }
}

/// A builtin type.
pub fn builtin(name: &'static str) -> TypeRef {
    TypeRef::Named(TypeKey::Builtin(name))
}

/// What kind of GraphQL type a type is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TypeKind {
    /// `OBJECT`
    Object,
    /// `INPUT_OBJECT`
    Input,
    /// `ENUM`
    Enum,
    /// `SCALAR`
    Scalar,
}

/// A field of an object type.
#[derive(Debug, Clone)]
pub struct FieldInfo {
    /// Name.
    pub name: Arc<str>,
    /// Description.
    pub description: Option<Arc<str>>,
    /// Arguments.
    pub args: Vec<InputInfo>,
    /// Type.
    pub ty: TypeRef,
    /// What it means.
    pub kind: FieldKind,
}

/// What a field means to lowering.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// A root field.
    Root(RootMember),
    /// A field of a table's object type.
    Member(Member),
    /// `aggregate`
    Aggregate,
    /// `nodes`
    Nodes,
    /// `count`
    Count,
    /// `sum`, `avg` …
    AggregateOver(AggregateFunction),
    /// A column in `t_sum_fields` and the like.
    AggregateColumn(ColumnId),
    /// A computed field in `t_sum_fields` and the like, by position.
    AggregateComputed(usize),
    /// `affected_rows`
    AffectedRows,
    /// `returning`
    Returning,
    /// `no_queries_available`
    NoQueries,
    /// A field of an introspection type.
    Meta,
}

/// An argument or a field of an input type.
#[derive(Debug, Clone)]
pub struct InputInfo {
    /// Name.
    pub name: Arc<str>,
    /// Description.
    pub description: Option<Arc<str>>,
    /// Type.
    pub ty: TypeRef,
    /// Default value as GraphQL text.
    pub default: Option<&'static str>,
    /// How the name is shown, where a naming convention shows it otherwise than `name`.
    pub shown: Option<Arc<str>>,
    /// What it means.
    pub kind: InputKind,
}

impl InputInfo {
    /// The name that clients write.
    pub fn shown(&self) -> &Arc<str> {
        self.shown.as_ref().unwrap_or(&self.name)
    }
}

/// What an input means to lowering.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InputKind {
    /// Identified by its name alone.
    Named,
    /// `_and`
    And,
    /// `_or`
    Or,
    /// `_not`
    Not,
    /// A column.
    Column(ColumnId),
    /// A relationship by position.
    Relationship(usize),
    /// `<rel>_aggregate` by position.
    RelationshipAggregate(usize),
    /// A computed field by position.
    Computed(usize),
    /// `<field>_aggregate` of a table computed field by position.
    ComputedAggregate(usize),
    /// An aggregate function.
    Function(AggregateFunction),
    /// A comparison operator.
    Operator(OperatorInput),
    /// An argument of a function by position.
    Argument(usize),
    /// An argument of a native query by position.
    NativeArgument(usize),
}

/// A value of an enum type.
#[derive(Debug, Clone)]
pub struct EnumValue {
    /// Name.
    pub name: Arc<str>,
    /// What it stands for: the name that the engine goes by.
    pub value: Arc<str>,
    /// Description.
    pub description: Option<Arc<str>>,
}

/// An input with a plain name.
pub(crate) fn input(name: &str, description: Option<&str>, ty: TypeRef) -> InputInfo {
    InputInfo {
        name: name.into(),
        description: description.map(Into::into),
        ty,
        default: None,
        shown: None,
        kind: InputKind::Named,
    }
}

impl<'a> RoleSchema<'a> {
    /// A source.
    pub fn source(&self, id: SourceId) -> &'a Source {
        self.snapshot.source(id)
    }

    /// A tracked table; keys are made of tracked tables only.
    pub fn table(&self, key: TableKey) -> Option<&'a Table> {
        self.source(key.0).table(key.1)
    }

    /// The role's right to read a table that is part of the schema.
    pub fn select_permit(&self, key: TableKey) -> Option<SelectPermit> {
        let source = self.source(key.0);
        source.table(key.1).filter(|t| t.exposed)?;
        source.roles.open_select(self.role, key.1)
    }

    /// Which kind of type it is.
    pub fn type_kind(&self, key: &TypeKey) -> TypeKind {
        match key {
            TypeKey::QueryRoot
            | TypeKey::MutationRoot
            | TypeKey::SubscriptionRoot
            | TypeKey::Namespace(..)
            | TypeKey::Row(_)
            | TypeKey::Aggregate(_)
            | TypeKey::AggregateFields(_)
            | TypeKey::AggregateOver(..)
            | TypeKey::Mutation(_, MutationType::Response) => TypeKind::Object,
            TypeKey::SelectColumn(_)
            | TypeKey::EnumValues(_)
            | TypeKey::AggregateBoolExpArguments(
                _,
                AggregateFunction::BoolAnd
                | AggregateFunction::BoolOr
                | AggregateFunction::Avg
                | AggregateFunction::Max
                | AggregateFunction::Min
                | AggregateFunction::Sum
                | AggregateFunction::StddevSamp
                | AggregateFunction::VarSamp,
            )
            | TypeKey::Mutation(_, MutationType::Constraint | MutationType::UpdateColumn)
            | TypeKey::Builtin(
                "order_by"
                | "OrderBy"
                | "cursor_ordering"
                | "CursorOrdering"
                | "__TypeKind"
                | "__DirectiveLocation",
            ) => TypeKind::Enum,
            TypeKey::Scalar(..) => TypeKind::Scalar,
            TypeKey::Builtin(name) if name.starts_with("__") => TypeKind::Object,
            TypeKey::Builtin(_) => TypeKind::Scalar,
            _ => TypeKind::Input,
        }
    }

    /// The type's name.
    pub fn type_name(&self, key: &TypeKey) -> String {
        let table = |k: &TableKey, suffix: &str| {
            let source = self.source(k.0);
            let base = source.table(k.1).map_or("", |t| &*t.type_base);
            source.names.type_of(base, suffix)
        };
        let scalar = |source: &SourceId, ty: &TypeId, suffix: &str| {
            let source = self.source(*source);
            let name = scalar_name(&source.catalog, *ty);
            if suffix.is_empty() {
                return name.to_string();
            }
            source.names.plain_type(&format!("{name}{suffix}"))
        };
        match key {
            TypeKey::QueryRoot => "query_root".into(),
            TypeKey::MutationRoot => "mutation_root".into(),
            TypeKey::SubscriptionRoot => "subscription_root".into(),
            TypeKey::Namespace(root, s) => {
                let source = self.source(*s);
                let suffix = match root {
                    RootKind::Query => "_query",
                    RootKind::Mutation if self.backend => "_mutation_backend",
                    RootKind::Mutation => "_mutation_frontend",
                    RootKind::Subscription => "_subscription",
                };
                let base = source.namespace.as_deref().unwrap_or_default();
                source.names.generated_type(&format!("{base}{suffix}"))
            }
            TypeKey::Row(k) => table(k, ""),
            TypeKey::Aggregate(k) => table(k, "_aggregate"),
            TypeKey::AggregateFields(k) => table(k, "_aggregate_fields"),
            TypeKey::AggregateOver(k, f) => table(k, &format!("_{}_fields", f.name())),
            // The names of logical models' types have warts that clients' code contains.
            TypeKey::BoolExp(k) if self.native(*k).is_some() => table(k, "_bool_exp_bool_exp"),
            TypeKey::SelectColumn(k) if self.native(*k).is_some() => table(k, "_enum_name"),
            TypeKey::NativeArgs(k) => {
                let source = self.source(k.0);
                let base = source.natives.get(&k.1).map_or("", |query| &*query.name);
                source
                    .names
                    .type_of(&source.names.type_base(Base::Custom(base)), "_arguments")
            }
            TypeKey::BoolExp(k) => table(k, "_bool_exp"),
            TypeKey::OrderBy(k) => table(k, "_order_by"),
            TypeKey::SelectColumn(k) => table(k, "_select_column"),
            TypeKey::AggregateOrderBy(k) => table(k, "_aggregate_order_by"),
            TypeKey::AggregateOverOrderBy(k, f) => table(k, &format!("_{}_order_by", f.name())),
            TypeKey::AggregateBoolExp(k) => table(k, "_aggregate_bool_exp"),
            TypeKey::AggregateBoolExpOf(k, f) => {
                // The name repeats the table: a wart of the original that clients' code contains.
                table(k, &format!("_aggregate_bool_exp_{}", f.name())).to_owned()
            }
            TypeKey::AggregateBoolExpArguments(k, f) => self.aggregate_arguments_name(*k, *f),
            TypeKey::EnumValues(k) => table(k, "_enum"),
            TypeKey::EnumComparison(k) => table(k, "_enum_comparison_exp"),
            TypeKey::Scalar(s, t) => scalar(s, t, ""),
            TypeKey::Comparison(s, t) => scalar(s, t, "_comparison_exp"),
            TypeKey::ArrayComparison(s, t) => {
                let catalog = &self.source(*s).catalog;
                let element = catalog.element_type(*t).unwrap_or(*t);
                scalar(s, &element, "_array_comparison_exp")
            }
            TypeKey::Cast(s, t) => scalar(s, t, "_cast_exp"),
            TypeKey::Near(s, t) => {
                let source = self.source(*s);
                source
                    .names
                    .plain_type(match &*scalar_name(&source.catalog, *t) {
                        "geography" => "st_d_within_geography_input",
                        _ => "st_d_within_input",
                    })
            }
            TypeKey::RasterGeometry(s, form) => self.source(*s).names.plain_type(match form {
                RasterInput::BandGeometry => "st_intersects_nband_geom_input",
                RasterInput::GeometryBand => "st_intersects_geom_nband_input",
            }),
            TypeKey::FunctionArgs(s, i) => {
                let source = self.source(*s);
                let name = source.functions.get(*i).map_or("", |f| &*f.args_name);
                source.names.generated_type(name)
            }
            TypeKey::ComputedArgs(k, i) => self.computed_args_name(*k, *i),
            TypeKey::StreamCursor(k) => table(k, "_stream_cursor_input"),
            TypeKey::StreamCursorValue(k) => table(k, "_stream_cursor_value_input"),
            TypeKey::Mutation(k, m) => table(k, m.suffix()),
            TypeKey::Builtin(name) => (*name).into(),
        }
    }

    /// A type reference as GraphQL text.
    pub fn display(&self, ty: &TypeRef) -> String {
        match ty {
            TypeRef::Named(key) => self.type_name(key),
            TypeRef::NonNull(inner) => format!("{}!", self.display(inner)),
            TypeRef::List(inner) => format!("[{}]", self.display(inner)),
        }
    }

    /// The type's description.
    pub fn type_description(&self, key: &TypeKey) -> Option<String> {
        let table_name = |k: &TableKey| {
            let source = self.source(k.0);
            let info = source.catalog.table(k.1);
            crate::rules::qualified(&info.schema, &info.name)
        };
        Some(match key {
            TypeKey::Row(k) => return self.table(*k)?.description.as_deref().map(str::to_owned),
            TypeKey::Aggregate(k) => format!("aggregated selection of {:?}", table_name(k)),
            TypeKey::AggregateFields(k) => format!("aggregate fields of {:?}", table_name(k)),
            TypeKey::AggregateOver(_, f) => format!("aggregate {} on columns", f.name()),
            TypeKey::NativeArgs(k) => natives::native_arguments_text(self.native(*k)?),
            TypeKey::BoolExp(k) if self.native(*k).is_some() => format!(
                "Boolean expression to filter rows from the logical model for {:?}. All fields are combined with a logical 'AND'.",
                table_name(k)
            ),
            TypeKey::SelectColumn(k) if self.native(*k).is_some() => return None,
            TypeKey::BoolExp(k) => format!(
                "Boolean expression to filter rows from the table {:?}. All fields are combined with a logical 'AND'.",
                table_name(k)
            ),
            TypeKey::OrderBy(k) => {
                format!(
                    "Ordering options when selecting data from {:?}.",
                    table_name(k)
                )
            }
            TypeKey::SelectColumn(k) => format!("select columns of table {:?}", table_name(k)),
            TypeKey::AggregateOrderBy(k) => {
                format!("order by aggregate values of table {:?}", table_name(k))
            }
            TypeKey::AggregateOverOrderBy(k, f) => {
                format!(
                    "order by {}() on columns of table {:?}",
                    f.name(),
                    table_name(k)
                )
            }
            TypeKey::AggregateBoolExpArguments(k, f) if self.type_kind(key) == TypeKind::Enum => {
                format!(
                    "select {:?} columns of table {:?}",
                    self.aggregate_arguments_name(*k, *f),
                    table_name(k)
                )
            }
            TypeKey::EnumComparison(k) => format!(
                "Boolean expression to compare columns of type {:?}. All fields are combined with logical 'AND'.",
                self.type_name(&TypeKey::EnumValues(*k))
            ),
            TypeKey::Comparison(s, t) => format!(
                "Boolean expression to compare columns of type {:?}. All fields are combined with logical 'AND'.",
                &*scalar_name(&self.source(*s).catalog, *t)
            ),
            TypeKey::ArrayComparison(s, t) => {
                let catalog = &self.source(*s).catalog;
                let element = catalog.element_type(*t).unwrap_or(*t);
                format!(
                    "Boolean expression to compare columns of type {:?}. All fields are combined with logical 'AND'.",
                    &*scalar_name(catalog, element)
                )
            }
            TypeKey::StreamCursor(k) => {
                format!("Streaming cursor of the table {:?}", table_name(k))
            }
            TypeKey::StreamCursorValue(_) => {
                "Initial value of the column from where the streaming should start".into()
            }
            TypeKey::Mutation(k, m) => return m.description(&table_name(k)),
            TypeKey::Builtin("order_by" | "OrderBy") => "column ordering options".into(),
            TypeKey::Builtin("cursor_ordering" | "CursorOrdering") => {
                "ordering argument of a cursor".into()
            }
            _ => return None,
        })
    }

    /// All fields of an object type, in no order that matters.
    pub fn fields(&self, key: &TypeKey) -> Vec<FieldInfo> {
        let fields = match key {
            TypeKey::QueryRoot
            | TypeKey::MutationRoot
            | TypeKey::SubscriptionRoot
            | TypeKey::Namespace(..) => self.root_fields(key),
            TypeKey::Row(k) => self.row_fields(*k),
            TypeKey::Aggregate(k) => self.aggregate_fields(*k),
            TypeKey::AggregateFields(k) => self.aggregate_functions(*k),
            TypeKey::AggregateOver(k, f) => self.aggregate_columns(*k, *f),
            TypeKey::Mutation(k, MutationType::Response) => self.response_fields(*k),
            _ => Vec::new(),
        };
        fields
            .into_iter()
            .map(|field| self.show_field(key, field))
            .collect()
    }

    /// A field of an object type by the name that clients write.
    pub fn field(&self, key: &TypeKey, name: &str) -> Option<FieldInfo> {
        let field = match key {
            TypeKey::QueryRoot
            | TypeKey::MutationRoot
            | TypeKey::SubscriptionRoot
            | TypeKey::Namespace(..) => self.root_field(key, name),
            TypeKey::Row(k) => {
                let member = *self.table(*k)?.members.get(name)?;
                self.row_field(*k, name, member)
            }
            other => return self.fields(other).into_iter().find(|f| &*f.name == name),
        };
        field.map(|field| self.show_field(key, field))
    }

    /// All fields of an input type.
    pub fn inputs(&self, key: &TypeKey) -> Vec<InputInfo> {
        let inputs = match key {
            TypeKey::BoolExp(k) => self.condition_inputs(*k),
            TypeKey::OrderBy(k) => self.order_inputs(*k),
            TypeKey::AggregateOrderBy(k) => self.aggregate_order_inputs(*k),
            TypeKey::AggregateOverOrderBy(k, f) => self.aggregate_over_order_inputs(*k, *f),
            TypeKey::AggregateBoolExp(k) => self.aggregate_condition_inputs(*k),
            TypeKey::AggregateBoolExpOf(k, f) => self.aggregate_condition_of_inputs(*k, *f),
            TypeKey::AggregateBoolExpArguments(k, f) => self.aggregate_pair_inputs(*k, *f),
            TypeKey::EnumComparison(k) => self.enum_comparison_inputs(*k),
            TypeKey::Comparison(s, t) => self.comparison_inputs(*s, *t),
            TypeKey::ArrayComparison(s, t) => self.array_comparison_inputs(*s, *t),
            TypeKey::Cast(s, t) => self.cast_inputs(*s, *t),
            TypeKey::Near(s, t) => self.near_inputs(*s, *t),
            TypeKey::RasterGeometry(s, r) => self.raster_inputs(*s, *r),
            TypeKey::FunctionArgs(s, i) => self.function_inputs(*s, *i),
            TypeKey::ComputedArgs(k, i) => self.computed_inputs(*k, *i),
            TypeKey::NativeArgs(k) => self.native_inputs(*k),
            TypeKey::StreamCursor(k) => self.stream_cursor_inputs(*k),
            TypeKey::StreamCursorValue(k) => self.stream_value_inputs(*k),
            TypeKey::Mutation(k, m) => self.mutation_inputs(*k, *m),
            _ => Vec::new(),
        };
        self.show_inputs(self.source_of(key), inputs)
    }

    /// A field of an input type by the name that clients write.
    pub fn input_field(&self, key: &TypeKey, name: &str) -> Option<InputInfo> {
        let input = match key {
            TypeKey::BoolExp(k) => self.condition_input(*k, name)?,
            TypeKey::OrderBy(k) => self.order_input(*k, name)?,
            other => {
                return self
                    .inputs(other)
                    .into_iter()
                    .find(|i| &**i.shown() == name);
            }
        };
        self.show_inputs(self.source_of(key), vec![input]).pop()
    }
}

impl fmt::Debug for RoleSchema<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RoleSchema")
            .field("generation", &self.snapshot.generation)
            .field("role", &self.role)
            .finish_non_exhaustive()
    }
}
