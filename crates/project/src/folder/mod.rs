//! The metadata folder: one document spread over files. `read` puts it together, `write` takes
//! it apart; both know the layouts of version 3 and of version 2.

mod actions;
mod layout;
mod origin;
mod read;
mod sdl;
mod write;

pub use read::{ReadMetadata, is_old, read};
pub use write::{Files, files, old_files, write};
