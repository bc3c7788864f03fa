//! JSON paths as error texts print them: `$.selectionSet.author.args["a b"][0]`.

use std::fmt;
use std::sync::Arc;

/// One step of a [`JsonPath`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Segment {
    /// An object key.
    Key(Arc<str>),
    /// An array position, from 0.
    Index(usize),
}

impl From<&str> for Segment {
    fn from(key: &str) -> Self {
        Segment::Key(key.into())
    }
}

impl From<String> for Segment {
    fn from(key: String) -> Self {
        Segment::Key(key.into())
    }
}

impl From<Arc<str>> for Segment {
    fn from(key: Arc<str>) -> Self {
        Segment::Key(key)
    }
}

impl From<usize> for Segment {
    fn from(index: usize) -> Self {
        Segment::Index(index)
    }
}

/// A place in a JSON document, printed from the root `$`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct JsonPath(Vec<Segment>);

impl JsonPath {
    /// `$`.
    pub fn root() -> Self {
        Self::default()
    }

    /// The path with one more step at its end.
    #[must_use]
    pub fn child(&self, segment: impl Into<Segment>) -> Self {
        let mut steps = self.0.clone();
        steps.push(segment.into());
        JsonPath(steps)
    }

    /// Adds a step at the end.
    pub fn push(&mut self, segment: impl Into<Segment>) {
        self.0.push(segment.into());
    }

    /// Removes the last step.
    pub fn pop(&mut self) {
        self.0.pop();
    }

    /// Adds a step at the front.
    pub fn prepend(&mut self, segment: Segment) {
        self.0.insert(0, segment);
    }

    /// This path followed by another.
    #[must_use]
    pub fn joined(&self, rest: &JsonPath) -> Self {
        JsonPath(self.0.iter().chain(&rest.0).cloned().collect())
    }

    /// The steps.
    pub fn segments(&self) -> &[Segment] {
        &self.0
    }

    /// Whether this is `$`.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }
}

impl<S: Into<Segment>> FromIterator<S> for JsonPath {
    fn from_iter<I: IntoIterator<Item = S>>(iter: I) -> Self {
        JsonPath(iter.into_iter().map(Into::into).collect())
    }
}

fn is_plain(key: &str) -> bool {
    let mut chars = key.chars();
    chars
        .next()
        .is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}

impl fmt::Display for JsonPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("$")?;
        for segment in &self.0 {
            match segment {
                Segment::Key(key) if is_plain(key) => write!(f, ".{key}")?,
                Segment::Key(key) => write!(f, "[{}]", serde_json::Value::from(&**key))?,
                Segment::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_plain_keys_with_dots_and_others_in_brackets() {
        let path = JsonPath::root()
            .child("args")
            .child("$set")
            .child(2)
            .child("a_b");
        assert_eq!(path.to_string(), r#"$.args["$set"][2].a_b"#);
    }
}
