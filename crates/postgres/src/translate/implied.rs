//! Conditions of a role on related rows that the row they hang on satisfies already (J20).
//!
//! A role that sees its own authors, and the articles whose author it sees, asks for authors with
//! their articles: that the author of each article is one that it sees goes without saying. Two
//! cases are known to hold whatever the data, where `P` is any condition that does not speak of the
//! row its rule is on (`["$", …]`):
//!
//! * The parent satisfies `P`, and the child must have a row related by the same columns, back to the
//!   parent's table, that satisfies `P`: the parent is that row.
//! * The parent has a row related by the columns that lead to the child and satisfying `P`, and a
//!   key says that there is only one: the child is that row, so it satisfies `P`.
//!
//! Both presume that the parent is a row of its table which its own filter has let through: not
//! what a function has made up, not a row just written.

use howdah_ir::catalog::{ColumnId, TableId};
use howdah_ir::permit::SelectPermit;
use howdah_ir::predicate::{Predicate, RelatedPredicate};
use std::borrow::Cow;

/// What is known of the way from the parent to the child.
#[derive(Clone, Copy)]
pub(super) struct Way<'w> {
    /// The right by which the parent is seen.
    pub parent: &'w SelectPermit,
    /// (column of the parent, column of the child).
    pub mapping: &'w [(ColumnId, ColumnId)],
    /// The child's table.
    pub child: TableId,
    /// Whether there can be one child only.
    pub single: bool,
}

/// The part of the child's filter that must still be asked.
pub(super) fn remaining<'p>(filter: &'p Predicate, way: Way<'_>) -> Cow<'p, Predicate> {
    let terms = terms(filter);
    let kept: Vec<&Predicate> = terms.iter().filter(|t| !is_implied(t, way)).collect();
    if kept.len() == terms.len() {
        return Cow::Borrowed(filter);
    }
    Cow::Owned(Predicate::all(kept.into_iter().cloned()))
}

fn terms(predicate: &Predicate) -> &[Predicate] {
    match predicate {
        Predicate::And(all) => all,
        one => std::slice::from_ref(one),
    }
}

fn is_implied(term: &Predicate, way: Way<'_>) -> bool {
    if term.mentions_root() {
        return false;
    }
    let of_parent = terms(way.parent.filter());
    let leads_back = |related: &RelatedPredicate| {
        is_plain(related, way.parent.table())
            && is_same(&related.mapping, way.mapping, |(child, parent)| {
                (parent, child)
            })
            && terms(&related.predicate)
                .iter()
                .all(|p| of_parent.contains(p))
    };
    let leads_here = |related: &RelatedPredicate| {
        is_plain(related, way.child)
            && is_same(&related.mapping, way.mapping, |pair| pair)
            && terms(&related.predicate).contains(term)
    };
    matches!(term, Predicate::Related(related) if leads_back(related))
        || (way.single
            && of_parent
                .iter()
                .any(|p| matches!(p, Predicate::Related(related) if leads_here(related))))
}

/// Whether a condition is on the rows of the table and nothing else.
fn is_plain(related: &RelatedPredicate, table: TableId) -> bool {
    related.target.table() == table && related.target.filter().is_none()
}

fn is_same(
    mapping: &[(ColumnId, ColumnId)],
    way: &[(ColumnId, ColumnId)],
    turn: impl Fn((ColumnId, ColumnId)) -> (ColumnId, ColumnId),
) -> bool {
    mapping.len() == way.len() && mapping.iter().all(|pair| way.contains(&turn(*pair)))
}
