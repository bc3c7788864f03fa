//! Boolean expressions in JSON: permission rules, and `where` of the legacy data operations.
//!
//! Both use database names and the same operators in two spellings (`_eq`, `$eq`). A stored rule
//! sees everything, carries no role's filter and may name session variables; a request is bound to
//! its role: columns and related tables come from permits, and values become parameters, whatever
//! they look like.

mod operators;

use crate::json_value;
use crate::model::{ComputedField, ComputedReturn, Source, Table};
use crate::type_text::{is_well_known, type_text};
use howdah_error::{Code, Error, Result, Within};
use howdah_ir::catalog::{ColumnId, TableId, TypeId};
use howdah_ir::params::{Param, ParamSource, Params, ValueType};
use howdah_ir::permit::{ColumnUse, SelectPermit, Target};
use howdah_ir::predicate::{
    ArgumentValue, CallArgument, Comparison, ComputedRowsPredicate, ComputedUse, FunctionCall,
    Operand, Operator, Predicate, RelatedPredicate, RowScope,
};
use howdah_ir::scalars::{Family, facts};
use operators::{OperandKind, column_operator, plain_operator};
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

/// What is compared: a column or a computed field, or what it is cast to.
#[derive(Clone, Copy)]
struct Subject<'n> {
    name: &'n str,
    ty: TypeId,
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
            parts.push(self.entry(table, key, value)?);
        }
        self.depth -= 1;
        Ok(Predicate::all(parts))
    }

    fn entry(&mut self, table: TableId, key: &str, value: &Value) -> Result<Predicate> {
        match key {
            "$and" | "_and" => Ok(Predicate::all(self.list(table, value)?)),
            "$or" | "_or" => Ok(Predicate::Or(self.list(table, value)?)),
            "$not" | "_not" => Ok(Predicate::Not(Box::new(
                self.expression(table, condition(value)?)?,
            ))),
            "$exists" | "_exists" => object(value)
                .and_then(|parts| self.exists(parts))
                .within(key),
            field => self.field(table, field, value),
        }
    }

    fn list(&mut self, table: TableId, value: &Value) -> Result<Vec<Predicate>> {
        let Value::Array(items) = value else {
            return Err(json_value::wrong_kind("[]", "Array", value));
        };
        items
            .iter()
            .map(|item| condition(item).and_then(|item| self.expression(table, item)))
            .collect()
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
            self.check_comparable(ty, value)?;
            let subject = Subject { name: field, ty };
            let comparisons = self.comparisons(table, subject, value).within(field)?;
            return Ok(Predicate::all(comparisons.into_iter().map(|comparison| {
                Predicate::Column(column_use.clone(), comparison)
            })));
        }
        if let Some(relationship) = info.relationships.get(field) {
            let target = self.related_target(relationship.target, "relationship", field)?;
            let predicate = self.expression(relationship.target, condition(value)?)?;
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
                self.check_comparable(ty, value)?;
                let name = &*computed.name;
                let comparisons = self
                    .comparisons(table, Subject { name, ty }, value)
                    .within(name)?;
                Ok(Predicate::all(comparisons.into_iter().map(|comparison| {
                    Predicate::Computed(computed_use.clone(), comparison)
                })))
            }
            ComputedReturn::Rows(target) => {
                let permitted = self.related_target(target, "computed field", &computed.name)?;
                let predicate = self.expression(target, condition(value)?)?;
                Ok(Predicate::ComputedRows(Box::new(ComputedRowsPredicate {
                    call,
                    target: permitted,
                    predicate,
                })))
            }
        }
    }

    /// JSON without equality: PostgreSQL can only tell whether it is there.
    fn check_comparable(&self, ty: TypeId, value: &Value) -> Result<()> {
        if facts(&self.source.catalog, ty).family != Family::Json {
            return Ok(());
        }
        let asks_for_null = match value {
            Value::Null => true,
            Value::Object(operators) => operators
                .keys()
                .all(|name| matches!(&**name, "_is_null" | "$is_null")),
            _ => false,
        };
        if asks_for_null {
            return Ok(());
        }
        Err(Error::new(
            Code::UnexpectedPayload,
            "JSON column can not be part of boolean expression",
        ))
    }

    fn comparisons(
        &mut self,
        table: TableId,
        subject: Subject<'_>,
        value: &Value,
    ) -> Result<Vec<Comparison>> {
        match value {
            Value::Object(operators) => operators
                .iter()
                .map(|(name, operand)| {
                    self.comparison(table, subject, name, operand)
                        .within(name.as_str())
                })
                .collect(),
            // The short form `{column: value}` is an equality.
            plain => Ok(vec![self.equality(subject.ty, plain)?]),
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
        subject: Subject<'_>,
        name: &str,
        value: &Value,
    ) -> Result<Comparison> {
        let ty = subject.ty;
        let bare = name
            .strip_prefix('$')
            .or_else(|| name.strip_prefix('_'))
            .unwrap_or("");
        if let Some(operator) = column_operator(bare) {
            let operand = self.column_operand(table, subject, value)?;
            return Ok(Comparison::Binary(operator, operand));
        }
        self.check_operator(bare, ty)?;
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
            "cast" => return self.cast(table, subject, value),
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
                format!("Unknown operator: {name}"),
            ));
        };
        let one = matches!(operand, OperandKind::Same | OperandKind::Named(_));
        if one && value.is_null() {
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

    fn cast(&mut self, table: TableId, subject: Subject<'_>, value: &Value) -> Result<Comparison> {
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
            .comparisons(table, Subject { ty, ..subject }, operators)
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

    /// The type has the operator, as far as it is known: of other types PostgreSQL knows more.
    fn check_operator(&self, bare: &str, ty: TypeId) -> Result<()> {
        let catalog = &self.source.catalog;
        if !is_well_known(catalog, ty) {
            return Ok(());
        }
        let facts = facts(catalog, ty);
        let (fits, wanted) = match bare {
            "like" | "nlike" | "ilike" | "nilike" | "similar" | "nsimilar" | "regex" | "nregex"
            | "iregex" | "niregex" => (facts.text, "\"varchar\", \"text\", \"citext\", \"bpchar\""),
            "contains" | "contained_in" => (
                matches!(facts.family, Family::Array | Family::Jsonb),
                "an array or JSONB",
            ),
            "has_key" | "has_keys_any" | "has_keys_all" => {
                (facts.family == Family::Jsonb, "\"jsonb\"")
            }
            "ancestor" | "ancestor_any" | "descendant" | "descendant_any" | "matches"
            | "matches_any" | "matches_fulltext" => (facts.family == Family::Ltree, "\"ltree\""),
            "st_contains" | "st_crosses" | "st_equals" | "st_overlaps" | "st_touches"
            | "st_within" | "st_3d_intersects" | "st_3d_d_within" => {
                (facts.family == Family::Geometry, "\"geometry\"")
            }
            "st_intersects" | "st_d_within" => (
                matches!(facts.family, Family::Geometry | Family::Geography),
                "\"geometry\", \"geography\"",
            ),
            _ => return Ok(()),
        };
        if fits {
            return Ok(());
        }
        Err(Error::new(
            Code::UnexpectedPayload,
            format!(
                " is of type {:?}; this operator works only on columns of type {wanted}",
                type_text(catalog, ty)
            ),
        ))
    }

    /// A column of the row, or of the root row, that another is compared with. Both have one type:
    /// PostgreSQL would only notice when it is asked.
    fn column_operand(
        &self,
        table: TableId,
        subject: Subject<'_>,
        value: &Value,
    ) -> Result<Operand> {
        let bad = |text: &str| Error::unexpected(text).with_status(400);
        let (scope, of, name) = match value {
            Value::String(_) => (RowScope::Current, table, value),
            Value::Array(path) => match path.as_slice() {
                [] => return Err(bad("path cannot be empty")),
                [name] => (RowScope::Current, table, name),
                [Value::String(root), name] if root == "$" => (RowScope::Root, self.root, name),
                _ => {
                    return Err(Error::not_supported(
                        "Relationship references are not supported in column comparison RHS",
                    ));
                }
            },
            _ => {
                return Err(bad(
                    "a boolean expression JSON must be either a string or an array",
                ));
            }
        };
        let Value::String(name) = name else {
            return Err(json_value::wrong_kind("Text", "String", name));
        };
        let catalog = &self.source.catalog;
        let column = catalog
            .table(of)
            .column_named(name)
            .ok_or_else(|| self.no_compared_column(of, name))?;
        if self.column(of, column)?.redaction().is_some() {
            // An operand has no place for a redaction: comparing would tell what it hides.
            return Err(Error::new(
                Code::PermissionDenied,
                format!("column {name:?} cannot be compared with by this role"),
            ));
        }
        // Only now: the text names the type, which is nobody's business who may not see the column.
        let ty = catalog.column(of, column).ty;
        if ty != subject.ty {
            return Err(Error::new(
                Code::UnexpectedPayload,
                format!(
                    "incompatible column types: {:?} has type {:?}, but {name:?} has type {:?}",
                    subject.name,
                    type_text(catalog, subject.ty),
                    type_text(catalog, ty)
                ),
            ));
        }
        Ok(Operand::Column(scope, column))
    }

    /// The error for a name that is none of a column.
    fn no_compared_column(&self, table: TableId, name: &str) -> Error {
        match self.source.table(table).and_then(|t| other_member(t, name)) {
            Some(kind) => Error::new(
                Code::UnexpectedPayload,
                format!(
                    "expecting a database column; but, {name:?} is a {kind}; column operators can only compare postgres columns"
                ),
            ),
            None => Error::not_exists(format!("column {name:?} does not exist")),
        }
    }

    fn list_operand(&mut self, element: TypeId, value: &Value) -> Result<Operand> {
        if let Some(name) = self.session_reference(value) {
            return Ok(Operand::Session(ValueType::ArrayOf(element), name));
        }
        let Value::Array(items) = value else {
            return Err(json_value::wrong_kind("[]", "Array", value));
        };
        let catalog = &self.source.catalog;
        // `any` of an array of arrays would go over the innermost values.
        let nested = catalog.element_type(element).is_some();
        if nested || items.iter().any(|i| self.session_reference(i).is_some()) {
            let operands = items
                .iter()
                .map(|item| self.operand(element, item))
                .collect::<Result<_>>()?;
            return Ok(Operand::List(element, operands));
        }
        let text = json_value::array_text(catalog, element, items)?;
        Ok(self.text(ValueType::ArrayOf(element), text))
    }

    fn operand(&mut self, ty: TypeId, value: &Value) -> Result<Operand> {
        if let Some(name) = self.session_reference(value) {
            return Ok(Operand::Session(ValueType::One(ty), name));
        }
        let catalog = &self.source.catalog;
        let Some(text) = json_value::text(catalog, ty, value)? else {
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
    Ok((table.id, condition(inner).within("_where")?))
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

/// What a name stands for in a table beside its columns.
pub(crate) fn other_member(table: &Table, name: &str) -> Option<&'static str> {
    if table.relationships.contains_key(name) {
        Some("relationship")
    } else if table.computed_fields.contains_key(name) {
        Some("computed field")
    } else {
        None
    }
}

/// A boolean expression.
fn condition(value: &Value) -> Result<&Map<String, Value>> {
    value
        .as_object()
        .ok_or_else(|| json_value::wrong_kind("boolean expression", "Object", value))
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
