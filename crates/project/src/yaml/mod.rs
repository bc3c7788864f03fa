//! YAML as project folders use it: read into JSON values, written in the form the format's
//! tools write (so that rewriting a folder changes as few lines as possible), and positions of
//! values in a text. Knows nothing of metadata.

mod locate;
mod read;
mod scalar;
mod write;

pub(crate) use locate::locate;
pub(crate) use read::{INCLUDE, read};
pub(crate) use write::write;
