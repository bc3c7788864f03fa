//! Files of text as editors of all systems leave them: the mark that some put in front of UTF-8
//! is no part of the text, and what is not UTF-8 is told with its line.

use std::fs;
use std::io::{Error, ErrorKind, Result};
use std::path::Path;

/// The mark (U+FEFF) that some editors put in front.
const MARK: char = '\u{feff}';

/// The text of a file, without the mark in front of it.
///
/// # Errors
/// The file cannot be read, or is not UTF-8.
pub fn read_text(path: &Path) -> Result<String> {
    of_bytes(fs::read(path)?)
}

/// The text that bytes hold, without the mark in front of it.
///
/// # Errors
/// They are not UTF-8.
pub fn of_bytes(bytes: Vec<u8>) -> Result<String> {
    match String::from_utf8(bytes) {
        Ok(text) => Ok(match text.strip_prefix(MARK) {
            Some(rest) => rest.to_owned(),
            None => text,
        }),
        Err(fault) => {
            let known = fault.utf8_error().valid_up_to();
            let bytes = fault.as_bytes();
            let message = match bytes {
                [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => "is UTF-16: save it as UTF-8".to_owned(),
                _ => {
                    let before = bytes.get(..known).unwrap_or_default();
                    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
                    format!("is not UTF-8 (line {line})")
                }
            };
            Err(Error::new(ErrorKind::InvalidData, message))
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_left_out_and_other_encodings_told() {
        let text = |bytes: &[u8]| of_bytes(bytes.to_vec()).map_err(|fault| fault.to_string());
        assert_eq!(text(b"\xef\xbb\xbfa\xef\xbb\xbf").unwrap(), "a\u{feff}");
        assert_eq!(text(b"a").unwrap(), "a");
        assert_eq!(text(b"a\nb\nc\xff").unwrap_err(), "is not UTF-8 (line 3)");
        assert_eq!(
            text(b"\xff\xfea\0").unwrap_err(),
            "is UTF-16: save it as UTF-8"
        );
    }
}
