//! Boolean expressions in JSON: permission rules, and `where` of the legacy data operations.
//!
//! Both use database names and the same operators in two spellings (`_eq`, `$eq`). A stored rule
//! sees everything, carries no role's filter and may name session variables; a request is bound to
//! its role: columns and related tables come from permits, and values become parameters, whatever
//! they look like.

use crate::json_value;
use crate::model::{ComputedField, ComputedReturn, Source, Table};
use howdah_error::{Code, Error, Result, Within};
use howdah_ir::catalog::{ColumnId, TableId, TypeId};
use howdah_ir::params::{Param, ParamSource, Params, ValueType};
use howdah_ir::permit::{ColumnUse, SelectPermit, Target};
use howdah_ir::predicate::{
    ArgumentValue, CallArgument, Comparison, ComputedRowsPredicate, ComputedUse, FunctionCall,
    Operand, Operator, Predicate, RelatedPredicate, RowScope,
};
use howdah_ir::values;
use serde_json::{Map, Value};
use std::sync::Arc;

/// Whose expression is read.
pub enum Authority<'a> {
    /// A stored rule.
    Rule,
    /// A request of a role; its values become parameters.
    Request {
        /// The role.
        role: &'a str,
        /// Where values go.
        params: &'a mut Params,
    },
}

/// Reads expressions over the tables of one source.
pub struct RuleReader<'a> {
    source: &'a Source,
    authority: Authority<'a>,
    /// The table that `["$", "col"]` refers to.
    root: TableId,
    depth: usize,
}

/// Nesting that an expression may have.
const MAX_DEPTH: usize = 200;

impl<'a> RuleReader<'a> {
    /// A reader for expressions on `root`.
    pub fn new(source: &'a Source, authority: Authority<'a>, root: TableId) -> Self {
        RuleReader {
            source,
            authority,
            root,
            depth: 0,
        }
    }

    /// Reads an expression on the root table.
    pub fn read(&mut self, expression: &Map<String, Value>) -> Result<Predicate> {
        self.expression(self.root, expression)
    }

    /// Reads a part of an expression on the root table: one that stands at a row of `table`.
    pub(crate) fn read_part(
        &mut self,
        table: TableId,
        part: &Map<String, Value>,
    ) -> Result<Predicate> {
        self.expression(table, part)
    }

    fn table(&self, table: TableId) -> Result<&'a Table> {
        self.source.table(table).ok_or_else(|| {
            let table = self.source.catalog.table(table);
            Error::not_exists(format!(
                "table {:?} is not tracked",
                qualified(&table.schema, &table.name)
            ))
        })
    }

    fn permit(&self, table: TableId) -> Result<Option<SelectPermit>> {
        match &self.authority {
            Authority::Rule => Ok(None),
            Authority::Request { role, .. } => self
                .source
                .roles
                .open_select(role, table)
                .map(Some)
                .ok_or_else(|| {
                    let info = self.source.catalog.table(table);
                    Error::new(
                        Code::PermissionDenied,
                        format!(
                            "select on {:?} for role {role:?} is not allowed. ",
                            qualified(&info.schema, &info.name)
                        ),
                    )
                }),
        }
    }

    fn role(&self) -> &str {
        match &self.authority {
            Authority::Request { role, .. } => role,
            Authority::Rule => "",
        }
    }

    fn target(&self, table: TableId) -> Result<Target> {
        Ok(match self.permit(table)? {
            None => Target::in_rule(table),
            Some(permit) => permit.target(),
        })
    }

    /// The table that a field leads to, as the role may see it.
    fn related_target(&self, table: TableId, what: &str, field: &str) -> Result<Target> {
        self.target(table)
            .map_err(|_| no_related_permission(self.source, self.role(), what, field, table))
    }

    fn column(&self, table: TableId, column: ColumnId) -> Result<ColumnUse> {
        match self.permit(table)? {
            None => Ok(ColumnUse::in_rule(column)),
            Some(permit) => permit.column(column).ok_or_else(|| {
                let name = &self.source.catalog.column(table, column).name;
                Error::new(
                    Code::PermissionDenied,
                    format!(
                        "role {:?} does not have permission to select column {name:?}",
                        self.role()
                    ),
                )
            }),
        }
    }

    fn expression(&mut self, table: TableId, expression: &Map<String, Value>) -> Result<Predicate> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Error::parse_failed(
                "the boolean expression is nested too deeply",
            ));
        }
        let mut parts = Vec::with_capacity(expression.len());
        for (key, value) in expression {
            parts.push(self.entry(table, key, value).within(key.as_str())?);
        }
        self.depth -= 1;
        Ok(Predicate::all(parts))
    }

    fn entry(&mut self, table: TableId, key: &str, value: &Value) -> Result<Predicate> {
        match key {
            "$and" | "_and" => Ok(Predicate::all(self.list(table, value)?)),
            "$or" | "_or" => Ok(Predicate::Or(self.list(table, value)?)),
            "$not" | "_not" => Ok(Predicate::Not(Box::new(
                self.expression(table, object(value)?)?,
            ))),
            "$exists" | "_exists" => self.exists(object(value)?),
            field => self.field(table, field, value),
        }
    }

    fn list(&mut self, table: TableId, value: &Value) -> Result<Vec<Predicate>> {
        match value {
            Value::Array(items) => items
                .iter()
                .enumerate()
                .map(|(i, item)| {
                    object(item)
                        .and_then(|o| self.expression(table, o))
                        .within(i)
                })
                .collect(),
            Value::Object(single) => Ok(vec![self.expression(table, single)?]),
            other => Err(wrong_kind("Array", other)),
        }
    }

    fn exists(&mut self, value: &Map<String, Value>) -> Result<Predicate> {
        let (table, inner) = exists_parts(self.source, value)?;
        let predicate = self.expression(table, inner).within("_where")?;
        Ok(Predicate::Exists(self.target(table)?, Box::new(predicate)))
    }

    fn field(&mut self, table: TableId, field: &str, value: &Value) -> Result<Predicate> {
        let info = self.table(table)?;
        if let Some(column) = self.source.catalog.table(table).column_named(field) {
            let column_use = self.column(table, column)?;
            let ty = self.source.catalog.column(table, column).ty;
            let comparisons = self.comparisons(table, ty, value)?;
            for comparison in &comparisons {
                self.check_types(table, column, comparison)?;
            }
            return Ok(Predicate::all(comparisons.into_iter().map(|comparison| {
                Predicate::Column(column_use.clone(), comparison)
            })));
        }
        if let Some(relationship) = info.relationships.get(field) {
            let target = self.related_target(relationship.target, "relationship", field)?;
            let predicate = self.expression(relationship.target, object(value)?)?;
            return Ok(Predicate::Related(Box::new(RelatedPredicate {
                mapping: relationship.mapping.clone(),
                target,
                predicate,
            })));
        }
        if let Some(computed) = info.computed_fields.get(field) {
            return self.computed(table, computed, value);
        }
        Err(Error::not_exists(format!("{field:?} does not exist")))
    }

    fn computed(
        &mut self,
        table: TableId,
        computed: &ComputedField,
        value: &Value,
    ) -> Result<Predicate> {
        let call = simple_call(self.source, computed)?;
        match computed.returns {
            ComputedReturn::Scalar(ty) => {
                let redaction = match self.permit(table)? {
                    None => None,
                    Some(permit) => permit.computed_field(&computed.name).ok_or_else(|| {
                        Error::new(
                            Code::PermissionDenied,
                            format!(
                                "role {:?} does not have permission to select computed field {:?}",
                                self.role(),
                                computed.name
                            ),
                        )
                    })?,
                };
                let computed_use = ComputedUse { call, redaction };
                let comparisons = self.comparisons(table, ty, value)?;
                Ok(Predicate::all(comparisons.into_iter().map(|comparison| {
                    Predicate::Computed(computed_use.clone(), comparison)
                })))
            }
            ComputedReturn::Rows(target) => {
                let permitted = self.related_target(target, "computed field", &computed.name)?;
                let predicate = self.expression(target, object(value)?)?;
                Ok(Predicate::ComputedRows(Box::new(ComputedRowsPredicate {
                    call,
                    target: permitted,
                    predicate,
                })))
            }
        }
    }

    fn comparisons(
        &mut self,
        table: TableId,
        ty: TypeId,
        value: &Value,
    ) -> Result<Vec<Comparison>> {
        match value {
            Value::Object(operators) => operators
                .iter()
                .map(|(name, operand)| {
                    self.comparison(table, ty, name, operand)
                        .within(name.as_str())
                })
                .collect(),
            // The short form `{column: value}` is an equality.
            plain => Ok(vec![self.equality(ty, plain)?]),
        }
    }

    fn equality(&mut self, ty: TypeId, value: &Value) -> Result<Comparison> {
        Ok(match value {
            Value::Null => Comparison::IsNull(true),
            value => Comparison::Binary(Operator::Equal, self.operand(ty, value)?),
        })
    }

    fn comparison(
        &mut self,
        table: TableId,
        ty: TypeId,
        name: &str,
        value: &Value,
    ) -> Result<Comparison> {
        let bare = name
            .strip_prefix('$')
            .or_else(|| name.strip_prefix('_'))
            .unwrap_or("");
        if let Some(operator) = column_operator(bare) {
            let operand = self.column_operand(table, value)?;
            return Ok(Comparison::Binary(operator, operand));
        }
        match bare {
            "eq" => return self.equality(ty, value),
            "ne" | "neq" => {
                return Ok(match value {
                    Value::Null => Comparison::IsNull(false),
                    value => Comparison::Binary(Operator::NotEqual, self.operand(ty, value)?),
                });
            }
            "is_null" => {
                return value
                    .as_bool()
                    .map(Comparison::IsNull)
                    .ok_or_else(|| wrong_kind("Bool", value));
            }
            "cast" => return self.cast(table, value),
            "st_d_within" | "st_3d_d_within" => return self.near(ty, bare, value),
            "st_intersects_nband_geom" | "st_intersects_geom_nband" => {
                return self.raster(bare, value);
            }
            "st_intersects_rast" => {
                let operand = self.operand(ty, value)?;
                return Ok(Comparison::Binary(Operator::StIntersectsRaster, operand));
            }
            _ => {}
        }
        let Some((operator, operand)) = plain_operator(bare) else {
            return Err(Error::new(
                Code::UnexpectedPayload,
                format!("unknown operator: {name}"),
            ));
        };
        if value.is_null() {
            return Err(Error::new(
                Code::UnexpectedPayload,
                format!("unexpected null value for {name}"),
            ));
        }
        let operand = match operand {
            OperandKind::Same => self.operand(ty, value)?,
            OperandKind::ListOfSame => self.list_operand(ty, value)?,
            OperandKind::Named(type_name) => {
                let ty = self.named_type(type_name)?;
                self.operand(ty, value)?
            }
            OperandKind::ListOfNamed(type_name) => {
                let ty = self.named_type(type_name)?;
                self.list_operand(ty, value)?
            }
        };
        Ok(Comparison::Binary(operator, operand))
    }

    fn named_type(&self, name: &str) -> Result<TypeId> {
        self.source.catalog.type_named(name).ok_or_else(|| {
            Error::not_exists(format!("type {name:?} does not exist in the database"))
        })
    }

    fn cast(&mut self, table: TableId, value: &Value) -> Result<Comparison> {
        let casts = object(value)?;
        let Some((name, operators)) = casts.iter().next().filter(|_| casts.len() == 1) else {
            return Err(Error::parse_failed(
                "exactly one type is expected for a cast",
            ));
        };
        let internal = if name == "String" {
            "text"
        } else {
            name.as_str()
        };
        let ty = self.named_type(internal).within(name.as_str())?;
        let comparisons = self
            .comparisons(table, ty, operators)
            .within(name.as_str())?;
        Ok(Comparison::Cast(ty, comparisons))
    }

    fn near(&mut self, ty: TypeId, name: &str, value: &Value) -> Result<Comparison> {
        let arguments = object(value)?;
        let float = self.named_type("float8")?;
        let distance = required(arguments, "distance")?;
        let from = required(arguments, "from")?;
        let use_spheroid = match arguments.get("use_spheroid") {
            Some(flag) if !flag.is_null() => {
                let boolean = self.named_type("bool")?;
                Some(self.operand(boolean, flag).within("use_spheroid")?)
            }
            _ => None,
        };
        Ok(Comparison::Near {
            three_d: name == "st_3d_d_within",
            distance: self.operand(float, distance).within("distance")?,
            from: self.operand(ty, from).within("from")?,
            use_spheroid,
        })
    }

    fn raster(&mut self, name: &str, value: &Value) -> Result<Comparison> {
        let arguments = object(value)?;
        let geometry = self.named_type("geometry")?;
        let integer = self.named_type("int4")?;
        let geom = required(arguments, "geommin")?;
        let band = match arguments.get("nband") {
            Some(band) if !band.is_null() => Some(self.operand(integer, band).within("nband")?),
            _ => None,
        };
        Ok(Comparison::RasterGeometry {
            band_first: name == "st_intersects_nband_geom",
            band,
            geometry: self.operand(geometry, geom).within("geommin")?,
        })
    }

    fn column_operand(&self, table: TableId, value: &Value) -> Result<Operand> {
        let (scope, of, name) = match value {
            Value::String(name) => (RowScope::Current, table, name),
            Value::Array(path) => match path.as_slice() {
                [Value::String(name)] => (RowScope::Current, table, name),
                [Value::String(root), Value::String(name)] if root == "$" => {
                    (RowScope::Root, self.root, name)
                }
                _ => {
                    return Err(Error::parse_failed(
                        "expected a column name, or [\"$\", column] for a column of the root table",
                    ));
                }
            },
            other => return Err(wrong_kind("String", other)),
        };
        let column = self
            .source
            .catalog
            .table(of)
            .column_named(name)
            .ok_or_else(|| Error::not_exists(format!("{name:?} does not exist")))?;
        if self.column(of, column)?.redaction().is_some() {
            // An operand has no place for a redaction: comparing would tell what it hides.
            return Err(Error::new(
                Code::PermissionDenied,
                format!("column {name:?} cannot be compared with by this role"),
            ));
        }
        Ok(Operand::Column(scope, column))
    }

    /// Columns that are compared have one type: PostgreSQL would only notice when it is asked.
    fn check_types(&self, table: TableId, column: ColumnId, comparison: &Comparison) -> Result<()> {
        let Comparison::Binary(_, Operand::Column(scope, other)) = comparison else {
            return Ok(());
        };
        let of = match scope {
            RowScope::Current => table,
            RowScope::Root => self.root,
        };
        let left = self.source.catalog.column(table, column);
        let right = self.source.catalog.column(of, *other);
        if left.ty == right.ty {
            return Ok(());
        }
        Err(Error::new(
            Code::UnexpectedPayload,
            format!(
                "incompatible column types : {:?}, {:?}",
                left.name, right.name
            ),
        ))
    }

    fn list_operand(&mut self, element: TypeId, value: &Value) -> Result<Operand> {
        if let Some(name) = self.session_reference(value) {
            return Ok(Operand::Session(ValueType::ArrayOf(element), name));
        }
        let Value::Array(items) = value else {
            return Err(wrong_kind("Array", value));
        };
        let catalog = &self.source.catalog;
        if matches!(self.authority, Authority::Request { .. })
            && catalog.element_type(element).is_none()
        {
            let text = json_value::array_text(catalog, element, items)?;
            return Ok(self.text(ValueType::ArrayOf(element), text));
        }
        // `any` of an array of arrays would go over the innermost values.
        let nested = catalog.element_type(element).is_some();
        if nested || items.iter().any(|item| session_variable(item).is_some()) {
            let operands = items
                .iter()
                .map(|item| self.operand(element, item))
                .collect::<Result<_>>()?;
            return Ok(Operand::List(element, operands));
        }
        let text = values::array_of_values(catalog, element, items);
        Ok(self.text(ValueType::ArrayOf(element), text))
    }

    fn operand(&mut self, ty: TypeId, value: &Value) -> Result<Operand> {
        if let Some(name) = self.session_reference(value) {
            return Ok(Operand::Session(ValueType::One(ty), name));
        }
        let catalog = &self.source.catalog;
        let text = match self.authority {
            Authority::Rule => values::json_to_text(catalog, ty, value),
            Authority::Request { .. } => json_value::text(catalog, ty, value)?,
        };
        let Some(text) = text else {
            return Err(Error::new(Code::UnexpectedPayload, "unexpected null value"));
        };
        Ok(self.text(ValueType::One(ty), text))
    }

    /// The session variable that a value of a rule stands for. In a request it is a text like any
    /// other.
    fn session_reference(&self, value: &Value) -> Option<Arc<str>> {
        match self.authority {
            Authority::Rule => session_variable(value),
            Authority::Request { .. } => None,
        }
    }

    fn text(&mut self, ty: ValueType, text: String) -> Operand {
        match &mut self.authority {
            Authority::Rule => Operand::Constant(ty, text.into()),
            Authority::Request { params, .. } => Operand::Param(params.push(Param {
                ty,
                text: Some(text.into()),
                source: ParamSource::Literal,
            })),
        }
    }
}

enum OperandKind {
    Same,
    ListOfSame,
    Named(&'static str),
    ListOfNamed(&'static str),
}

fn column_operator(bare: &str) -> Option<Operator> {
    Some(match bare {
        "ceq" => Operator::Equal,
        "cne" | "cneq" => Operator::NotEqual,
        "cgt" => Operator::Greater,
        "clt" => Operator::Less,
        "cgte" => Operator::GreaterOrEqual,
        "clte" => Operator::LessOrEqual,
        _ => return None,
    })
}

fn plain_operator(bare: &str) -> Option<(Operator, OperandKind)> {
    use OperandKind::{ListOfNamed, ListOfSame, Named, Same};
    Some(match bare {
        "gt" => (Operator::Greater, Same),
        "lt" => (Operator::Less, Same),
        "gte" => (Operator::GreaterOrEqual, Same),
        "lte" => (Operator::LessOrEqual, Same),
        "in" => (Operator::In, ListOfSame),
        "nin" => (Operator::NotIn, ListOfSame),
        "like" => (Operator::Like, Named("text")),
        "nlike" => (Operator::NotLike, Named("text")),
        "ilike" => (Operator::InsensitiveLike, Named("text")),
        "nilike" => (Operator::NotInsensitiveLike, Named("text")),
        "similar" => (Operator::Similar, Named("text")),
        "nsimilar" => (Operator::NotSimilar, Named("text")),
        "regex" => (Operator::Regex, Named("text")),
        "nregex" => (Operator::NotRegex, Named("text")),
        "iregex" => (Operator::InsensitiveRegex, Named("text")),
        "niregex" => (Operator::NotInsensitiveRegex, Named("text")),
        "contains" => (Operator::Contains, Same),
        "contained_in" => (Operator::ContainedIn, Same),
        "has_key" => (Operator::HasKey, Named("text")),
        "has_keys_any" => (Operator::HasKeysAny, ListOfNamed("text")),
        "has_keys_all" => (Operator::HasKeysAll, ListOfNamed("text")),
        "ancestor" => (Operator::Ancestor, Named("ltree")),
        "ancestor_any" => (Operator::AncestorAny, ListOfNamed("ltree")),
        "descendant" => (Operator::Descendant, Named("ltree")),
        "descendant_any" => (Operator::DescendantAny, ListOfNamed("ltree")),
        "matches" => (Operator::Matches, Named("lquery")),
        "matches_any" => (Operator::MatchesAny, ListOfNamed("lquery")),
        "matches_fulltext" => (Operator::MatchesFulltext, Named("ltxtquery")),
        "st_contains" => (Operator::StContains, Same),
        "st_crosses" => (Operator::StCrosses, Same),
        "st_equals" => (Operator::StEquals, Same),
        "st_intersects" => (Operator::StIntersects, Same),
        "st_3d_intersects" => (Operator::St3dIntersects, Same),
        "st_overlaps" => (Operator::StOverlaps, Same),
        "st_touches" => (Operator::StTouches, Same),
        "st_within" => (Operator::StWithin, Same),
        _ => return None,
    })
}

/// The table of an `_exists` and the condition on its rows.
pub(crate) fn exists_parts<'v>(
    source: &Source,
    value: &'v Map<String, Value>,
) -> Result<(TableId, &'v Map<String, Value>)> {
    let name = value
        .get("_table")
        .or_else(|| value.get("$table"))
        .ok_or_else(|| Error::parse_failed("key \"_table\" not found"))?;
    let name: howdah_metadata::QualifiedName =
        howdah_metadata::parse(name.clone()).within("_table")?;
    let table = source
        .table_named(&name.schema, &name.name)
        .ok_or_else(|| {
            Error::not_exists(format!(
                "table {:?} does not exist in source: {}",
                qualified(&name.schema, &name.name),
                source.name
            ))
            .within("_table")
        })?;
    let inner = value
        .get("_where")
        .or_else(|| value.get("$where"))
        .ok_or_else(|| Error::parse_failed("key \"_where\" not found"))?;
    Ok((table.id, object(inner).within("_where")?))
}

/// The lower-case name when a value is a reference to a session variable.
pub fn session_variable(value: &Value) -> Option<Arc<str>> {
    const PREFIX: &str = "x-hasura-";
    let text = value.as_str()?;
    let head = text.get(..PREFIX.len())?;
    head.eq_ignore_ascii_case(PREFIX)
        .then(|| text.to_ascii_lowercase().into())
}

/// The call of a computed field that needs nothing but the row and the session.
pub fn simple_call(source: &Source, computed: &ComputedField) -> Result<FunctionCall> {
    let function = source.catalog.function(computed.function);
    let mut arguments = Vec::new();
    let mut omitted = false;
    for (i, argument) in function.arguments.iter().enumerate() {
        let value = if i == computed.row_argument {
            ArgumentValue::Row
        } else if Some(i) == computed.session_argument {
            ArgumentValue::Operand(Operand::SessionObject(argument.ty))
        } else if argument.has_default {
            omitted = true;
            continue;
        } else {
            return Err(Error::validation(format!(
                "computed field {:?} needs arguments and cannot be used here",
                computed.name
            )));
        };
        let name = if omitted { argument.name.clone() } else { None };
        arguments.push(CallArgument { name, value });
    }
    Ok(FunctionCall {
        function: computed.function,
        arguments,
    })
}

/// The error for a field that leads to a table which the role may not read.
pub(crate) fn no_related_permission(
    source: &Source,
    role: &str,
    what: &str,
    field: &str,
    table: TableId,
) -> Error {
    let info = source.catalog.table(table);
    Error::new(
        Code::PermissionDenied,
        format!(
            "role {role:?} does not have permission to read {what} {field:?}; no permission on table {:?}",
            qualified(&info.schema, &info.name)
        ),
    )
}

/// `name` in `public`, else `schema.name`, as texts show tables.
pub fn qualified(schema: &str, name: &str) -> String {
    if schema == "public" {
        name.to_owned()
    } else {
        format!("{schema}.{name}")
    }
}

fn required<'v>(object: &'v Map<String, Value>, key: &str) -> Result<&'v Value> {
    object
        .get(key)
        .ok_or_else(|| Error::parse_failed(format!("key {key:?} not found")))
}

pub(crate) fn object(value: &Value) -> Result<&Map<String, Value>> {
    value.as_object().ok_or_else(|| wrong_kind("Object", value))
}

fn wrong_kind(expected: &str, found: &Value) -> Error {
    let found = match found {
        Value::Null => "Null",
        Value::Bool(_) => "Boolean",
        Value::Number(_) => "Number",
        Value::String(_) => "String",
        Value::Array(_) => "Array",
        Value::Object(_) => "Object",
    };
    Error::parse_failed(format!("expected {expected}, but encountered {found}"))
}
