//! Floats with the fewest digits that tell them from their neighbours, as PostgreSQL 12 and later
//! write them unless `extra_float_digits` says otherwise.
//!
//! There is one difference from what `ryu` finds. Where the shortest digits stand exactly half-way
//! to a neighbour, `ryu` trusts the reader to round to even; PostgreSQL does not and takes other or
//! more digits. Such floats are rare and found by exact arithmetic.

use super::numbers::integer;

/// A decimal number: `digits × 10^exponent`, the digits without zeros at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Decimal {
    digits: u64,
    exponent: i32,
}

/// A float as `mantissa × 2^exponent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Binary {
    mantissa: u64,
    exponent: i32,
    /// The neighbour below is only half as far as the one above.
    lower_is_nearer: bool,
}

/// Writes a `float8`.
pub fn float8(value: f64, out: &mut Vec<u8>) {
    if special(value, out) {
        return;
    }
    let magnitude = value.abs();
    let shortest = decimal(ryu::Buffer::new().format_finite(magnitude));
    let bits = magnitude.to_bits();
    let binary = binary(bits, 52, 1075);
    let told = |text: &str| text.parse::<f64>() == Ok(magnitude);
    let decimal = apart(shortest, binary, 17, |n| format!("{magnitude:.n$e}"), told);
    print(value.is_sign_negative(), decimal, 15, out);
}

/// Writes a `float4`.
pub fn float4(value: f32, out: &mut Vec<u8>) {
    if special(value.into(), out) {
        return;
    }
    let magnitude = value.abs();
    let shortest = decimal(ryu::Buffer::new().format_finite(magnitude));
    let bits = u64::from(magnitude.to_bits());
    let binary = binary(bits, 23, 150);
    let told = |text: &str| text.parse::<f32>() == Ok(magnitude);
    let decimal = apart(shortest, binary, 9, |n| format!("{magnitude:.n$e}"), told);
    print(value.is_sign_negative(), decimal, 6, out);
}

/// Writes zeros and what is no number.
fn special(value: f64, out: &mut Vec<u8>) -> bool {
    let text: &[u8] = if value.is_nan() {
        b"\"NaN\""
    } else if value == f64::INFINITY {
        b"\"Infinity\""
    } else if value == f64::NEG_INFINITY {
        b"\"-Infinity\""
    } else if value == 0.0 && value.is_sign_negative() {
        b"-0"
    } else if value == 0.0 {
        b"0"
    } else {
        return false;
    };
    out.extend_from_slice(text);
    true
}

fn binary(bits: u64, mantissa_bits: u32, bias: i32) -> Binary {
    let fraction = bits & ((1 << mantissa_bits) - 1);
    let exponent = (bits >> mantissa_bits) as i32;
    match exponent {
        0 => Binary {
            mantissa: fraction,
            exponent: 1 - bias,
            lower_is_nearer: false,
        },
        _ => Binary {
            mantissa: fraction | (1 << mantissa_bits),
            exponent: exponent - bias,
            lower_is_nearer: fraction == 0 && exponent > 1,
        },
    }
}

/// The number that a text like `1.5e-7`, `0.25` or `300.0` says.
fn decimal(text: &str) -> Decimal {
    let (number, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let mut digits: u64 = 0;
    let mut behind_point = None;
    for byte in number.bytes() {
        match byte {
            b'0'..=b'9' => {
                digits = digits.wrapping_mul(10) + u64::from(byte - b'0');
                behind_point = behind_point.map(|n| n + 1);
            }
            _ => behind_point = Some(0),
        }
    }
    let exponent = exponent.parse().unwrap_or(0) - behind_point.unwrap_or(0);
    trimmed(digits, exponent)
}

/// The digits, or the shortest others that are nowhere half-way to a neighbour. `rounded` gives
/// the float with so many digits behind the point of its first, `told` whether a text is read as
/// the float.
fn apart(
    shortest: Decimal,
    float: Binary,
    most: usize,
    rounded: impl Fn(usize) -> String,
    told: impl Fn(&str) -> bool,
) -> Decimal {
    if !is_half_way(shortest, float) {
        return shortest;
    }
    let fits = |candidate: Decimal| {
        let text = format!("{}e{}", candidate.digits, candidate.exponent);
        !is_half_way(candidate, float) && told(&text)
    };
    let length = shortest.digits.ilog10() as usize + 1;
    for digits in length..=most {
        let nearest = decimal(&rounded(digits - 1));
        if fits(nearest) {
            return nearest;
        }
        // With as many digits, on the other side of the float.
        let scale = digits - 1 - nearest.digits.ilog10() as usize;
        let unit = 10_u64.pow(scale as u32);
        let (full, exponent) = (nearest.digits * unit, nearest.exponent - scale as i32);
        let others = [full + 1, full - 1].map(|digits| trimmed(digits, exponent));
        if let Some(other) = others.into_iter().find(|other| fits(*other)) {
            return other;
        }
    }
    shortest
}

fn trimmed(mut digits: u64, mut exponent: i32) -> Decimal {
    while digits != 0 && digits.is_multiple_of(10) {
        digits /= 10;
        exponent += 1;
    }
    Decimal { digits, exponent }
}

/// Whether a decimal number stands exactly between a float and one of its neighbours.
fn is_half_way(decimal: Decimal, float: Binary) -> bool {
    let above = (2 * float.mantissa + 1, float.exponent - 1);
    let below = match float.lower_is_nearer {
        true => (4 * float.mantissa - 1, float.exponent - 2),
        false => (2 * float.mantissa - 1, float.exponent - 1),
    };
    [above, below]
        .into_iter()
        .any(|(odd, exponent)| equal(decimal, odd, exponent))
}

/// Whether `digits × 10^n = odd × 2^exponent`.
fn equal(decimal: Decimal, odd: u64, exponent: i32) -> bool {
    // Beyond these powers of five one side is larger than the other can be.
    let fives = decimal.exponent.unsigned_abs();
    if fives > 27 {
        return false;
    }
    let power = 5_u128.pow(fives);
    let (mut left, mut right) = (u128::from(decimal.digits), u128::from(odd));
    match decimal.exponent >= 0 {
        true => left *= power,
        false => right *= power,
    }
    let twos = left.trailing_zeros();
    left >> twos == right && twos as i32 + decimal.exponent == exponent
}

/// Prints as C's `%g` would, with a point from `-4` up to the limit.
fn print(negative: bool, decimal: Decimal, limit: i32, out: &mut Vec<u8>) {
    if negative {
        out.push(b'-');
    }
    let mut buffer = itoa::Buffer::new();
    let digits = buffer.format(decimal.digits).as_bytes();
    let length = digits.len() as i32;
    let point = decimal.exponent + length;
    let zeros = |count: i32, out: &mut Vec<u8>| {
        out.extend(std::iter::repeat_n(b'0', count.max(0) as usize));
    };
    let exponent = point - 1;
    if !(-4..limit).contains(&exponent) {
        let (first, rest) = digits.split_at(1);
        out.extend_from_slice(first);
        if !rest.is_empty() {
            out.push(b'.');
            out.extend_from_slice(rest);
        }
        out.extend_from_slice(if exponent < 0 { b"e-" } else { b"e+" });
        if exponent.abs() < 10 {
            out.push(b'0');
        }
        integer(exponent.abs(), out);
    } else if point <= 0 {
        out.extend_from_slice(b"0.");
        zeros(-point, out);
        out.extend_from_slice(digits);
    } else if point >= length {
        out.extend_from_slice(digits);
        zeros(point - length, out);
    } else {
        let (whole, fraction) = digits.split_at(point as usize);
        out.extend_from_slice(whole);
        out.push(b'.');
        out.extend_from_slice(fraction);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn eight(value: f64) -> String {
        let mut out = Vec::new();
        float8(value, &mut out);
        String::from_utf8(out).unwrap()
    }

    fn four(value: f32) -> String {
        let mut out = Vec::new();
        float4(value, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_form_follows_the_size() {
        assert_eq!(eight(0.1), "0.1");
        assert_eq!(eight(-0.0), "-0");
        assert_eq!(eight(0.0001), "0.0001");
        assert_eq!(eight(0.00001), "1e-05");
        assert_eq!(eight(100_000_000_000_000.0), "100000000000000");
        assert_eq!(eight(1e15), "1e+15");
        assert_eq!(eight(-1.25e300), "-1.25e+300");
        assert_eq!(eight(5e-324), "5e-324");
        assert_eq!(four(123_456.0), "123456");
        assert_eq!(four(1_234_567.0), "1.234567e+06");
        assert_eq!(four(1.1), "1.1");
    }

    #[test]
    fn digits_half_way_to_a_neighbour_are_not_taken() {
        // 2^54 + 4 lies two below a number that ends in zero.
        assert_eq!(eight(18_014_398_509_481_988.0), "1.8014398509481988e+16");
        assert_eq!(eight(9_007_199_254_740_994.0), "9.007199254740994e+15");
    }

    #[test]
    fn what_is_no_number_is_a_string() {
        assert_eq!(eight(f64::NAN), "\"NaN\"");
        assert_eq!(four(f32::NEG_INFINITY), "\"-Infinity\"");
    }
}
