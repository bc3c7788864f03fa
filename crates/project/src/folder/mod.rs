//! The metadata folder: one document spread over files. `read` puts it together, `write` takes
//! it apart; both know the layout of version 3, `read` that of version 2 too.

mod actions;
mod layout;
mod origin;
mod read;
mod sdl;
mod write;

pub use read::{ReadMetadata, read};
pub use write::{Files, files, write};
