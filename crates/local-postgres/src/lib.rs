//! A real PostgreSQL of one's own for development: found, initialised, started, watched and
//! stopped without the user having to know how.
//!
//! The server comes from the system's own programs, listens on a private unix socket only and
//! dies with the process that started it: [`watchdog`] is the small process in between. This
//! crate knows nothing of projects, migrations, metadata or HTTP; it hands out a connection
//! URL.
//!
//! ```no_run
//! # async fn example() -> Result<(), howdah_local_postgres::Error> {
//! use howdah_local_postgres::{Options, start};
//! let exe = std::env::current_exe().unwrap_or_default();
//! let managed = start(Options::new(".howdah/postgres", exe)).await?;
//! println!("{}", managed.url());
//! managed.stop().await
//! # }
//! ```

mod account;
mod address;
mod binaries;
mod cluster;
mod error;
mod folder;
mod managed;
mod os_release;
mod postmaster;
mod process;
mod readiness;
mod socket;
pub mod watchdog;

pub use binaries::{BINARIES_VARIABLE, find_binaries};
pub use error::Error;
pub use managed::{Managed, Options, start};
pub use os_release::install_command;
