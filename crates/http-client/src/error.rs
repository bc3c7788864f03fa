//! Why an exchange failed. Texts name hosts at most, never paths, queries or headers: those may
//! hold secrets.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

/// An exchange that brought no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HttpError {
    /// The URL is not one of HTTP.
    #[error("the URL is not a valid http or https URL")]
    BadUrl,
    /// The policy does not let this host be called.
    #[error("calls to {0} are not allowed (HOWDAH_EGRESS)")]
    Forbidden(String),
    /// A redirect led from https to http, or nowhere.
    #[error("the redirect cannot be followed")]
    BadRedirect,
    /// The name has no address, or nobody listens there, or TLS failed.
    #[error("could not connect to {host}: {reason}")]
    Connect {
        /// The host.
        host: String,
        /// What the system said.
        reason: String,
    },
    /// The connection broke or what came was not HTTP.
    #[error("the exchange with {host} failed: {reason}")]
    Broken {
        /// The host.
        host: String,
        /// What happened.
        reason: String,
    },
    /// It took too long.
    #[error("no complete answer within {} seconds", .0.as_secs_f64())]
    Timeout(Duration),
    /// The answer was too long.
    #[error("the answer is longer than {0} bytes")]
    TooLong(usize),
}

/// The system's trusted certificates cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the trusted certificates cannot be read: {0}")]
pub struct Untrusted(pub(crate) String);

/// What the resolver says about a name whose every address is forbidden.
#[derive(Debug)]
pub(crate) struct ForbiddenName;

impl fmt::Display for ForbiddenName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no address of this name may be called")
    }
}

impl StdError for ForbiddenName {}

/// Whether a forbidden name is the root of this error.
pub(crate) fn is_forbidden(error: &(dyn StdError + 'static)) -> bool {
    chain(error).any(|e| {
        e.is::<ForbiddenName>()
            || e.downcast_ref::<std::io::Error>()
                .and_then(|e| e.get_ref())
                .is_some_and(|inner| inner.is::<ForbiddenName>())
    })
}

/// The innermost text of an error: the outer ones only say which layer failed.
pub(crate) fn root_cause(error: &(dyn StdError + 'static)) -> String {
    chain(error)
        .last()
        .map(ToString::to_string)
        .unwrap_or_default()
}

fn chain<'a>(
    error: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |e: &&'a (dyn StdError + 'static)| {
        let outer: &'a (dyn StdError + 'static) = *e;
        outer.source()
    })
}
