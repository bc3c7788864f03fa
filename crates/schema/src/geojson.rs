//! The form of GeoJSON geometries (RFC 7946). PostGIS reads some malformed ones without complaint, and
//! clients know the texts of the checks that come before it.

use crate::json_value::{kind, wrong_kind_text};
use serde_json::{Map, Value};

/// Checks a geometry; the error says what is wrong with it.
pub(crate) fn check(value: &Value) -> Result<(), String> {
    let Value::Object(object) = value else {
        return Err(wrong_kind_text("Geometry", "Object", value));
    };
    let Value::String(kind) = member(object, "type")? else {
        return Err(wrong_kind_text("String", "String", &object["type"]));
    };
    match kind.as_str() {
        "Point" => position(member(object, "coordinates")?),
        "MultiPoint" => each("[]", member(object, "coordinates")?, position),
        "LineString" => line(member(object, "coordinates")?),
        "MultiLineString" => each("[]", member(object, "coordinates")?, line),
        "Polygon" => polygon(member(object, "coordinates")?),
        "MultiPolygon" => each("[]", member(object, "coordinates")?, polygon),
        "GeometryCollection" => each("[]", member(object, "geometries")?, check),
        other => Err(format!("unexpected geometry type: {other}")),
    }?;
    match object.get("crs") {
        None | Some(Value::Null | Value::Object(_)) => Ok(()),
        Some(other) => Err(wrong_kind_text("CRS", "Object", other)),
    }
}

fn member<'v>(object: &'v Map<String, Value>, key: &str) -> Result<&'v Value, String> {
    object
        .get(key)
        .ok_or_else(|| format!("key {key:?} not found"))
}

fn each(
    what: &str,
    value: &Value,
    check: impl Fn(&Value) -> Result<(), String>,
) -> Result<(), String> {
    match value {
        Value::Array(items) => items.iter().try_for_each(check),
        other => Err(wrong_kind_text(what, "Array", other)),
    }
}

fn number(value: &Value) -> Result<(), String> {
    if value.is_number() {
        Ok(())
    } else {
        Err(format!("parsing Double failed, unexpected {}", kind(value)))
    }
}

fn length(value: &Value) -> usize {
    value.as_array().map_or(0, Vec::len)
}

fn position(value: &Value) -> Result<(), String> {
    each("Position", value, number)?;
    if length(value) < 2 {
        return Err("A Position needs at least 2 elements".into());
    }
    Ok(())
}

fn line(value: &Value) -> Result<(), String> {
    each("LineString", value, position)?;
    if length(value) < 2 {
        return Err("A LineString needs at least 2 Positions".into());
    }
    Ok(())
}

fn polygon(value: &Value) -> Result<(), String> {
    each("[]", value, ring)
}

fn ring(value: &Value) -> Result<(), String> {
    each("LinearRing", value, position)?;
    match value.as_array().map(Vec::as_slice) {
        Some(points @ [first, .., last]) if points.len() >= 4 => {
            if first == last {
                Ok(())
            } else {
                Err("the first and last locations have to be equal for a LinearRing".into())
            }
        }
        _ => Err("A LinearRing needs at least 4 Positions".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::check;
    use serde_json::json;

    #[test]
    fn faults_are_told_as_clients_know_them() {
        for (value, fault) in [
            (
                json!(5),
                "parsing Geometry failed, expected Object, but encountered Number",
            ),
            (json!({"coordinates": [1, 2]}), "key \"type\" not found"),
            (json!({"type": "Point"}), "key \"coordinates\" not found"),
            (
                json!({"type": "GeometryCollection"}),
                "key \"geometries\" not found",
            ),
            (
                json!({"type": "Random", "coordinates": []}),
                "unexpected geometry type: Random",
            ),
            (
                json!({"type": "Point", "coordinates": 5}),
                "parsing Position failed, expected Array, but encountered Number",
            ),
            (
                json!({"type": "Point", "coordinates": ["a", 2]}),
                "parsing Double failed, unexpected String",
            ),
            (
                json!({"type": "Point", "coordinates": [1]}),
                "A Position needs at least 2 elements",
            ),
            (
                json!({"type": "LineString", "coordinates": [[1, 2]]}),
                "A LineString needs at least 2 Positions",
            ),
            (
                json!({"type": "Polygon", "coordinates": [[[1, 2], [2, 3], [1, 2]]]}),
                "A LinearRing needs at least 4 Positions",
            ),
            (
                json!({"type": "Polygon", "coordinates": [[[1, 2], [2, 3], [3, 4], [4, 5]]]}),
                "the first and last locations have to be equal for a LinearRing",
            ),
            (
                json!({"type": "Point", "coordinates": [1, 2], "crs": 5}),
                "parsing CRS failed, expected Object, but encountered Number",
            ),
        ] {
            assert_eq!(check(&value), Err(fault.to_owned()), "{value}");
        }
        let point = json!({"type": "Point", "coordinates": [1, 2.5]});
        let all = json!({"type": "GeometryCollection", "geometries": [
            point,
            {"type": "MultiPoint", "coordinates": [[1, 2], [3, 4]]},
            {"type": "MultiLineString", "coordinates": [[[1, 2], [3, 4]]]},
            {"type": "MultiPolygon", "coordinates": [[[[1, 2], [2, 3], [3, 4], [1, 2]]]]},
        ]});
        assert_eq!(check(&all), Ok(()));
    }
}
