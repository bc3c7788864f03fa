//! Running an operation again with other variables, without walking it again.
//!
//! What a walk found depends on the text, the role, the snapshot, and the values of the *shape
//! variables*. Every other variable is a parameter as a whole; how its value was read is remembered
//! ([`Coercion`]), so that another value can be read by the same functions. Whatever does not fit
//! gives `None`: then the operation is walked in full, which finds the error and its place.

use super::Lowerer;
use super::values::Input;
use super::variables::Variables;
use crate::document::{Document, Operation};
use crate::model::SourceId;
use crate::types::{RoleSchema, TypeRef};
use howdah_error::JsonPath;
use howdah_ir::catalog::TypeId;
use howdah_ir::params::{ParamId, Params};
use howdah_ir::values::array_literal;
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A parameter that is the whole value of a variable.
#[derive(Debug, Clone)]
pub struct Bound {
    pub(super) param: ParamId,
    pub(super) variable: Arc<str>,
    pub(super) how: Coercion,
}

/// How a value was read.
#[derive(Debug, Clone)]
pub(super) enum Coercion {
    /// A value of a database type.
    Value(Position),
    /// A list of such values.
    List(Position),
    /// `limit`
    Limit,
    /// `offset`
    Offset,
}

/// Where a value stands.
#[derive(Debug, Clone)]
pub(super) struct Position {
    source: SourceId,
    ty: TypeId,
    location: TypeRef,
}

impl Position {
    pub(super) fn new(source: SourceId, ty: TypeId, location: &TypeRef) -> Self {
        Position {
            source,
            ty,
            location: location.clone(),
        }
    }
}

/// A variable that an operation declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declared {
    /// Name without `$`.
    pub name: Arc<str>,
    /// Whether a value must be given: the type ends in `!` and there is no default.
    pub required: bool,
    /// Whether the type ends in `!`.
    pub non_null: bool,
}

/// The variables that an operation declares, in order.
pub fn declared(operation: &Operation) -> Vec<Declared> {
    operation
        .variables
        .iter()
        .map(|definition| Declared {
            name: definition.name.as_str().into(),
            required: definition.ty.is_non_null() && definition.default.is_none(),
            non_null: definition.ty.is_non_null(),
        })
        .collect()
}

/// The parameters of an operation that was lowered before, with the values of other variables.
/// `params`, `bound` and `declared` are the operation's; the values of its shape variables must be
/// the same. `None` when the operation has to be lowered again, mostly to find an error.
pub fn rebind(
    schema: RoleSchema<'_>,
    declared: &[Declared],
    bound: &[Bound],
    params: &Params,
    variables: &Map<String, Json>,
) -> Option<Params> {
    let mut known = 0;
    for variable in declared {
        match variables.get(&*variable.name) {
            Some(Json::Null) if variable.non_null => return None,
            Some(_) => known += 1,
            None if variable.required => return None,
            None => {}
        }
    }
    if known != variables.len() {
        return None;
    }
    let mut params = params.clone();
    if bound.is_empty() {
        return Some(params);
    }
    let document = Document {
        operations: Vec::new(),
        fragments: BTreeMap::new(),
    };
    let mut lowerer = Lowerer {
        schema,
        document: &document,
        variables: Variables::none(schema),
        params: Params::default(),
        bound: Vec::new(),
        path: JsonPath::root(),
        selected: 0,
        validations: Vec::new(),
        written: 0,
        insert_inputs: std::collections::HashMap::new(),
    };
    for bound in bound {
        let value = variables.get(&*bound.variable).filter(|v| !v.is_null())?;
        let input = Input::Json(value, Some(&bound.variable));
        let text = match &bound.how {
            Coercion::Value(at) => lowerer
                .typed_text(at.source, at.ty, &at.location, input)
                .ok()?,
            Coercion::List(at) => {
                let texts = lowerer
                    .item_texts(at.source, at.ty, &at.location, input)
                    .ok()?;
                array_literal(texts.iter().map(|t| Some(t.as_str())))
            }
            Coercion::Limit => lowerer.limit_text(input).ok()?,
            Coercion::Offset => lowerer.offset_text(input).ok()?,
        };
        params.set_text(bound.param, text.into());
    }
    Some(params)
}
