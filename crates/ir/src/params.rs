//! Values that travel beside a statement's text.
//!
//! A request's scalars never become part of SQL text: lowering puts them into [`Params`] and the
//! trees refer to them by [`ParamId`]. Where a value came from a variable the [`ParamSource`] says
//! so, which lets a cached plan be run again with other variables.

use crate::catalog::TypeId;
use std::sync::Arc;

/// Position in [`Params`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ParamId(pub u32);

/// The database type that a value is cast to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ValueType {
    /// A value of this type.
    One(TypeId),
    /// An array of values of this type (for `_in` and the like); text is an array literal.
    ArrayOf(TypeId),
}

impl ValueType {
    /// The type itself or the type of the elements.
    pub fn scalar(self) -> TypeId {
        match self {
            ValueType::One(t) | ValueType::ArrayOf(t) => t,
        }
    }
}

/// Where a parameter's value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ParamSource {
    /// A literal of the document (or of a stored rule).
    Literal,
    /// A whole variable of the operation.
    Variable(Arc<str>),
}

/// A value in PostgreSQL's text form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Param {
    /// What it is cast to.
    pub ty: ValueType,
    /// The text; `None` is NULL.
    pub text: Option<Arc<str>>,
    /// Where it came from.
    pub source: ParamSource,
}

/// The values of one operation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Params(Vec<Param>);

impl Params {
    /// Adds a value.
    pub fn push(&mut self, param: Param) -> ParamId {
        self.0.push(param);
        ParamId(self.0.len() as u32 - 1)
    }

    /// The value behind an id handed out by [`Params::push`].
    pub fn get(&self, id: ParamId) -> &Param {
        &self.0[id.0 as usize]
    }

    /// Puts another text in the place of a value's.
    pub fn set_text(&mut self, id: ParamId, text: Arc<str>) {
        if let Some(param) = self.0.get_mut(id.0 as usize) {
            param.text = Some(text);
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
