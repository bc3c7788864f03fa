//! The types of a schema by their names, as declarations of variables have them.
//!
//! Types are made on demand and have no index. A name is taken apart instead: what it begins with
//! says which table it may belong to, and the names of that table's types are compared with it.

use crate::model::{Source, SourceId};
use crate::types::{MutationType, RasterInput, RoleSchema, TableKey, TypeKey, TypeKind};
use howdah_ir::catalog::TypeId;
use howdah_ir::predicate::AggregateFunction;
use std::collections::HashMap;

/// Types that every schema may name.
const BUILTIN: [&str; 17] = [
    "Int",
    "Float",
    "String",
    "Boolean",
    "ID",
    "order_by",
    "OrderBy",
    "cursor_ordering",
    "CursorOrdering",
    "__Schema",
    "__Type",
    "__TypeKind",
    "__Field",
    "__InputValue",
    "__EnumValue",
    "__Directive",
    "__DirectiveLocation",
];

const FUNCTIONS: [AggregateFunction; 15] = [
    AggregateFunction::Count,
    AggregateFunction::Sum,
    AggregateFunction::Avg,
    AggregateFunction::Min,
    AggregateFunction::Max,
    AggregateFunction::Stddev,
    AggregateFunction::StddevPop,
    AggregateFunction::StddevSamp,
    AggregateFunction::Variance,
    AggregateFunction::VarPop,
    AggregateFunction::VarSamp,
    AggregateFunction::BoolAnd,
    AggregateFunction::BoolOr,
    AggregateFunction::Corr,
    AggregateFunction::CovarSamp,
];

const MUTATION: [MutationType; 16] = [
    MutationType::Response,
    MutationType::InsertInput,
    MutationType::ObjectRelationInsert,
    MutationType::ArrayRelationInsert,
    MutationType::OnConflict,
    MutationType::Constraint,
    MutationType::UpdateColumn,
    MutationType::SetInput,
    MutationType::IncInput,
    MutationType::AppendInput,
    MutationType::PrependInput,
    MutationType::DeleteKeyInput,
    MutationType::DeleteElemInput,
    MutationType::DeleteAtPathInput,
    MutationType::PkColumnsInput,
    MutationType::Updates,
];

/// The types of a schema by name.
pub(super) struct InputTypes<'s> {
    schema: RoleSchema<'s>,
    /// Tables by what the names of their types begin with.
    tables: Option<HashMap<String, Vec<TableKey>>>,
    known: HashMap<Box<str>, Option<TypeKey>>,
}

impl<'s> InputTypes<'s> {
    pub(super) fn new(schema: RoleSchema<'s>) -> Self {
        InputTypes {
            schema,
            tables: None,
            known: HashMap::new(),
        }
    }

    /// The type that a name stands for.
    pub(super) fn find(&mut self, name: &str) -> Option<&TypeKey> {
        if !self.known.contains_key(name) {
            let found = self.look_up(name);
            self.known.insert(name.into(), found);
        }
        self.known.get(name)?.as_ref()
    }

    fn look_up(&mut self, name: &str) -> Option<TypeKey> {
        if let Some(builtin) = BUILTIN.into_iter().find(|builtin| *builtin == name) {
            return Some(TypeKey::Builtin(builtin));
        }
        // What is found quickly comes first.
        self.scalar(name)
            .or_else(|| self.of_tables(name))
            .or_else(|| self.of_roots(name))
            .or_else(|| self.of_scalars(name))
            .or_else(|| self.of_functions(name))
    }

    fn sources(&self) -> impl Iterator<Item = (SourceId, &'s Source)> + use<'s> {
        let sources = self.schema.snapshot.sources.iter().enumerate();
        sources.map(|(place, source)| (SourceId(place as u16), source))
    }

    fn is_called(&self, key: &TypeKey, name: &str) -> bool {
        self.schema.type_name(key) == name
    }

    fn of_roots(&self, name: &str) -> Option<TypeKey> {
        let namespaces = self.schema.snapshot.roots.namespaces.keys();
        [
            TypeKey::QueryRoot,
            TypeKey::MutationRoot,
            TypeKey::SubscriptionRoot,
        ]
        .into_iter()
        .chain(namespaces.map(|(root, source)| TypeKey::Namespace(*root, *source)))
        .find(|key| self.is_called(key, name))
    }

    fn scalar(&self, name: &str) -> Option<TypeKey> {
        self.sources()
            .find_map(|(id, source)| Some(TypeKey::Scalar(id, *source.scalars.get(name)?)))
    }

    fn of_scalars(&self, name: &str) -> Option<TypeKey> {
        for (id, source) in self.sources() {
            let scalars = source
                .scalars
                .iter()
                .filter(|(scalar, _)| begins_with(name, scalar));
            let keys = scalars.flat_map(|(_, ty)| compared(source, id, *ty));
            let near = ["geometry", "geography"]
                .into_iter()
                .filter_map(|ty| source.scalars.get(ty))
                .map(|ty| TypeKey::Near(id, *ty));
            let raster = [RasterInput::BandGeometry, RasterInput::GeometryBand]
                .into_iter()
                .filter(|_| source.scalars.contains_key("raster"))
                .map(|form| TypeKey::RasterGeometry(id, form));
            let mut all = keys.chain(near).chain(raster);
            if let Some(key) = all.find(|key| self.is_called(key, name)) {
                return Some(key);
            }
        }
        None
    }

    fn of_tables(&mut self, name: &str) -> Option<TypeKey> {
        if self.tables.is_none() {
            self.tables = Some(self.by_beginning());
        }
        let tables = self.tables.as_ref()?;
        (1..=name.len())
            .rev()
            .filter_map(|end| tables.get(name.get(..end)?))
            .flatten()
            .flat_map(|table| types_of(*table))
            .find(|key| self.is_called(key, name) && self.is_there(key))
    }

    fn by_beginning(&self) -> HashMap<String, Vec<TableKey>> {
        let mut found: HashMap<String, Vec<TableKey>> = HashMap::new();
        for (id, source) in self.sources() {
            let natives = source.natives.values().map(|query| &query.rows);
            let tables = source.tables.values().map(|table| &**table).chain(natives);
            for table in tables.filter(|table| table.exposed) {
                let beginning = format!("{}{}", source.names.type_prefix, table.type_base);
                found
                    .entry(beginning)
                    .or_default()
                    .push(TableKey(id, table.id));
            }
        }
        found
    }

    fn of_functions(&self, name: &str) -> Option<TypeKey> {
        for (id, source) in self.sources() {
            let tracked = 0..source.functions.len();
            let tracked = tracked.map(|index| TypeKey::FunctionArgs(id, index));
            let computed = source.tables.values().flat_map(|table| {
                let key = TableKey(id, table.id);
                (0..table.computed_fields.len()).map(move |index| TypeKey::ComputedArgs(key, index))
            });
            let found = tracked
                .chain(computed)
                .find(|key| self.is_called(key, name) && self.is_there(key));
            if found.is_some() {
                return found;
            }
        }
        None
    }

    /// Whether there is anything to a type that goes by a name that exists.
    fn is_there(&self, key: &TypeKey) -> bool {
        match self.schema.type_kind(key) {
            TypeKind::Scalar => true,
            TypeKind::Enum => !self.schema.enum_values(key).is_empty(),
            TypeKind::Object => !self.schema.fields(key).is_empty(),
            TypeKind::Input => !self.schema.inputs(key).is_empty(),
        }
    }
}

/// Types that compare values of a type.
fn compared(source: &Source, id: SourceId, ty: TypeId) -> impl Iterator<Item = TypeKey> + use<> {
    let array = source.catalog.array_of(ty);
    [TypeKey::Comparison(id, ty), TypeKey::Cast(id, ty)]
        .into_iter()
        .chain(array.map(|array| TypeKey::ArrayComparison(id, array)))
}

/// Every type of a table's.
fn types_of(table: TableKey) -> impl Iterator<Item = TypeKey> {
    let single = [
        TypeKey::Row(table),
        TypeKey::Aggregate(table),
        TypeKey::AggregateFields(table),
        TypeKey::BoolExp(table),
        TypeKey::OrderBy(table),
        TypeKey::SelectColumn(table),
        TypeKey::AggregateOrderBy(table),
        TypeKey::AggregateBoolExp(table),
        TypeKey::EnumValues(table),
        TypeKey::EnumComparison(table),
        TypeKey::NativeArgs(table),
        TypeKey::StreamCursor(table),
        TypeKey::StreamCursorValue(table),
    ];
    let mutation = MUTATION.map(|ty| TypeKey::Mutation(table, ty));
    let aggregate = FUNCTIONS.into_iter().flat_map(move |function| {
        [
            TypeKey::AggregateOver(table, function),
            TypeKey::AggregateOverOrderBy(table, function),
            TypeKey::AggregateBoolExpOf(table, function),
            TypeKey::AggregateBoolExpArguments(table, function),
        ]
    });
    single.into_iter().chain(mutation).chain(aggregate)
}

/// Whether a name begins with another one, in whatever case a naming convention shows it.
fn begins_with(name: &str, beginning: &str) -> bool {
    let mut name = letters(name);
    letters(beginning).all(|letter| name.next() == Some(letter))
}

fn letters(name: &str) -> impl Iterator<Item = u8> {
    name.bytes()
        .filter(|byte| *byte != b'_')
        .map(|byte| byte.to_ascii_lowercase())
}
