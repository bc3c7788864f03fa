//! Inputs that compare a column: operators by type, as data.

use super::{
    InputInfo, InputKind, RasterInput, RoleSchema, TableKey, TypeKey, TypeRef, builtin, input,
};
use crate::model::SourceId;
use howdah_ir::catalog::TypeId;
use howdah_ir::predicate::Operator;
use howdah_ir::scalars::{Family, facts};

/// What an operator field of a comparison input means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OperatorInput {
    /// An operator with one value.
    Binary(Operator),
    /// An operator with a list of values.
    List(Operator),
    /// `_is_null`
    IsNull,
    /// `_cast`
    Cast,
    /// A type in a cast input.
    CastTo(TypeId),
    /// `_st_d_within`, `_st_3d_d_within`
    Near(Dimensions),
    /// Raster and geometry.
    Raster(RasterInput),
}

/// Number of dimensions in which a distance is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dimensions {
    /// `ST_DWithin`
    Two,
    /// `ST_3DDWithin`
    Three,
}

const EQUALITY: [(&str, Operator); 2] = [("_eq", Operator::Equal), ("_neq", Operator::NotEqual)];

const ORDER: [(&str, Operator); 4] = [
    ("_gt", Operator::Greater),
    ("_gte", Operator::GreaterOrEqual),
    ("_lt", Operator::Less),
    ("_lte", Operator::LessOrEqual),
];

const TEXT: [(&str, Operator, &str); 10] = [
    (
        "_like",
        Operator::Like,
        "does the column match the given pattern",
    ),
    (
        "_nlike",
        Operator::NotLike,
        "does the column NOT match the given pattern",
    ),
    (
        "_ilike",
        Operator::InsensitiveLike,
        "does the column match the given case-insensitive pattern",
    ),
    (
        "_nilike",
        Operator::NotInsensitiveLike,
        "does the column NOT match the given case-insensitive pattern",
    ),
    (
        "_similar",
        Operator::Similar,
        "does the column match the given SQL regular expression",
    ),
    (
        "_nsimilar",
        Operator::NotSimilar,
        "does the column NOT match the given SQL regular expression",
    ),
    (
        "_regex",
        Operator::Regex,
        "does the column match the given POSIX regular expression, case sensitive",
    ),
    (
        "_nregex",
        Operator::NotRegex,
        "does the column NOT match the given POSIX regular expression, case sensitive",
    ),
    (
        "_iregex",
        Operator::InsensitiveRegex,
        "does the column match the given POSIX regular expression, case insensitive",
    ),
    (
        "_niregex",
        Operator::NotInsensitiveRegex,
        "does the column NOT match the given POSIX regular expression, case insensitive",
    ),
];

const GEOMETRY: [(&str, Operator, &str); 8] = [
    (
        "_st_contains",
        Operator::StContains,
        "does the column contain the given geometry value",
    ),
    (
        "_st_crosses",
        Operator::StCrosses,
        "does the column cross the given geometry value",
    ),
    (
        "_st_equals",
        Operator::StEquals,
        "is the column equal to given geometry value (directionality is ignored)",
    ),
    (
        "_st_intersects",
        Operator::StIntersects,
        "does the column spatially intersect the given geometry value",
    ),
    (
        "_st_3d_intersects",
        Operator::St3dIntersects,
        "does the column spatially intersect the given geometry value in 3D",
    ),
    (
        "_st_overlaps",
        Operator::StOverlaps,
        "does the column 'spatially overlap' (intersect but not completely contain) the given geometry value",
    ),
    (
        "_st_touches",
        Operator::StTouches,
        "does the column have atleast one point in common with the given geometry value",
    ),
    (
        "_st_within",
        Operator::StWithin,
        "is the column contained in the given geometry value",
    ),
];

fn operator(name: &str, description: Option<&str>, ty: TypeRef, kind: OperatorInput) -> InputInfo {
    InputInfo {
        name: name.into(),
        description: description.map(Into::into),
        ty,
        default: None,
        shown: None,
        kind: InputKind::Operator(kind),
    }
}

impl RoleSchema<'_> {
    /// Operators of a scalar type.
    pub(super) fn comparison_inputs(&self, source: SourceId, ty: TypeId) -> Vec<InputInfo> {
        let catalog = &self.source(source).catalog;
        let facts = facts(catalog, ty);
        let same = TypeRef::from(TypeKey::Scalar(source, ty));
        let mut inputs = common(&same, facts.family != Family::Raster);
        if facts.text {
            inputs.extend(TEXT.iter().map(|(name, op, description)| {
                operator(
                    name,
                    Some(description),
                    same.clone(),
                    OperatorInput::Binary(*op),
                )
            }));
        }
        let named = |name: &str| {
            catalog
                .type_named(name)
                .map(|ty| TypeRef::from(TypeKey::Scalar(source, ty)))
        };
        match facts.family {
            Family::Jsonb => inputs.extend(self.jsonb_inputs(source, ty, &same)),
            Family::Geometry => {
                inputs.extend(GEOMETRY.iter().map(|(name, op, description)| {
                    operator(
                        name,
                        Some(description),
                        same.clone(),
                        OperatorInput::Binary(*op),
                    )
                }));
                let near = TypeRef::from(TypeKey::Near(source, ty));
                inputs.push(operator(
                    "_st_d_within",
                    Some("is the column within a given distance from the given geometry value"),
                    near.clone(),
                    OperatorInput::Near(Dimensions::Two),
                ));
                inputs.push(operator(
                    "_st_3d_d_within",
                    Some("is the column within a given 3D distance from the given geometry value"),
                    near,
                    OperatorInput::Near(Dimensions::Three),
                ));
                inputs.push(cast(source, ty));
            }
            Family::Geography => {
                inputs.push(operator(
                    "_st_intersects",
                    Some("does the column spatially intersect the given geography value"),
                    same,
                    OperatorInput::Binary(Operator::StIntersects),
                ));
                inputs.push(operator(
                    "_st_d_within",
                    Some("is the column within a given distance from the given geography value"),
                    TypeKey::Near(source, ty).into(),
                    OperatorInput::Near(Dimensions::Two),
                ));
                inputs.push(cast(source, ty));
            }
            Family::Raster => {
                inputs.push(operator(
                    "_st_intersects_rast",
                    None,
                    same,
                    OperatorInput::Binary(Operator::StIntersectsRaster),
                ));
                for (name, form) in [
                    ("_st_intersects_nband_geom", RasterInput::BandGeometry),
                    ("_st_intersects_geom_nband", RasterInput::GeometryBand),
                ] {
                    inputs.push(operator(
                        name,
                        None,
                        TypeKey::RasterGeometry(source, form).into(),
                        OperatorInput::Raster(form),
                    ));
                }
            }
            Family::Ltree => {
                let list = |ty: TypeRef| ty.non_null().list();
                let one = |op| OperatorInput::Binary(op);
                let many = |op| OperatorInput::List(op);
                let rows: [(&str, Option<TypeRef>, OperatorInput, &str); 7] = [
                    (
                        "_ancestor",
                        Some(same.clone()),
                        one(Operator::Ancestor),
                        "is the left argument an ancestor of right (or equal)?",
                    ),
                    (
                        "_ancestor_any",
                        Some(list(same.clone())),
                        many(Operator::AncestorAny),
                        "does array contain an ancestor of `ltree`?",
                    ),
                    (
                        "_descendant",
                        Some(same.clone()),
                        one(Operator::Descendant),
                        "is the left argument a descendant of right (or equal)?",
                    ),
                    (
                        "_descendant_any",
                        Some(list(same)),
                        many(Operator::DescendantAny),
                        "does array contain a descendant of `ltree`?",
                    ),
                    (
                        "_matches",
                        named("lquery"),
                        one(Operator::Matches),
                        "does `ltree` match `lquery`?",
                    ),
                    (
                        "_matches_any",
                        named("lquery").map(list),
                        many(Operator::MatchesAny),
                        "does `ltree` match any `lquery` in array?",
                    ),
                    (
                        "_matches_fulltext",
                        named("ltxtquery"),
                        one(Operator::MatchesFulltext),
                        "does `ltree` match `ltxtquery`?",
                    ),
                ];
                inputs.extend(
                    rows.into_iter()
                        .filter_map(|(name, ty, kind, description)| {
                            Some(operator(name, Some(description), ty?, kind))
                        }),
                );
            }
            Family::Plain | Family::Json | Family::Array => {}
        }
        inputs
    }

    fn jsonb_inputs(&self, source: SourceId, ty: TypeId, same: &TypeRef) -> Vec<InputInfo> {
        let catalog = &self.source(source).catalog;
        let Some(text) = catalog.type_named("text") else {
            return Vec::new();
        };
        let text = TypeRef::from(TypeKey::Scalar(source, text));
        let keys = text.clone().non_null().list();
        vec![
            operator(
                "_contains",
                Some("does the column contain the given json value at the top level"),
                same.clone(),
                OperatorInput::Binary(Operator::Contains),
            ),
            operator(
                "_contained_in",
                Some("is the column contained in the given json value"),
                same.clone(),
                OperatorInput::Binary(Operator::ContainedIn),
            ),
            operator(
                "_has_key",
                Some("does the string exist as a top-level key in the column"),
                text,
                OperatorInput::Binary(Operator::HasKey),
            ),
            operator(
                "_has_keys_any",
                Some("do any of these strings exist as top-level keys in the column"),
                keys.clone(),
                OperatorInput::List(Operator::HasKeysAny),
            ),
            operator(
                "_has_keys_all",
                Some("do all of these strings exist as top-level keys in the column"),
                keys,
                OperatorInput::List(Operator::HasKeysAll),
            ),
            cast(source, ty),
        ]
    }

    /// Operators of an array type.
    pub(super) fn array_comparison_inputs(&self, source: SourceId, ty: TypeId) -> Vec<InputInfo> {
        let same = self.value_type(source, ty);
        let mut inputs = common(&same, true);
        inputs.push(operator(
            "_contains",
            Some("does the array contain the given value"),
            same.clone(),
            OperatorInput::Binary(Operator::Contains),
        ));
        inputs.push(operator(
            "_contained_in",
            Some("is the array contained in the given array value"),
            same,
            OperatorInput::Binary(Operator::ContainedIn),
        ));
        inputs
    }

    /// Operators of columns that hold values of an enum table.
    pub(super) fn enum_comparison_inputs(&self, key: TableKey) -> Vec<InputInfo> {
        common(&TypeKey::EnumValues(key).into(), false)
    }

    /// Types that a column can be cast to.
    pub(super) fn cast_inputs(&self, source: SourceId, ty: TypeId) -> Vec<InputInfo> {
        let catalog = &self.source(source).catalog;
        let (name, internal) = match facts(catalog, ty).family {
            Family::Jsonb => ("String", "text"),
            Family::Geometry => ("geography", "geography"),
            Family::Geography => ("geometry", "geometry"),
            _ => return Vec::new(),
        };
        let Some(target) = catalog.type_named(internal) else {
            return Vec::new();
        };
        vec![operator(
            name,
            None,
            TypeKey::Comparison(source, target).into(),
            OperatorInput::CastTo(target),
        )]
    }

    /// `distance`, `from`, `use_spheroid`.
    pub(super) fn near_inputs(&self, source: SourceId, ty: TypeId) -> Vec<InputInfo> {
        let catalog = &self.source(source).catalog;
        let mut inputs = vec![
            input("distance", None, builtin("Float").non_null()),
            input(
                "from",
                None,
                TypeRef::from(TypeKey::Scalar(source, ty)).non_null(),
            ),
        ];
        if facts(catalog, ty).family == Family::Geography {
            let mut spheroid = input("use_spheroid", None, builtin("Boolean"));
            spheroid.default = Some("true");
            inputs.push(spheroid);
        }
        inputs
    }

    /// `nband`, `geommin`.
    pub(super) fn raster_inputs(&self, source: SourceId, form: RasterInput) -> Vec<InputInfo> {
        let catalog = &self.source(source).catalog;
        let band = match form {
            RasterInput::BandGeometry => builtin("Int").non_null(),
            RasterInput::GeometryBand => builtin("Int"),
        };
        let mut inputs = Vec::new();
        if let Some(geometry) = catalog.type_named("geometry") {
            inputs.push(input(
                "geommin",
                None,
                TypeRef::from(TypeKey::Scalar(source, geometry)).non_null(),
            ));
        }
        inputs.push(input("nband", None, band));
        inputs
    }
}

fn common(same: &TypeRef, ordered: bool) -> Vec<InputInfo> {
    let mut inputs: Vec<InputInfo> = EQUALITY
        .iter()
        .chain(ORDER.iter().filter(|_| ordered))
        .map(|(name, op)| operator(name, None, same.clone(), OperatorInput::Binary(*op)))
        .collect();
    let list = same.clone().non_null().list();
    inputs.push(operator(
        "_in",
        None,
        list.clone(),
        OperatorInput::List(Operator::In),
    ));
    inputs.push(operator(
        "_is_null",
        None,
        builtin("Boolean"),
        OperatorInput::IsNull,
    ));
    inputs.push(operator(
        "_nin",
        None,
        list,
        OperatorInput::List(Operator::NotIn),
    ));
    inputs
}

fn cast(source: SourceId, ty: TypeId) -> InputInfo {
    operator(
        "_cast",
        None,
        TypeKey::Cast(source, ty).into(),
        OperatorInput::Cast,
    )
}
