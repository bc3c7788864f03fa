//! Values: parameters, constants of rules, session variables, columns, lists.

use super::Compiler;
use super::multiplexed::Slot;
use super::names::Row;
use crate::sql::{Binding, ColumnName, Expr, FromItem, Function, Select, SqlType};
use howdah_error::{Error, Result};
use howdah_ir::catalog::TypeId;
use howdah_ir::params::{ParamId, ValueType};
use howdah_ir::predicate::{Operand, RowScope};
use howdah_ir::scalars::{Family, facts};

/// The rows that a value may speak of.
#[derive(Clone, Copy)]
pub(super) struct Scope<'r> {
    /// The row the condition is on.
    pub current: &'r Row,
    /// The row of the table that the rule was written for.
    pub root: &'r Row,
}

impl<'r> Scope<'r> {
    /// A scope whose row is its own root.
    pub fn at(row: &'r Row) -> Self {
        Scope {
            current: row,
            root: row,
        }
    }

    /// The scope of a related row within the same rule.
    pub fn related(self, row: &'r Row) -> Self {
        Scope {
            current: row,
            root: self.root,
        }
    }
}

impl Compiler<'_> {
    pub fn sql_type(&self, ty: TypeId) -> SqlType {
        SqlType::trusted(self.catalog.ty(ty).sql.clone())
    }

    /// A PostGIS function, in the schema that the type lives in (which may not be on the
    /// search path).
    pub fn spatial(&self, type_name: &str, function: &'static str) -> Function {
        match self.catalog.type_named(type_name) {
            Some(ty) => Function::In(
                self.catalog.ty(ty).schema.clone(),
                function.to_ascii_lowercase().into(),
            ),
            None => Function::Builtin(function),
        }
    }

    /// A call of a PostGIS function on a type.
    pub fn spatial_call(
        &self,
        type_name: &str,
        function: &'static str,
        arguments: Vec<Expr>,
    ) -> Expr {
        Expr::Call(
            self.spatial(type_name, function),
            arguments.into_iter().map(|a| (None, a)).collect(),
        )
    }

    /// Turns texts into values of a type. `source` gives the text as the SQL type it is asked for.
    pub fn typed(&self, ty: ValueType, source: impl FnOnce(SqlType) -> Expr) -> Expr {
        self.typed_as(ty, |sql, _| source(sql))
    }

    /// As [`Self::typed`]; `source` is told whether the SQL type is an array.
    fn typed_as(&self, ty: ValueType, source: impl FnOnce(SqlType, bool) -> Expr) -> Expr {
        let (scalar, is_array) = match ty {
            ValueType::ArrayOf(t) => (t, true),
            ValueType::One(t) => match self.catalog.element_type(t) {
                Some(element) if self.is_constructed(element) => (element, true),
                _ => (t, false),
            },
        };
        if !self.is_constructed(scalar) {
            let sql = self.sql_type(scalar);
            let of_arrays = self.catalog.element_type(scalar).is_some();
            return source(
                if is_array { sql.array() } else { sql },
                is_array || of_arrays,
            );
        }
        if !is_array {
            return self.constructed(scalar, source(SqlType::text(), false));
        }
        let texts = self.alias();
        let element = Expr::Column(texts, ColumnName::Value);
        let unnest = Select::value(
            Expr::builtin("unnest", vec![source(SqlType::texts(), true)]),
            ColumnName::Value,
            None,
        );
        Expr::ArraySelect(Box::new(Select {
            columns: vec![(self.constructed(scalar, element), None)],
            from: Some(FromItem::Select(Box::new(unnest), texts)),
            ..Select::default()
        }))
    }

    /// Whether values are made by a function and not by a cast.
    fn is_constructed(&self, ty: TypeId) -> bool {
        matches!(
            facts(self.catalog, ty).family,
            Family::Geometry | Family::Geography | Family::Raster
        )
    }

    fn constructed(&self, ty: TypeId, text: Expr) -> Expr {
        match facts(self.catalog, ty).family {
            Family::Raster => self.spatial_call("raster", "ST_RastFromHexWKB", vec![text]),
            Family::Geography => self
                .spatial_call("geometry", "ST_GeomFromGeoJSON", vec![text])
                .cast(self.sql_type(ty)),
            _ => self.spatial_call("geometry", "ST_GeomFromGeoJSON", vec![text]),
        }
    }

    /// A value of the request.
    pub fn param(&self, id: ParamId) -> Expr {
        self.typed_as(self.params.get(id).ty, |ty, array| match &self.batch {
            Some(batch) => batch.value(Slot::Param(id), ty, array),
            None => Expr::Placeholder(Binding::Param(id), ty),
        })
    }

    /// The session as one JSON value. `jsonb`, as looking up a variable in `json` would parse the
    /// text again for each row.
    fn session(&self) -> Expr {
        let ty = SqlType::trusted("jsonb".into());
        match &self.batch {
            Some(batch) => batch.value(Slot::Session, ty, false),
            None => Expr::Placeholder(Binding::Session, ty),
        }
    }

    /// A value. Without a scope there is no current row (functions as root fields).
    ///
    /// # Errors
    /// A column where there is no row.
    pub fn operand(&self, operand: &Operand, scope: Option<Scope<'_>>) -> Result<Expr> {
        Ok(match operand {
            Operand::Param(id) => self.param(*id),
            Operand::Constant(ty, text) => {
                self.typed(*ty, |sql| Expr::Text(text.clone()).cast(sql))
            }
            Operand::Session(ty, name) => self.typed_as(*ty, |sql, array| match &self.batch {
                Some(batch) => batch.value(Slot::Variable(name.clone()), sql, array),
                None => self
                    .session()
                    .binary("->>", Expr::Text(name.clone()))
                    .cast(sql),
            }),
            Operand::SessionObject(ty) => self.session().cast(self.sql_type(*ty)),
            Operand::Column(which, column) => {
                let scope = scope.ok_or_else(no_row)?;
                let row = match which {
                    RowScope::Current => scope.current,
                    RowScope::Root => scope.root,
                };
                self.raw_column(row, *column)
            }
            Operand::List(ty, items) => Expr::Array(
                items
                    .iter()
                    .map(|i| self.operand(i, scope))
                    .collect::<Result<_>>()?,
            )
            .cast(self.sql_type(*ty).array()),
        })
    }
}

/// Something refers to a row where there is none: a fault of whoever made the tree.
pub(super) fn no_row() -> Error {
    Error::unexpected("a value refers to a row where there is none")
}
