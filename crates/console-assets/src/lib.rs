//! The web console as files to be served: by the server at `/console`, by the CLI at its own
//! address. Whoever serves asks [`Console::answer`] with a path and writes what comes back.
//!
//! * [`files`]: the map of files, embedded or read from a folder at start; no request touches
//!   the disk.
//! * [`answer`]: which file, in which encoding, with which headers.
//! * [`page`]: the page that says how to build the console where it was not built.

#![forbid(unsafe_code)]

pub mod answer;
pub mod files;
mod page;

pub use answer::{Answer, Mode, Settings};
pub use files::Console;
