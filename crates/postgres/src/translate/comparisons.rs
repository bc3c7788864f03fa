//! Comparisons of a scalar: one arm for each operator.

use super::Compiler;
use super::operands::Scope;
use crate::sql::Expr;
use howdah_error::Result;
use howdah_ir::predicate::{Comparison, Operand, Operator};

/// How an operator is written.
enum Form {
    /// `(a op b)`
    Infix(&'static str),
    /// `(a op(b))` with an array: `= any`.
    Quantified(&'static str, &'static str),
    /// `f(a, b)` of PostGIS, with the type whose schema it lives in.
    Spatial(&'static str, &'static str),
}

fn form(operator: Operator) -> Form {
    use Operator as O;
    Form::Infix(match operator {
        O::Equal => "=",
        O::NotEqual => "<>",
        O::Greater => ">",
        O::Less => "<",
        O::GreaterOrEqual => ">=",
        O::LessOrEqual => "<=",
        O::In => return Form::Quantified("= any", "in"),
        O::NotIn => return Form::Quantified("<> all", "not in"),
        O::Like => "like",
        O::NotLike => "not like",
        O::InsensitiveLike => "ilike",
        O::NotInsensitiveLike => "not ilike",
        O::Similar => "similar to",
        O::NotSimilar => "not similar to",
        O::Regex => "~",
        O::NotRegex => "!~",
        O::InsensitiveRegex => "~*",
        O::NotInsensitiveRegex => "!~*",
        O::Contains | O::Ancestor | O::AncestorAny => "@>",
        O::ContainedIn | O::Descendant | O::DescendantAny => "<@",
        O::HasKey | O::MatchesAny => "?",
        O::HasKeysAny => "?|",
        O::HasKeysAll => "?&",
        O::Matches => "~",
        O::MatchesFulltext => "@",
        O::StContains => return Form::Spatial("geometry", "ST_Contains"),
        O::StCrosses => return Form::Spatial("geometry", "ST_Crosses"),
        O::StEquals => return Form::Spatial("geometry", "ST_Equals"),
        O::StIntersects => return Form::Spatial("geometry", "ST_Intersects"),
        O::St3dIntersects => return Form::Spatial("geometry", "ST_3DIntersects"),
        O::StOverlaps => return Form::Spatial("geometry", "ST_Overlaps"),
        O::StTouches => return Form::Spatial("geometry", "ST_Touches"),
        O::StWithin => return Form::Spatial("geometry", "ST_Within"),
        O::StIntersectsRaster => return Form::Spatial("raster", "ST_Intersects"),
    })
}

impl Compiler<'_> {
    /// All comparisons of one value.
    pub fn comparisons(&self, left: &Expr, all: &[Comparison], scope: Scope<'_>) -> Result<Expr> {
        let parts = all
            .iter()
            .map(|c| self.comparison(left.clone(), c, scope))
            .collect::<Result<Vec<_>>>()?;
        Ok(Expr::all(parts))
    }

    /// One comparison.
    pub fn comparison(
        &self,
        left: Expr,
        comparison: &Comparison,
        scope: Scope<'_>,
    ) -> Result<Expr> {
        let operand = |o: &Operand| self.operand(o, Some(scope));
        Ok(match comparison {
            Comparison::IsNull(positive) => Expr::IsNull(Box::new(left), *positive),
            Comparison::Binary(operator, right) => match form(*operator) {
                Form::Infix(text) => left.binary(text, operand(right)?),
                Form::Quantified(text, list) => self.quantified(left, text, list, right, scope)?,
                Form::Spatial(ty, function) => {
                    self.spatial_call(ty, function, vec![left, operand(right)?])
                }
            },
            Comparison::Near {
                three_d,
                distance,
                from,
                use_spheroid,
            } => {
                let function = if *three_d {
                    "ST_3DDWithin"
                } else {
                    "ST_DWithin"
                };
                let mut arguments = vec![left, operand(from)?, operand(distance)?];
                if let Some(spheroid) = use_spheroid {
                    arguments.push(operand(spheroid)?);
                }
                self.spatial_call("geometry", function, arguments)
            }
            Comparison::RasterGeometry {
                band_first,
                band,
                geometry,
            } => {
                let geometry = operand(geometry)?;
                let band = match band {
                    Some(band) => operand(band)?,
                    None => Expr::Null.cast(crate::sql::SqlType::integer()),
                };
                let arguments = if *band_first {
                    vec![left, band, geometry]
                } else {
                    vec![left, geometry, band]
                };
                self.spatial_call("raster", "ST_Intersects", arguments)
            }
            Comparison::Cast(ty, inner) => {
                self.comparisons(&left.cast(self.sql_type(*ty)), inner, scope)?
            }
        })
    }

    fn quantified(
        &self,
        left: Expr,
        quantified: &'static str,
        list: &'static str,
        right: &Operand,
        scope: Scope<'_>,
    ) -> Result<Expr> {
        match right {
            // `any` of an array of arrays goes over the innermost elements.
            Operand::List(ty, items) if self.catalog.element_type(*ty).is_some() => {
                if items.is_empty() {
                    let outside = list == "not in";
                    return Ok(if outside {
                        Expr::And(vec![])
                    } else {
                        Expr::Or(vec![])
                    });
                }
                let items = items
                    .iter()
                    .map(|i| self.operand(i, Some(scope)))
                    .collect::<Result<_>>()?;
                Ok(Expr::InList(Box::new(left), list, items))
            }
            _ => Ok(Expr::Quantified(
                Box::new(left),
                quantified,
                Box::new(self.operand(right, Some(scope))?),
            )),
        }
    }
}
