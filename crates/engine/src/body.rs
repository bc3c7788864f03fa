//! The body of an answer: known texts with the values of root fields in their places, the last of
//! which may still be on its way.

use crate::graphql::AnswerStream;
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use howdah_postgres::{Answer, AnswerRest};

/// The values of root fields by position.
#[derive(Debug, Default)]
pub(crate) struct Values {
    values: Vec<Option<Vec<Bytes>>>,
    rest: Option<(usize, AnswerRest)>,
}

impl Values {
    /// None of so many yet.
    pub(crate) fn new(fields: usize) -> Self {
        Values {
            values: vec![None; fields],
            rest: None,
        }
    }

    /// Sets a value that is there.
    pub(crate) fn set(&mut self, position: usize, value: Vec<Bytes>) {
        if let Some(place) = self.values.get_mut(position) {
            *place = Some(value);
        }
    }

    /// Sets a value that may still be on its way; only one may.
    pub(crate) fn set_answer(&mut self, position: usize, answer: Answer) {
        self.set(position, answer.head);
        self.rest = answer.rest.map(|rest| (position, rest));
    }
}

impl From<Vec<Option<Bytes>>> for Values {
    fn from(values: Vec<Option<Bytes>>) -> Self {
        Values {
            values: values.into_iter().map(|v| v.map(|v| vec![v])).collect(),
            rest: None,
        }
    }
}

/// Puts a body together.
#[derive(Debug)]
pub(crate) struct Body {
    values: Values,
    chunks: Vec<Bytes>,
    /// The chunks before what is on its way.
    before_rest: Option<usize>,
}

impl Body {
    /// A body with these values.
    pub(crate) fn new(values: Values) -> Self {
        Body {
            chunks: Vec::with_capacity(2 * values.values.len() + 1),
            values,
            before_rest: None,
        }
    }

    /// Appends a known text.
    pub(crate) fn push(&mut self, text: Bytes) {
        self.chunks.push(text);
    }

    /// Appends the value of a field, `null` where there is none.
    pub(crate) fn push_value(&mut self, position: usize) {
        let value = self.values.values.get_mut(position).and_then(Option::take);
        match value {
            Some(value) => self.chunks.extend(value),
            None => self.push(Bytes::from_static(b"null")),
        }
        if matches!(self.values.rest, Some((p, _)) if p == position) {
            self.before_rest = Some(self.chunks.len());
        }
    }

    /// The pieces that are there, and what follows.
    pub(crate) fn finish(mut self) -> (Vec<Bytes>, Option<AnswerStream>) {
        let rest = match (self.before_rest, self.values.rest) {
            (Some(before), Some((_, rest))) => {
                let after = self.chunks.split_off(before);
                let after = stream::iter(after.into_iter().map(Ok));
                Some(rest.chain(after).boxed())
            }
            _ => None,
        };
        (self.chunks, rest)
    }
}
