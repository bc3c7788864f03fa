//! What introspection found in one database: flat vectors, small ids, no pointers.
//!
//! A catalogue is plain data. Backends fill it (they push to the
//! vectors and call [`Catalog::index`]); everything else only reads it.

use std::collections::HashMap;
use std::sync::Arc;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub u32);

        impl $name {
            /// The position as an index.
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}

ids! {
    /// Position of a table in [`Catalog::tables`].
    TableId;
    /// Position of a column in [`Table::columns`] of its table.
    ColumnId;
    /// Position of a type in [`Catalog::types`].
    TypeId;
    /// Position of a function in [`Catalog::functions`].
    FunctionId;
    /// Position of a native query in [`Catalog::native_queries`].
    NativeQueryId;
}

/// Everything known of one database.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    /// `server_version_num`, for example 150018.
    pub server_version: u32,
    /// Whether rows of ordinary tables have a `ctid`, the place where they are stored: in PostgreSQL
    /// itself, not in databases that are spoken to in the same way or keep tables on other nodes.
    pub has_ctid: bool,
    /// Tables, views, materialised views, foreign tables, partitions; system schemas left out.
    pub tables: Vec<Table>,
    /// Every type that a column or a function mentions, with element and base types.
    pub types: Vec<Type>,
    /// Functions that could be tracked or serve as computed fields; system schemas left out.
    pub functions: Vec<Function>,
    /// Native queries, whose rows stand among the tables without being found there by name.
    pub native_queries: Vec<NativeQuery>,
    tables_by_name: HashMap<(Arc<str>, Arc<str>), TableId>,
    functions_by_name: HashMap<(Arc<str>, Arc<str>), Vec<FunctionId>>,
    types_by_name: HashMap<Arc<str>, Vec<TypeId>>,
}

/// What kind of relation a [`Table`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableKind {
    /// An ordinary table (or a partition).
    Table,
    /// A partitioned table.
    Partitioned,
    /// A view.
    View,
    /// A materialised view.
    MaterializedView,
    /// A foreign table.
    Foreign,
    /// No relation of the database: the shape of a logical model's rows, or of a native query's.
    Virtual,
}

/// A relation.
#[derive(Debug, Clone)]
pub struct Table {
    /// Schema name.
    pub schema: Arc<str>,
    /// Relation name.
    pub name: Arc<str>,
    /// `pg_class.oid`.
    pub oid: u32,
    /// What it is.
    pub kind: TableKind,
    /// Whether it is a partition of another table.
    pub is_partition: bool,
    /// Whether other tables inherit from it: reading it reads theirs too, of which its keys say
    /// nothing. (PostgreSQL may say so for a while after the last one is gone.)
    pub has_children: bool,
    /// Columns in attribute order, dropped ones left out.
    pub columns: Vec<Column>,
    /// The primary key.
    pub primary_key: Option<Key>,
    /// Unique constraints (not bare unique indexes), without the primary key, by name.
    pub unique_keys: Vec<Key>,
    /// Foreign keys from here, by name.
    pub foreign_keys: Vec<ForeignKey>,
    /// `COMMENT ON`.
    pub comment: Option<Arc<str>>,
    /// What can be written through it: from PostgreSQL for views, everything for tables,
    /// nothing for materialised views.
    pub writable: Writable,
}

/// SQL of the user's own, as it is to be put into a statement.
#[derive(Debug, Clone, PartialEq)]
pub struct NativeQuery {
    /// Its name.
    pub name: Arc<str>,
    /// The table that stands for its rows, of kind [`TableKind::Virtual`].
    pub rows: TableId,
    /// The SQL in pieces.
    pub code: Vec<NativePiece>,
    /// Types of its arguments, in the order of their declaration.
    pub arguments: Vec<TypeId>,
}

/// A part of a [`NativeQuery`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NativePiece {
    /// SQL.
    Sql(Arc<str>),
    /// The value of an argument, by its position.
    Argument(usize),
}

/// Which kinds of writes PostgreSQL accepts on a relation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Writable {
    /// INSERT.
    pub insert: bool,
    /// UPDATE.
    pub update: bool,
    /// DELETE.
    pub delete: bool,
}

/// A column.
#[derive(Debug, Clone)]
pub struct Column {
    /// Name in the database.
    pub name: Arc<str>,
    /// `attnum`.
    pub number: i16,
    /// Its type; a domain is named as such (see [`Catalog::base_type`]).
    pub ty: TypeId,
    /// Whether NULL may be stored (false for NOT NULL columns and NOT NULL domains).
    pub nullable: bool,
    /// Whether it has a default (also identity columns).
    pub has_default: bool,
    /// `GENERATED ALWAYS AS (…) STORED` or `GENERATED ALWAYS AS IDENTITY`: not writable.
    pub generated_always: bool,
    /// `COMMENT ON COLUMN`.
    pub comment: Option<Arc<str>>,
}

/// A primary key or unique constraint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Constraint name.
    pub name: Arc<str>,
    /// `pg_constraint.oid`.
    pub oid: u32,
    /// Columns in key order.
    pub columns: Vec<ColumnId>,
}

/// A foreign key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignKey {
    /// Constraint name.
    pub name: Arc<str>,
    /// `pg_constraint.oid`.
    pub oid: u32,
    /// Referencing columns.
    pub columns: Vec<ColumnId>,
    /// Referenced table.
    pub target: TableId,
    /// Referenced columns, pairwise with `columns`.
    pub target_columns: Vec<ColumnId>,
}

/// A type of the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Type {
    /// `pg_type.oid`.
    pub oid: u32,
    /// Schema name.
    pub schema: Arc<str>,
    /// Internal name as in `pg_type`: `int4`, `varchar`, `_text`, `citext`.
    pub name: Arc<str>,
    /// Text for a cast, quoted and schema-qualified where needed: `int4`, `"public"."citext"`,
    /// `text[]`.
    pub sql: Arc<str>,
    /// What it is.
    pub kind: TypeKind,
}

/// What kind of type a [`Type`] is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TypeKind {
    /// Base types and everything without a kind of its own (ranges, multiranges).
    Base,
    /// A domain over another type.
    Domain(TypeId),
    /// `CREATE TYPE … AS ENUM`, labels in order.
    Enum(Vec<Arc<str>>),
    /// The row type of a table, or a free composite type.
    Composite(Option<TableId>),
    /// An array of another type.
    Array(TypeId),
    /// `void`, `record`, `trigger`, polymorphic types.
    Pseudo,
}

/// How a function may change the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Volatility {
    /// Always the same answer.
    Immutable,
    /// Reads only.
    Stable,
    /// May write.
    Volatile,
}

/// A function (not an aggregate, window function, procedure or trigger function).
#[derive(Debug, Clone)]
pub struct Function {
    /// Schema name.
    pub schema: Arc<str>,
    /// Function name; several functions may share it.
    pub name: Arc<str>,
    /// `pg_proc.oid`.
    pub oid: u32,
    /// Input arguments (IN, INOUT, VARIADIC) in order.
    pub arguments: Vec<FunctionArgument>,
    /// Whether the last argument is VARIADIC.
    pub variadic: bool,
    /// Whether it has OUT, INOUT or TABLE columns.
    pub has_out_columns: bool,
    /// Return type.
    pub returns: TypeId,
    /// `RETURNS SETOF`.
    pub returns_set: bool,
    /// Volatility.
    pub volatility: Volatility,
    /// `COMMENT ON FUNCTION`.
    pub comment: Option<Arc<str>>,
}

/// An input argument of a [`Function`].
#[derive(Debug, Clone)]
pub struct FunctionArgument {
    /// Name, if it has one.
    pub name: Option<Arc<str>>,
    /// Type.
    pub ty: TypeId,
    /// Whether it may be left out.
    pub has_default: bool,
}

impl Catalog {
    /// (Re)builds the name indexes; call it once after filling the vectors.
    pub fn index(&mut self) {
        self.tables_by_name = self
            .tables
            .iter()
            .enumerate()
            .filter(|(_, t)| t.kind != TableKind::Virtual)
            .map(|(i, t)| ((t.schema.clone(), t.name.clone()), TableId(i as u32)))
            .collect();
        self.functions_by_name.clear();
        for (i, f) in self.functions.iter().enumerate() {
            self.functions_by_name
                .entry((f.schema.clone(), f.name.clone()))
                .or_default()
                .push(FunctionId(i as u32));
        }
        self.types_by_name.clear();
        for (i, t) in self.types.iter().enumerate() {
            self.types_by_name
                .entry(t.name.clone())
                .or_default()
                .push(TypeId(i as u32));
        }
    }

    /// Adds types; those that are known already, by `oid`, are left as they are. The ids within
    /// `types` are positions in the list.
    pub fn add_types(&mut self, types: Vec<Type>) {
        let known: HashMap<u32, TypeId> = self
            .types
            .iter()
            .enumerate()
            .map(|(i, t)| (t.oid, TypeId(i as u32)))
            .collect();
        let mut next = self.types.len() as u32;
        let ids: Vec<TypeId> = types
            .iter()
            .map(|ty| {
                known.get(&ty.oid).copied().unwrap_or_else(|| {
                    next += 1;
                    TypeId(next - 1)
                })
            })
            .collect();
        let moved = |id: TypeId| ids.get(id.index()).copied().unwrap_or(id);
        for ty in types {
            if known.contains_key(&ty.oid) {
                continue;
            }
            let kind = match ty.kind {
                TypeKind::Domain(base) => TypeKind::Domain(moved(base)),
                TypeKind::Array(element) => TypeKind::Array(moved(element)),
                other => other,
            };
            let id = TypeId(self.types.len() as u32);
            self.types_by_name
                .entry(ty.name.clone())
                .or_default()
                .push(id);
            self.types.push(Type { kind, ..ty });
        }
    }

    /// The table with these names.
    pub fn table_named(&self, schema: &str, name: &str) -> Option<TableId> {
        self.tables_by_name
            .get(&(Arc::from(schema), Arc::from(name)))
            .copied()
    }

    /// All functions of a name (overloads).
    pub fn functions_named(&self, schema: &str, name: &str) -> &[FunctionId] {
        self.functions_by_name
            .get(&(Arc::from(schema), Arc::from(name)))
            .map_or(&[], Vec::as_slice)
    }

    /// A type by its internal name; `pg_catalog` first, then the others in order.
    pub fn type_named(&self, name: &str) -> Option<TypeId> {
        let found = self.types_by_name.get(name)?;
        found
            .iter()
            .find(|t| &*self.ty(**t).schema == "pg_catalog")
            .or_else(|| found.first())
            .copied()
    }

    /// A type of a schema by its internal name.
    pub fn type_in(&self, schema: &str, name: &str) -> Option<TypeId> {
        self.types_by_name
            .get(name)?
            .iter()
            .find(|t| *self.ty(**t).schema == *schema)
            .copied()
    }

    /// The array type of a type.
    pub fn array_of(&self, element: TypeId) -> Option<TypeId> {
        self.types
            .iter()
            .position(|ty| ty.kind == TypeKind::Array(element))
            .map(|i| TypeId(i as u32))
    }

    /// A table. Ids come from this catalogue, so that the index always fits.
    pub fn table(&self, id: TableId) -> &Table {
        &self.tables[id.index()]
    }

    /// A column of a table.
    pub fn column(&self, table: TableId, column: ColumnId) -> &Column {
        &self.table(table).columns[column.index()]
    }

    /// A type.
    pub fn ty(&self, id: TypeId) -> &Type {
        &self.types[id.index()]
    }

    /// A function.
    pub fn function(&self, id: FunctionId) -> &Function {
        &self.functions[id.index()]
    }

    /// A native query.
    pub fn native_query(&self, id: NativeQueryId) -> &NativeQuery {
        &self.native_queries[id.index()]
    }

    /// The native query whose rows a table stands for.
    pub fn native_query_of(&self, rows: TableId) -> Option<NativeQueryId> {
        if self.table(rows).kind != TableKind::Virtual {
            return None;
        }
        self.native_queries
            .iter()
            .position(|query| query.rows == rows)
            .map(|i| NativeQueryId(i as u32))
    }

    /// Whether a table is a relation of the database.
    pub fn is_relation(&self, id: TableId) -> bool {
        self.table(id).kind != TableKind::Virtual
    }

    /// The type with domains resolved: what names, operators and values go by.
    pub fn base_type(&self, mut id: TypeId) -> TypeId {
        // A domain over a domain is legal; cycles are not, the bound is for safety only.
        for _ in 0..64 {
            match self.ty(id).kind {
                TypeKind::Domain(base) => id = base,
                _ => break,
            }
        }
        id
    }

    /// The element type when `id` (or the base of a domain) is an array.
    pub fn element_type(&self, id: TypeId) -> Option<TypeId> {
        match self.ty(self.base_type(id)).kind {
            TypeKind::Array(element) => Some(element),
            _ => None,
        }
    }

    /// The table whose row type `id` is.
    pub fn row_table(&self, id: TypeId) -> Option<TableId> {
        match self.ty(self.base_type(id)).kind {
            TypeKind::Composite(table) => table,
            _ => None,
        }
    }
}

impl Table {
    /// The position of the column with this database name.
    pub fn column_named(&self, name: &str) -> Option<ColumnId> {
        self.columns
            .iter()
            .position(|c| &*c.name == name)
            .map(|i| ColumnId(i as u32))
    }

    /// Columns with their ids.
    pub fn columns_with_ids(&self) -> impl Iterator<Item = (ColumnId, &Column)> {
        self.columns
            .iter()
            .enumerate()
            .map(|(i, c)| (ColumnId(i as u32), c))
    }

    /// Primary key and unique constraints.
    pub fn keys(&self) -> impl Iterator<Item = &Key> {
        self.primary_key.iter().chain(&self.unique_keys)
    }
}
