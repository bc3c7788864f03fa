//! Texts that flags name: files, or standard input as `-`.

use super::exit::{Outcome, Stop};
use howdah_project::{of_bytes, read_text};
use std::io::Read;
use std::path::Path;

/// The text of a file that a flag names; `-` is standard input.
///
/// # Errors
/// It cannot be read, or is not UTF-8.
pub fn text_of(file: &Path) -> Outcome<String> {
    if file != Path::new("-") {
        return read_text(file).map_err(Stop::io(file));
    }
    let mut bytes = Vec::new();
    std::io::stdin()
        .read_to_end(&mut bytes)
        .and_then(|_| of_bytes(bytes))
        .map_err(Stop::io(Path::new("standard input")))
}
