//! `where`: boolean expressions of a client.

use super::Lowerer;
use super::values::Input;
use crate::model::{ComputedReturn, SourceId};
use crate::rules::simple_call;
use crate::types::{
    InputInfo, InputKind, OperatorInput, RasterInput, TableKey, TypeKey, TypeRef, builtin,
};
use howdah_error::Result;
use howdah_ir::catalog::TypeId;
use howdah_ir::params::ValueType;
use howdah_ir::permit::ColumnUse;
use howdah_ir::predicate::{
    AggregateFunction, AggregatePredicate, Comparison, ComputedRowsPredicate, ComputedUse,
    Operator, Predicate, RelatedPredicate,
};

impl<'a> Lowerer<'a> {
    /// The `where` argument of a field that reads: null is as good as nothing.
    pub(super) fn optional_where(
        &mut self,
        key: TableKey,
        input: Option<Input<'a>>,
    ) -> Result<Predicate> {
        let Some(input) = input else {
            return Ok(Predicate::TRUE);
        };
        self.within(["args", "where"], |l| {
            let input = l.resolve_shape(input, &TypeKey::BoolExp(key).into())?;
            if l.absent(input) {
                return Ok(Predicate::TRUE);
            }
            l.condition(key, input)
        })
    }

    /// The `where` argument of a field that writes, where null is an error; true when it is not given.
    pub(super) fn where_argument(
        &mut self,
        key: TableKey,
        input: Option<Input<'a>>,
    ) -> Result<Predicate> {
        let Some(input) = input else {
            return Ok(Predicate::TRUE);
        };
        self.within(["args", "where"], |l| l.condition_input(key, input))
    }

    /// A boolean expression at a nullable position.
    pub(super) fn condition_input(&mut self, key: TableKey, input: Input<'a>) -> Result<Predicate> {
        let ty = TypeRef::from(TypeKey::BoolExp(key));
        let input = self.resolve_shape(input, &ty)?;
        if matches!(input, Input::Absent) {
            return Ok(Predicate::TRUE);
        }
        self.condition(key, input)
    }

    fn condition(&mut self, key: TableKey, input: Input<'a>) -> Result<Predicate> {
        let ty = TypeKey::BoolExp(key);
        let mut parts = Vec::new();
        for (name, value) in self.object(&ty, input)? {
            let Some(info) = self.schema.input_field(&ty, name) else {
                return Err(self.no_input(&ty, name));
            };
            let part = self.within([name], |l| l.condition_entry(key, &info, value))?;
            parts.push(part);
        }
        Ok(Predicate::all(parts))
    }

    fn condition_entry(
        &mut self,
        key: TableKey,
        info: &InputInfo,
        value: Input<'a>,
    ) -> Result<Predicate> {
        let value = self.resolve_shape(value, &info.ty)?;
        if matches!(value, Input::Absent) {
            return Ok(Predicate::TRUE);
        }
        match info.kind {
            InputKind::And => Ok(Predicate::all(self.conditions(key, &info.ty, value)?)),
            InputKind::Or => Ok(Predicate::Or(self.conditions(key, &info.ty, value)?)),
            InputKind::Not => Ok(Predicate::Not(Box::new(self.condition(key, value)?))),
            InputKind::Column(column) => {
                let Some(column_use) = self
                    .schema
                    .select_permit(key)
                    .and_then(|permit| permit.column(column))
                else {
                    return Err(self.fail("the column cannot be read"));
                };
                let ty = self.schema.source(key.0).catalog.column(key.1, column).ty;
                let comparisons = self.comparisons(key.0, ty, info.ty.key(), value)?;
                Ok(Predicate::all(
                    comparisons
                        .into_iter()
                        .map(|c| Predicate::Column(column_use.clone(), c)),
                ))
            }
            InputKind::Relationship(i) => self.related(key, i, value),
            InputKind::RelationshipAggregate(i) => self.aggregate_condition(key, i, value),
            InputKind::Computed(i) => self.computed_condition(key, i, info, value),
            _ => Err(self.fail(format!("'{}' cannot be used here", info.name))),
        }
    }

    fn conditions(
        &mut self,
        key: TableKey,
        ty: &TypeRef,
        value: Input<'a>,
    ) -> Result<Vec<Predicate>> {
        if value.is_null() {
            return Err(self.fail("expected a list, but found null"));
        }
        let element = match ty.nullable() {
            TypeRef::List(inner) => (**inner).clone(),
            other => other.clone(),
        };
        let mut all = Vec::new();
        for (i, item) in value.items().into_iter().enumerate() {
            let read = |l: &mut Self| {
                let item = l.resolve_shape(item, &element)?;
                l.condition(key, item)
            };
            all.push(self.at_index(i, read)?);
        }
        Ok(all)
    }

    fn related(&mut self, key: TableKey, index: usize, value: Input<'a>) -> Result<Predicate> {
        let table = self.schema.table(key);
        let Some((_, relationship)) = table.and_then(|t| t.relationships.get_index(index)) else {
            return Err(self.fail("the relationship does not exist"));
        };
        let target = TableKey(key.0, relationship.target);
        let Some(permit) = self.schema.select_permit(target) else {
            return Err(self.fail("the relationship cannot be read"));
        };
        let predicate = self.condition(target, value)?;
        Ok(Predicate::Related(Box::new(RelatedPredicate {
            mapping: relationship.mapping.clone(),
            target: permit.target(),
            predicate,
        })))
    }

    fn computed_condition(
        &mut self,
        key: TableKey,
        index: usize,
        info: &InputInfo,
        value: Input<'a>,
    ) -> Result<Predicate> {
        let table = self.schema.table(key);
        let Some((_, computed)) = table.and_then(|t| t.computed_fields.get_index(index)) else {
            return Err(self.fail("the computed field does not exist"));
        };
        let call = simple_call(self.schema.source(key.0), computed)
            .map_err(|e| e.at(self.path.clone()))?;
        match computed.returns {
            ComputedReturn::Scalar(ty) => {
                let redaction = self
                    .schema
                    .select_permit(key)
                    .and_then(|permit| permit.computed_field(&computed.name))
                    .ok_or_else(|| self.fail("the computed field cannot be read"))?;
                let computed_use = ComputedUse { call, redaction };
                let comparisons = self.comparisons(key.0, ty, info.ty.key(), value)?;
                Ok(Predicate::all(
                    comparisons
                        .into_iter()
                        .map(|c| Predicate::Computed(computed_use.clone(), c)),
                ))
            }
            ComputedReturn::Rows(table) => {
                let target = TableKey(key.0, table);
                let Some(permit) = self.schema.select_permit(target) else {
                    return Err(self.fail("the computed field cannot be read"));
                };
                let predicate = self.condition(target, value)?;
                Ok(Predicate::ComputedRows(Box::new(ComputedRowsPredicate {
                    call,
                    target: permit.target(),
                    predicate,
                })))
            }
        }
    }

    /// The operators of a comparison input; all must hold.
    pub(super) fn comparisons(
        &mut self,
        source: SourceId,
        ty: TypeId,
        input_type: &TypeKey,
        value: Input<'a>,
    ) -> Result<Vec<Comparison>> {
        let mut all = Vec::new();
        for (name, operand) in self.object(input_type, value)? {
            let Some(info) = self.schema.input_field(input_type, name) else {
                return Err(self.no_input(input_type, name));
            };
            let comparison = self.within([name], |l| l.comparison(source, ty, &info, operand))?;
            all.extend(comparison);
        }
        Ok(all)
    }

    fn comparison(
        &mut self,
        source: SourceId,
        ty: TypeId,
        info: &InputInfo,
        value: Input<'a>,
    ) -> Result<Option<Comparison>> {
        let InputKind::Operator(operator) = info.kind else {
            return Err(self.fail(format!("'{}' is no operator", info.name)));
        };
        let options = &self.schema.snapshot.options;
        // The flag is for operands only: a condition that is null is never "all rows".
        let collapse = options.boolean_null_collapse && operator != OperatorInput::Cast;
        if collapse || options.no_null_unbound_variable_default {
            let peeked = self.resolve(value, &info.ty)?;
            if matches!(peeked, Input::Absent) || (collapse && peeked.is_null()) {
                self.absent(peeked);
                return Ok(None);
            }
        }
        // The type that the operand is cast to: the one its GraphQL type stands for.
        let operand_type = match info.ty.key() {
            TypeKey::Scalar(_, scalar) => {
                let catalog = &self.schema.source(source).catalog;
                let element = catalog.element_type(ty).map(|e| catalog.base_type(e));
                if element == Some(*scalar) {
                    ty
                } else {
                    *scalar
                }
            }
            _ => ty,
        };
        Ok(Some(match operator {
            // Of all operators only this one takes null, which no key is.
            OperatorInput::Binary(op @ Operator::HasKey) => {
                let given = self.resolve(value, &info.ty)?;
                let operand = match self.absent(given) {
                    true => self.null(ValueType::One(operand_type)),
                    false => self.operand(source, operand_type, &info.ty, given)?,
                };
                Comparison::Binary(op, operand)
            }
            OperatorInput::Binary(op) => {
                Comparison::Binary(op, self.operand(source, operand_type, &info.ty, value)?)
            }
            OperatorInput::List(op) => Comparison::Binary(
                op,
                self.list_operand(source, operand_type, &info.ty, value)?,
            ),
            OperatorInput::IsNull => {
                let input = self.resolve_shape(value, &builtin("Boolean"))?;
                let Some(flag) = input.boolean() else {
                    return Err(self.fail(format!(
                        "expected a boolean for type 'Boolean', but found {}",
                        input.describe()
                    )));
                };
                Comparison::IsNull(flag)
            }
            OperatorInput::Cast => return self.cast(source, info, value),
            OperatorInput::CastTo(_) => {
                return Err(self.fail(format!("'{}' is no operator", info.name)));
            }
            OperatorInput::Near(dimensions) => self.near(source, ty, info, value, dimensions)?,
            OperatorInput::Raster(form) => self.raster(source, info, value, form)?,
        }))
    }

    fn cast(
        &mut self,
        source: SourceId,
        info: &InputInfo,
        value: Input<'a>,
    ) -> Result<Option<Comparison>> {
        let value = self.resolve_shape(value, &info.ty)?;
        let cast_type = info.ty.key();
        let mut all = Vec::new();
        let mut target = None;
        for (name, operators) in self.object(cast_type, value)? {
            let Some(to) = self.schema.input_field(cast_type, name) else {
                return Err(self.no_input(cast_type, name));
            };
            let InputKind::Operator(OperatorInput::CastTo(ty)) = to.kind else {
                continue;
            };
            let comparisons = self.within([name], |l| {
                let operators = l.resolve_shape(operators, &to.ty)?;
                l.comparisons(source, ty, to.ty.key(), operators)
            })?;
            target = Some(ty);
            all.extend(comparisons);
        }
        Ok(target.map(|ty| Comparison::Cast(ty, all)))
    }

    fn near(
        &mut self,
        source: SourceId,
        ty: TypeId,
        info: &InputInfo,
        value: Input<'a>,
        dimensions: crate::types::Dimensions,
    ) -> Result<Comparison> {
        let value = self.resolve_shape(value, &info.ty)?;
        let input_type = info.ty.key();
        let (mut distance, mut from, mut use_spheroid) = (None, None, None);
        for (name, given) in self.object(input_type, value)? {
            let Some(part) = self.schema.input_field(input_type, name) else {
                return Err(self.no_input(input_type, name));
            };
            self.path.push(name);
            match &*part.name {
                "distance" => {
                    let float = self.named_type(source, "float8")?;
                    distance = Some(self.operand(source, float, &part.ty, given)?);
                }
                "from" => from = Some(self.operand(source, ty, &part.ty, given)?),
                _ => {
                    let boolean = self.named_type(source, "bool")?;
                    let given = self.resolve(given, &part.ty)?;
                    use_spheroid = Some(match self.absent(given) {
                        true => self.null(ValueType::One(boolean)),
                        false => self.operand(source, boolean, &part.ty, given)?,
                    });
                }
            }
            self.path.pop();
        }
        let (Some(distance), Some(from)) = (distance.clone(), from) else {
            let missing = if distance.is_none() {
                "distance"
            } else {
                "from"
            };
            self.path.push(missing);
            return Err(self.fail(format!("missing required field '{missing}'")));
        };
        let three_d = dimensions == crate::types::Dimensions::Three;
        Ok(Comparison::Near {
            three_d,
            distance,
            from,
            use_spheroid,
        })
    }

    fn raster(
        &mut self,
        source: SourceId,
        info: &InputInfo,
        value: Input<'a>,
        form: RasterInput,
    ) -> Result<Comparison> {
        let value = self.resolve_shape(value, &info.ty)?;
        let input_type = info.ty.key();
        let (mut band, mut geometry) = (None, None);
        for (name, given) in self.object(input_type, value)? {
            let Some(part) = self.schema.input_field(input_type, name) else {
                return Err(self.no_input(input_type, name));
            };
            self.path.push(name);
            if &*part.name == "nband" {
                let integer = self.named_type(source, "int4")?;
                let given = self.resolve(given, &part.ty)?;
                if !self.absent(given) {
                    band = Some(self.operand(source, integer, &part.ty, given)?);
                }
            } else {
                let ty = self.named_type(source, "geometry")?;
                geometry = Some(self.operand(source, ty, &part.ty, given)?);
            }
            self.path.pop();
        }
        let band_first = form == RasterInput::BandGeometry;
        let Some(geometry) = geometry else {
            self.path.push("geommin");
            return Err(self.fail("missing required field 'geommin'"));
        };
        if band_first && band.is_none() {
            self.path.push("nband");
            return Err(self.fail("missing required field 'nband'"));
        }
        Ok(Comparison::RasterGeometry {
            band_first,
            band,
            geometry,
        })
    }

    fn aggregate_condition(
        &mut self,
        key: TableKey,
        index: usize,
        value: Input<'a>,
    ) -> Result<Predicate> {
        let table = self.schema.table(key);
        let Some((_, relationship)) = table.and_then(|t| t.relationships.get_index(index)) else {
            return Err(self.fail("the relationship does not exist"));
        };
        let target = TableKey(key.0, relationship.target);
        let Some(permit) = self.schema.select_permit(target) else {
            return Err(self.fail("the relationship cannot be read"));
        };
        let ty = TypeKey::AggregateBoolExp(target);
        let entries = self.object(&ty, value)?;
        if entries.len() != 1 {
            return Err(self.fail("exactly one predicate should be specified"));
        }
        let mut parts = Vec::new();
        for (name, given) in entries {
            let Some(info) = self.schema.input_field(&ty, name) else {
                return Err(self.no_input(&ty, name));
            };
            let InputKind::Function(function) = info.kind else {
                continue;
            };
            let (arguments, distinct, filter, comparisons) = self.within([name], |l| {
                let given = l.resolve_shape(given, &info.ty)?;
                l.aggregate_predicate(target, function, given)
            })?;
            parts.push(Predicate::Aggregate(Box::new(AggregatePredicate {
                mapping: relationship.mapping.clone(),
                target: permit.target(),
                function,
                arguments,
                distinct,
                filter,
                comparisons,
            })));
        }
        Ok(Predicate::all(parts))
    }

    #[allow(clippy::type_complexity)]
    fn aggregate_predicate(
        &mut self,
        target: TableKey,
        function: AggregateFunction,
        value: Input<'a>,
    ) -> Result<(Vec<ColumnUse>, bool, Predicate, Vec<Comparison>)> {
        let ty = TypeKey::AggregateBoolExpOf(target, function);
        let (mut arguments, mut distinct) = (Vec::new(), false);
        let (mut filter, mut comparisons) = (Predicate::TRUE, None);
        for (name, given) in self.object(&ty, value)? {
            let Some(info) = self.schema.input_field(&ty, name) else {
                return Err(self.no_input(&ty, name));
            };
            self.path.push(name);
            match &*info.name {
                "arguments" => {
                    arguments = self.predicate_arguments(target, function, &info, given)?
                }
                "distinct" => distinct = self.given_boolean(given)?,
                "filter" => filter = self.condition_input(target, given)?,
                _ => {
                    let given = self.resolve_shape(given, &info.ty)?;
                    let TypeKey::Comparison(source, compared) = info.ty.key() else {
                        continue;
                    };
                    comparisons =
                        Some(self.comparisons(*source, *compared, info.ty.key(), given)?);
                }
            }
            self.path.pop();
        }
        let Some(comparisons) = comparisons else {
            self.path.push("predicate");
            return Err(self.fail("missing required field 'predicate'"));
        };
        if arguments.is_empty() && function != AggregateFunction::Count {
            self.path.push("arguments");
            return Err(self.fail("missing required field 'arguments'"));
        }
        Ok((arguments, distinct, filter, comparisons))
    }

    fn predicate_arguments(
        &mut self,
        target: TableKey,
        function: AggregateFunction,
        info: &InputInfo,
        given: Input<'a>,
    ) -> Result<Vec<ColumnUse>> {
        let given = self.resolve_shape(given, &info.ty)?;
        match function {
            AggregateFunction::Count => {
                if matches!(given, Input::Absent) {
                    return Ok(Vec::new());
                }
                if given.is_null() {
                    return Err(self.fail("expected a list, but found null"));
                }
                self.columns(target, given)
            }
            AggregateFunction::Corr | AggregateFunction::CovarSamp => {
                let ty = TypeKey::AggregateBoolExpArguments(target, function);
                let entries = self.object(&ty, given)?;
                let mut columns = Vec::new();
                for wanted in ["X", "Y"] {
                    let Some((_, value)) = entries.iter().find(|(name, _)| *name == wanted) else {
                        self.path.push(wanted);
                        return Err(self.fail(format!("missing required field '{wanted}'")));
                    };
                    let Some(part) = self.schema.input_field(&ty, wanted) else {
                        return Err(self.no_input(&ty, wanted));
                    };
                    let column = self.within([wanted], |l| {
                        let value = l.resolve_shape(*value, &part.ty)?;
                        let name = l.enum_value(part.ty.key(), value)?;
                        l.readable_column(target, &name)
                    })?;
                    columns.push(column);
                }
                Ok(columns)
            }
            _ => {
                let name = self.enum_value(info.ty.key(), given)?;
                Ok(vec![self.readable_column(target, &name)?])
            }
        }
    }
}
