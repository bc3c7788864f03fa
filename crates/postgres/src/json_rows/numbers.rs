//! Integers and `numeric`.

use super::kinds::Malformed;

/// Writes an integer.
#[inline]
pub fn integer(value: impl itoa::Integer, out: &mut Vec<u8>) {
    out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
}

/// Digits of one group of a `numeric`.
const GROUP: usize = 4;

/// Writes a `numeric`: groups of four decimal digits, the weight of the first, a sign and the
/// number of digits behind the point, which is kept. What is no number is a string.
///
/// # Errors
/// When the bytes are no `numeric`.
pub fn numeric(raw: &[u8], out: &mut Vec<u8>) -> Result<(), Malformed> {
    let (head, groups) = raw.split_first_chunk::<8>().ok_or(Malformed)?;
    let [a, b, c, d, e, f, g, h] = *head;
    let count = usize::from(u16::from_be_bytes([a, b]));
    let weight = i32::from(i16::from_be_bytes([c, d]));
    let scale = usize::from(u16::from_be_bytes([g, h]));
    let (groups, rest) = groups.as_chunks::<2>();
    if groups.len() != count || !rest.is_empty() {
        return Err(Malformed);
    }
    let no_number: &[u8] = match u16::from_be_bytes([e, f]) {
        0x0000 => b"",
        0x4000 => {
            out.push(b'-');
            b""
        }
        0xc000 => b"\"NaN\"",
        0xd000 => b"\"Infinity\"",
        0xf000 => b"\"-Infinity\"",
        _ => return Err(Malformed),
    };
    if !no_number.is_empty() {
        out.extend_from_slice(no_number);
        return Ok(());
    }
    let group = |place: i32| -> u16 {
        let group = usize::try_from(place).ok().and_then(|i| groups.get(i));
        group.map_or(0, |bytes| u16::from_be_bytes(*bytes))
    };
    if weight < 0 {
        out.push(b'0');
    } else {
        integer(group(0), out);
        for place in 1..=weight {
            out.extend_from_slice(&four(group(place)));
        }
    }
    if scale > 0 {
        out.push(b'.');
        let mut left = scale;
        let mut place = weight + 1;
        while left > 0 {
            let digits = left.min(GROUP);
            out.extend_from_slice(four(group(place)).get(..digits).unwrap_or_default());
            left -= digits;
            place += 1;
        }
    }
    Ok(())
}

/// Four digits, with zeros in front.
#[inline]
pub(super) fn four(number: u16) -> [u8; GROUP] {
    let [a, b] = two((number / 100) as u8);
    let [c, d] = two((number % 100) as u8);
    [a, b, c, d]
}

/// Two digits, with a zero in front.
#[inline]
pub(super) fn two(number: u8) -> [u8; 2] {
    [b'0' + number / 10, b'0' + number % 10]
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn json(weight: i16, sign: u16, scale: u16, groups: &[u16]) -> String {
        let mut raw = (groups.len() as u16).to_be_bytes().to_vec();
        raw.extend(weight.to_be_bytes());
        raw.extend(sign.to_be_bytes());
        raw.extend(scale.to_be_bytes());
        raw.extend(groups.iter().flat_map(|g| g.to_be_bytes()));
        let mut out = Vec::new();
        numeric(&raw, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_numeric_keeps_its_scale() {
        assert_eq!(json(0, 0, 0, &[]), "0");
        assert_eq!(json(0, 0, 2, &[]), "0.00");
        assert_eq!(json(0, 0x4000, 2, &[12, 3400]), "-12.34");
        assert_eq!(json(1, 0, 0, &[1]), "10000");
        assert_eq!(json(1, 0, 5, &[1, 0, 1234, 5000]), "10000.12345");
        assert_eq!(json(-3, 0, 12, &[7]), "0.000000000007");
        assert_eq!(json(-1, 0, 3, &[1200]), "0.120");
    }

    #[test]
    fn what_is_no_number_is_a_string() {
        assert_eq!(json(0, 0xc000, 0, &[]), "\"NaN\"");
        assert_eq!(json(0, 0xd000, 0, &[]), "\"Infinity\"");
        assert_eq!(json(0, 0xf000, 0, &[]), "\"-Infinity\"");
    }
}
