//! Strings, escaped as PostgreSQL's JSON functions do: quotes, backslashes and control
//! characters, nothing else.

/// Writes a string with its quotes.
pub fn string(raw: &[u8], out: &mut Vec<u8>) {
    out.reserve(raw.len() + 2);
    out.push(b'"');
    let mut rest = raw;
    loop {
        let (plain, special) = rest.split_at(plain_length(rest));
        out.extend_from_slice(plain);
        let Some((byte, after)) = special.split_first() else {
            break;
        };
        escape(*byte, out);
        rest = after;
    }
    out.push(b'"');
}

fn escape(byte: u8, out: &mut Vec<u8>) {
    let short: &[u8] = match byte {
        b'"' => b"\\\"",
        b'\\' => b"\\\\",
        b'\n' => b"\\n",
        b'\r' => b"\\r",
        b'\t' => b"\\t",
        0x08 => b"\\b",
        0x0c => b"\\f",
        _ => {
            let digit = |n: u8| if n < 10 { b'0' + n } else { b'a' + n - 10 };
            out.extend_from_slice(b"\\u00");
            out.extend_from_slice(&[digit(byte >> 4), digit(byte & 15)]);
            return;
        }
    };
    out.extend_from_slice(short);
}

/// How many bytes at the start need no escape. Eight at a time: in a word, a byte below a bound
/// (or equal to one, after an xor) borrows from its highest bit.
fn plain_length(bytes: &[u8]) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHEST: u64 = 0x8080_8080_8080_8080;
    let below = |word: u64, bound: u8| word.wrapping_sub(ONES * u64::from(bound)) & !word & HIGHEST;
    let equal = |word: u64, byte: u8| below(word ^ (ONES * u64::from(byte)), 1);
    let (words, rest) = bytes.as_chunks::<8>();
    for (i, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let special = below(word, b' ') | equal(word, b'"') | equal(word, b'\\');
        if special != 0 {
            return 8 * i + (special.trailing_zeros() / 8) as usize;
        }
    }
    let special = |byte: &u8| *byte < b' ' || *byte == b'"' || *byte == b'\\';
    let in_rest = rest.iter().position(special).unwrap_or(rest.len());
    8 * words.len() + in_rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(raw: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        string(raw, &mut out);
        out
    }

    #[test]
    fn only_what_must_be_is_escaped() {
        assert_eq!(json(b""), b"\"\"");
        assert_eq!(json("é/\u{7f}".as_bytes()), "\"é/\u{7f}\"".as_bytes());
        assert_eq!(
            json(b"\"\\\n\r\t\x08\x0c\x01\x1f"),
            br#""\"\\\n\r\t\b\f\u0001\u001f""#
        );
    }

    #[test]
    fn every_byte_is_found_at_every_place() {
        for length in 0..20 {
            for place in 0..length {
                for byte in 0..=255 {
                    let mut bytes = vec![0xff; length];
                    bytes[place] = byte;
                    let special = byte < 0x20 || byte == b'"' || byte == b'\\';
                    let expected = if special { place } else { length };
                    assert_eq!(plain_length(&bytes), expected, "{byte} at {place}");
                }
            }
        }
    }
}
