//! What is made of the columns of a row: an object with keys in order, and objects in it.

use super::Kind;

/// The object that each row becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowShape {
    /// What the columns are expected to be.
    pub columns: Vec<Kind>,
    /// The object's fields.
    pub fields: Vec<FieldShape>,
}

impl RowShape {
    /// About how many bytes it takes.
    pub fn weight(&self) -> usize {
        self.columns.len() + weight(&self.fields)
    }
}

fn weight(fields: &[FieldShape]) -> usize {
    let one = |field: &FieldShape| {
        let within = match &field.value {
            Value::Object { fields, .. } => weight(fields),
            _ => 0,
        };
        field.before.len() + size_of::<FieldShape>() + within
    };
    fields.iter().map(one).sum()
}

/// A key with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldShape {
    /// What stands in front of the value: `{"id":` or `,"name":`, with values that are always the
    /// same.
    pub before: Box<str>,
    /// The value.
    pub value: Value,
}

/// Where a value comes from. Numbers are places of columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A column.
    Column(usize),
    /// A float, or where the session wants other digits, the JSON of it in the other column.
    Either(usize, usize),
    /// A `timestamptz`, and how many seconds the session's zone is east of Greenwich at that
    /// moment; NULL stands for UTC.
    Zoned(usize, usize),
    /// An object, or `null` where the marker is NULL.
    Object {
        /// A column that is not NULL where there is an object.
        marker: usize,
        /// Its fields.
        fields: Vec<FieldShape>,
    },
    /// The end of an object, with values that are always the same in front of the brace.
    End,
}

/// Puts fields together.
#[derive(Debug)]
pub struct Fields {
    fields: Vec<FieldShape>,
    before: String,
}

impl Default for Fields {
    fn default() -> Self {
        Fields {
            fields: Vec::new(),
            before: String::from("{"),
        }
    }
}

impl Fields {
    /// A field with a value of its own.
    pub fn push(&mut self, key: &str, value: Value) {
        self.key(key);
        self.fields.push(FieldShape {
            before: std::mem::take(&mut self.before).into(),
            value,
        });
    }

    /// A field that always has the same text.
    pub fn push_literal(&mut self, key: &str, text: &str) {
        self.key(key);
        self.before.push_str(&quoted(text));
    }

    /// The fields with the end of the object.
    pub fn finish(mut self) -> Vec<FieldShape> {
        self.before.push('}');
        self.fields.push(FieldShape {
            before: self.before.into(),
            value: Value::End,
        });
        self.fields
    }

    fn key(&mut self, key: &str) {
        if !self.fields.is_empty() || self.before.len() > 1 {
            self.before.push(',');
        }
        self.before.push_str(&quoted(key));
        self.before.push(':');
    }
}

fn quoted(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len() + 2);
    super::text::string(text.as_bytes(), &mut out);
    // Escapes are ASCII and stand between whole characters.
    String::from_utf8(out).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_always_the_same_joins_what_stands_in_front() {
        let mut fields = Fields::default();
        fields.push_literal("kind", "a\"b");
        fields.push("id", Value::Column(0));
        fields.push_literal("__typename", "author");
        let fields = fields.finish();
        let before: Vec<&str> = fields.iter().map(|f| &*f.before).collect();
        assert_eq!(
            before,
            [
                "{\"kind\":\"a\\\"b\",\"id\":",
                ",\"__typename\":\"author\"}"
            ]
        );
    }
}
