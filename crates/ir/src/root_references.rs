//! Whether a condition speaks of the row that its rule is on.

use crate::predicate::{ArgumentValue, Comparison, FunctionCall, Operand, Predicate, RowScope};

impl Predicate {
    /// Whether a value in it is a column of the root row (`["$", "col"]`), at whatever depth. If
    /// not, it means the same under any root. Filters of targets are rules of their own.
    pub fn mentions_root(&self) -> bool {
        match self {
            Predicate::And(parts) | Predicate::Or(parts) => {
                parts.iter().any(Predicate::mentions_root)
            }
            Predicate::Not(inner) => inner.mentions_root(),
            Predicate::Column(_, comparison) => comparison.mentions_root(),
            Predicate::Computed(computed, comparison) => {
                computed.call.mentions_root() || comparison.mentions_root()
            }
            Predicate::Related(related) => related.predicate.mentions_root(),
            Predicate::Exists(_, inner) => inner.mentions_root(),
            Predicate::ComputedRows(computed) => {
                computed.call.mentions_root() || computed.predicate.mentions_root()
            }
            Predicate::Aggregate(aggregate) => {
                aggregate.filter.mentions_root()
                    || aggregate.comparisons.iter().any(Comparison::mentions_root)
            }
        }
    }
}

impl Comparison {
    fn mentions_root(&self) -> bool {
        match self {
            Comparison::IsNull(_) => false,
            Comparison::Binary(_, operand) => operand.mentions_root(),
            Comparison::Near {
                three_d: _,
                distance,
                from,
                use_spheroid,
            } => [Some(distance), Some(from), use_spheroid.as_ref()]
                .into_iter()
                .flatten()
                .any(Operand::mentions_root),
            Comparison::RasterGeometry {
                band_first: _,
                band,
                geometry,
            } => geometry.mentions_root() || band.as_ref().is_some_and(Operand::mentions_root),
            Comparison::Cast(_, comparisons) => comparisons.iter().any(Comparison::mentions_root),
        }
    }
}

impl FunctionCall {
    fn mentions_root(&self) -> bool {
        self.arguments.iter().any(|argument| match &argument.value {
            ArgumentValue::Row => false,
            ArgumentValue::Operand(operand) => operand.mentions_root(),
        })
    }
}

impl Operand {
    fn mentions_root(&self) -> bool {
        match self {
            Operand::Column(RowScope::Root, _) => true,
            Operand::List(_, items) => items.iter().any(Operand::mentions_root),
            Operand::Param(_)
            | Operand::Constant(..)
            | Operand::Session(..)
            | Operand::SessionObject(_)
            | Operand::Column(RowScope::Current, _) => false,
        }
    }
}
