//! Rules taken apart, so that a person can be told which part of a rule hides a row.

use crate::predicate::Predicate;

/// A rule or a part of one. `L` is what its reader needs to show it.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleNode<L> {
    /// What is shown.
    pub label: L,
    /// The part as a condition of its own, with the root row of the whole rule.
    pub predicate: Predicate,
    /// What it is made of.
    pub parts: Parts<L>,
}

/// What a part of a rule is made of.
#[derive(Debug, Clone, PartialEq)]
pub enum Parts<L> {
    /// Nothing smaller: a comparison.
    None,
    /// Conditions on the same row.
    Same(Vec<RuleNode<L>>),
    /// A condition on other rows: related ones, any of a table, those of a computed field. The
    /// node's predicate is [`Predicate::Related`], [`Predicate::Exists`] or
    /// [`Predicate::ComputedRows`].
    Other(Box<RuleNode<L>>),
}

impl<L> RuleNode<L> {
    /// The parts, wherever their rows are.
    pub fn parts(&self) -> &[RuleNode<L>] {
        match &self.parts {
            Parts::None => &[],
            Parts::Same(parts) => parts,
            Parts::Other(inner) => std::slice::from_ref(inner),
        }
    }
}
