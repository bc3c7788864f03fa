//! An answer as it must be, with what it leaves open: the order of rows that are equal to the
//! order asked for, and which of them a limit keeps.

use serde_json::Value;

/// What an answer must be.
#[derive(Debug, Clone)]
pub enum Expected {
    /// Exactly this.
    Exact(Value),
    /// This number, up to rounding.
    About(f64),
    /// An object with exactly these keys, in this order.
    Object(Vec<(String, Expected)>),
    /// A list: one group of places after the other.
    List(Vec<Group>),
    /// Anything: it depends on which of several equal rows were taken.
    Open,
}

/// Places in a list whose order is open.
#[derive(Debug, Clone)]
pub struct Group {
    /// Each place may be filled by any one of its rows.
    pub places: Vec<Vec<Expected>>,
    /// How many of the places appear.
    pub take: usize,
}

impl Expected {
    /// Compares with an answer.
    ///
    /// # Errors
    /// What differs, and where.
    pub fn compare(&self, found: &Value) -> Result<(), String> {
        match self {
            Expected::Open => Ok(()),
            Expected::Exact(value) if value == found => Ok(()),
            Expected::Exact(value) => Err(format!(": expected {value} but got {found}")),
            Expected::About(number) => match found.to_string().parse::<f64>() {
                Ok(f) if (f - number).abs() <= 1e-9 * (1.0 + number.abs()) => Ok(()),
                _ => Err(format!(": expected about {number} but got {found}")),
            },
            Expected::Object(fields) => {
                let Value::Object(map) = found else {
                    return Err(format!(": expected an object but got {found}"));
                };
                let keys: Vec<&String> = map.keys().collect();
                if !fields.iter().map(|(k, _)| k).eq(keys.iter().copied()) {
                    return Err(format!(": the keys are {keys:?}"));
                }
                for (key, expected) in fields {
                    expected
                        .compare(&map[key])
                        .map_err(|e| format!(".{key}{e}"))?;
                }
                Ok(())
            }
            Expected::List(groups) => compare_list(groups, found),
        }
    }

    /// Whether nothing about it is decided.
    pub fn is_open(&self) -> bool {
        matches!(self, Expected::Open)
    }
}

fn compare_list(groups: &[Group], found: &Value) -> Result<(), String> {
    let Value::Array(items) = found else {
        return Err(format!(": expected a list but got {found}"));
    };
    let count: usize = groups.iter().map(|g| g.take).sum();
    if count != items.len() {
        return Err(format!(
            ": expected {count} rows but got {}: {found}",
            items.len()
        ));
    }
    let mut start = 0;
    for group in groups {
        let part = &items[start..start + group.take];
        if let ([place], [item]) = (group.places.as_slice(), part)
            && let [only] = place.as_slice()
        {
            only.compare(item).map_err(|e| format!("[{start}]{e}"))?;
        } else if !group.fits(part) {
            return Err(format!(
                "[{start}..]: expected {} of {:?} but got {}",
                group.take,
                group.places,
                Value::from(part.to_vec())
            ));
        }
        start += group.take;
    }
    Ok(())
}

impl Group {
    /// Whether each item can have a place of its own.
    fn fits(&self, items: &[Value]) -> bool {
        let possible: Vec<Vec<usize>> = items
            .iter()
            .map(|item| {
                (0..self.places.len())
                    .filter(|p| self.places[*p].iter().any(|e| e.compare(item).is_ok()))
                    .collect()
            })
            .collect();
        let mut holder = vec![None; self.places.len()];
        (0..items.len()).all(|item| {
            let mut tried = vec![false; self.places.len()];
            place(item, &possible, &mut holder, &mut tried)
        })
    }
}

/// Finds a place for an item, moving others if need be (augmenting paths).
fn place(
    item: usize,
    possible: &[Vec<usize>],
    holder: &mut [Option<usize>],
    tried: &mut [bool],
) -> bool {
    for &p in &possible[item] {
        if tried[p] {
            continue;
        }
        tried[p] = true;
        let free = match holder[p] {
            None => true,
            Some(other) => place(other, possible, holder, tried),
        };
        if free {
            holder[p] = Some(item);
            return true;
        }
    }
    false
}

/// Keeps what a slice keeps.
pub fn slice(groups: Vec<Group>, offset: usize, limit: Option<usize>) -> Vec<Group> {
    let mut skip = offset;
    let mut left = limit.unwrap_or(usize::MAX);
    let mut kept = Vec::new();
    for mut group in groups {
        let skipped = skip.min(group.take);
        skip -= skipped;
        group.take = (group.take - skipped).min(left);
        left -= group.take;
        if group.take > 0 {
            kept.push(group);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn group(values: &[i64], take: usize) -> Group {
        let places = values
            .iter()
            .map(|v| vec![Expected::Exact(json!(v))])
            .collect();
        Group { places, take }
    }

    #[test]
    fn equal_rows_may_come_in_any_order_and_others_not() {
        let list = Expected::List(vec![group(&[1, 2], 2), group(&[3], 1)]);
        assert!(list.compare(&json!([1, 2, 3])).is_ok());
        assert!(list.compare(&json!([2, 1, 3])).is_ok());
        assert!(list.compare(&json!([1, 3, 2])).is_err());
        assert!(list.compare(&json!([1, 1, 3])).is_err());
        assert!(list.compare(&json!([1, 2])).is_err());
        assert!(list.compare(&json!([1, 2, 3, 3])).is_err());
    }

    #[test]
    fn a_slice_may_take_any_of_equal_rows() {
        let groups = slice(vec![group(&[1, 2, 3], 3), group(&[4], 1)], 1, Some(1));
        let list = Expected::List(groups);
        for n in 1..=3 {
            assert!(list.compare(&json!([n])).is_ok());
        }
        assert!(list.compare(&json!([4])).is_err());
        assert!(list.compare(&json!([])).is_err());
    }

    #[test]
    fn keys_of_objects_have_an_order() {
        let one = || Expected::Exact(json!(1));
        let object = Expected::Object(vec![("b".into(), one()), ("a".into(), one())]);
        assert!(object.compare(&json!({"b": 1, "a": 1})).is_ok());
        assert!(object.compare(&json!({"a": 1, "b": 1})).is_err());
        assert!(object.compare(&json!({"b": 1, "a": null})).is_err());
    }
}
