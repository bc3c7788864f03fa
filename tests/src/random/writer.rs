//! Writes the values of a request, as literals or as variables.

use super::dice::Dice;
use serde_json::{Map, Value};

/// Collects variables while a document is written.
#[derive(Debug, Default)]
pub struct Writer {
    dice: Option<Dice>,
    declarations: Vec<String>,
    values: Map<String, Value>,
}

impl Writer {
    /// Writes literals only.
    pub fn literals() -> Writer {
        Writer::default()
    }

    /// Writes some values as variables, which ones depends on `seed`.
    pub fn variables(seed: u64) -> Writer {
        Writer {
            dice: Some(Dice::new(seed)),
            ..Writer::default()
        }
    }

    /// A value for a position of type `ty` (a variable may also be of type `ty!`), whose literal in
    /// a document is `literal` and which in JSON is `value`.
    pub fn value(&mut self, ty: &str, percent: usize, literal: String, value: Value) -> String {
        let Some(dice) = &mut self.dice else {
            return literal;
        };
        if !dice.chance(percent) {
            return literal;
        }
        let name = format!("v{}", self.declarations.len());
        let required = if !ty.ends_with('!') && dice.chance(50) {
            "!"
        } else {
            ""
        };
        if dice.chance(20) {
            self.declarations
                .push(format!("${name}: {ty}{required} = {literal}"));
        } else {
            self.declarations.push(format!("${name}: {ty}{required}"));
            self.values.insert(name.clone(), value);
        }
        format!("${name}")
    }

    /// `@include` or `@skip` that lets a field stay, or nothing.
    pub fn directive(&mut self) -> String {
        let Some(dice) = &mut self.dice else {
            return String::new();
        };
        if !dice.chance(8) {
            return String::new();
        }
        let (name, stays) = if dice.chance(50) {
            ("include", true)
        } else {
            ("skip", false)
        };
        let condition = self.value("Boolean!", 100, stays.to_string(), stays.into());
        format!(" @{name}(if: {condition})")
    }

    /// What stands between `query` and the selection.
    pub fn head(&self) -> String {
        if self.declarations.is_empty() {
            String::new()
        } else {
            format!(" ({})", self.declarations.join(", "))
        }
    }

    /// The values of the variables.
    pub fn into_values(self) -> Map<String, Value> {
        self.values
    }
}
