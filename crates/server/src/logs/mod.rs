//! JSON log lines: `{"timestamp":…,"level":…,"type":…,"detail":…}`, one object per line.
//!
//! * [`kinds`]: levels and types, chosen by settings.
//! * [`logger`]: the one writer.
//! * [`startup`]: lines about the start.
//!
//! Details are made by those who know them; nothing here may be given a secret.

pub mod kinds;
pub mod logger;
pub mod startup;

pub use kinds::{Level, LogType, level, log_types};
pub use logger::Logger;
