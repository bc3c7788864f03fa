//! The operators of rules and of operations on rows, by name.

use howdah_ir::predicate::Operator;

/// What an operator is compared with.
pub(super) enum OperandKind {
    Same,
    ListOfSame,
    Named(&'static str),
    ListOfNamed(&'static str),
}

/// Operators between columns, without their sign.
pub(super) fn column_operator(bare: &str) -> Option<Operator> {
    Some(match bare {
        "ceq" => Operator::Equal,
        "cne" | "cneq" => Operator::NotEqual,
        "cgt" => Operator::Greater,
        "clt" => Operator::Less,
        "cgte" => Operator::GreaterOrEqual,
        "clte" => Operator::LessOrEqual,
        _ => return None,
    })
}

/// Operators with a value, without their sign, and of what type the value is.
pub(super) fn plain_operator(bare: &str) -> Option<(Operator, OperandKind)> {
    use OperandKind::{ListOfNamed, ListOfSame, Named, Same};
    Some(match bare {
        "gt" => (Operator::Greater, Same),
        "lt" => (Operator::Less, Same),
        "gte" => (Operator::GreaterOrEqual, Same),
        "lte" => (Operator::LessOrEqual, Same),
        "in" => (Operator::In, ListOfSame),
        "nin" => (Operator::NotIn, ListOfSame),
        "like" => (Operator::Like, Named("text")),
        "nlike" => (Operator::NotLike, Named("text")),
        "ilike" => (Operator::InsensitiveLike, Named("text")),
        "nilike" => (Operator::NotInsensitiveLike, Named("text")),
        "similar" => (Operator::Similar, Named("text")),
        "nsimilar" => (Operator::NotSimilar, Named("text")),
        "regex" => (Operator::Regex, Named("text")),
        "nregex" => (Operator::NotRegex, Named("text")),
        "iregex" => (Operator::InsensitiveRegex, Named("text")),
        "niregex" => (Operator::NotInsensitiveRegex, Named("text")),
        "contains" => (Operator::Contains, Same),
        "contained_in" => (Operator::ContainedIn, Same),
        "has_key" => (Operator::HasKey, Named("text")),
        "has_keys_any" => (Operator::HasKeysAny, ListOfNamed("text")),
        "has_keys_all" => (Operator::HasKeysAll, ListOfNamed("text")),
        "ancestor" => (Operator::Ancestor, Named("ltree")),
        "ancestor_any" => (Operator::AncestorAny, ListOfNamed("ltree")),
        "descendant" => (Operator::Descendant, Named("ltree")),
        "descendant_any" => (Operator::DescendantAny, ListOfNamed("ltree")),
        "matches" => (Operator::Matches, Named("lquery")),
        "matches_any" => (Operator::MatchesAny, ListOfNamed("lquery")),
        "matches_fulltext" => (Operator::MatchesFulltext, Named("ltxtquery")),
        "st_contains" => (Operator::StContains, Same),
        "st_crosses" => (Operator::StCrosses, Same),
        "st_equals" => (Operator::StEquals, Same),
        "st_intersects" => (Operator::StIntersects, Same),
        "st_3d_intersects" => (Operator::St3dIntersects, Same),
        "st_overlaps" => (Operator::StOverlaps, Same),
        "st_touches" => (Operator::StTouches, Same),
        "st_within" => (Operator::StWithin, Same),
        _ => return None,
    })
}
