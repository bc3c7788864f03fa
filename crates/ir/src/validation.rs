//! Webhooks that judge what a role wants to write, before it is written (H23).

use std::fmt;

/// A webhook of a permission to write.
#[derive(Clone, PartialEq, Eq)]
pub struct InputValidation {
    /// Its address; `{{NAME}}` stands for a variable of the environment.
    pub url: String,
    /// Headers that it gets.
    pub headers: Vec<(String, HeaderValue)>,
    /// Whether it gets the headers of the client too.
    pub forward_client_headers: bool,
    /// How long it may take, in seconds.
    pub timeout: u64,
}

/// Where the value of a header comes from.
#[derive(Clone, PartialEq, Eq)]
pub enum HeaderValue {
    /// It is this; `{{NAME}}` stands for a variable of the environment.
    Text(String),
    /// A variable of the environment.
    Variable(String),
}

impl fmt::Debug for InputValidation {
    /// Addresses and headers may hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InputValidation").finish_non_exhaustive()
    }
}
