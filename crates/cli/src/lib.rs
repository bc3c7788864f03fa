//! The command line and what it does with a project folder: bringing its migrations, seeds and
//! metadata to a server, taking them from there, and all the rest that people do with projects.
//!
//! * [`program`]: from words to an exit code. [`commands`]: what each command does.
//! * [`Api`]: the server's two endpoints that commands need, whoever answers them; [`client`]: a
//!   server over HTTP. [`remote`]: what is asked of it.
//! * [`startup`]: what a server that is starting applies itself.
//! * [`Contents`]: a project as it was read. [`apply`]: onto a server, all of it.
//!
//! This crate knows project folders and the names of commands; it knows nothing of how a server
//! carries them out.

mod api;
mod applying;
pub mod client;
pub mod commands;
mod contents;
mod databases;
mod failure;
mod names;
pub mod program;
pub mod remote;
pub mod startup;
mod suggest;

pub use api::{Api, ApiError, ApiResult};
pub use applying::{Applied, SeedLog, Seeding, apply};
pub use contents::{Contents, DATABASE_VARIABLE};
pub use failure::Failure;
