//! Projects as their users work with them: the real tool against the real server and database,
//! through a gate that lets only those operations pass that version 2 of the engine has.
//!
//! * `gate`: that gate. `tool`: the tool in a folder.
//! * `walk`: from an empty folder to three environments. `types`: what TypeScript makes of them.
//! * `takeover`: projects and scripts of Hasura's tool as they are.
//! * `terminal`: what a person at a terminal sees. `migrations`, `trouble`, `others`: the rest.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod console;
mod gate;
mod migrations;
mod others;
#[path = "../support/mod.rs"]
mod support;
mod takeover;
mod terminal;
mod tool;
mod trouble;
mod types;
mod walk;
