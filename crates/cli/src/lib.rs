//! What is done with a project folder: bringing its migrations, seeds and metadata to a server.
//!
//! * [`Api`]: the server's two endpoints that this needs, whoever answers them.
//! * [`Contents`]: a project as it was read.
//! * [`apply`]: one after the other, onto a server.
//!
//! This crate knows project folders and the names of commands; it knows no HTTP, no SQL and
//! nothing of how commands are carried out.

mod api;
mod applying;
mod contents;
mod failure;

pub use api::Api;
pub use applying::{Applied, SeedLog, Seeding, apply};
pub use contents::{Contents, DATABASE_VARIABLE};
pub use failure::Failure;
