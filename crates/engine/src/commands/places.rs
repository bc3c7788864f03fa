//! Where the error of a command that was run is told to be, which differs between the endpoints.
//!
//! A command that cannot be read fails at `$.args` everywhere; while running, `/v2/query` has never
//! named the arguments: what failed there is at `$`, within a bulk at `$[1]`.

use howdah_error::{Code, JsonPath, Result, Segment, Within};
use howdah_metadata::commands::Endpoint;

/// The answer of a command whose errors have paths that begin at its arguments.
pub(super) fn of_arguments<T>(endpoint: Endpoint, answer: Result<T>) -> Result<T> {
    match endpoint {
        Endpoint::V2Query => answer,
        Endpoint::V1Metadata | Endpoint::V1Query => answer.within("args"),
    }
}

/// The answer of an operation on rows, whose errors have paths that begin at the request. Those of
/// reading the operation stop at one of its keys; deeper ones come from reading its values, which is
/// part of running it.
pub(super) fn of_operation<T>(endpoint: Endpoint, answer: Result<T>) -> Result<T> {
    answer.map_err(|error| {
        let segments = error.path().segments();
        let is_read = *error.code() == Code::ParseFailed && segments.len() <= 2;
        match segments {
            [Segment::Key(args), rest @ ..]
                if endpoint == Endpoint::V2Query && &**args == "args" && !is_read =>
            {
                let path: JsonPath = rest.iter().cloned().collect();
                error.at(path)
            }
            _ => error,
        }
    })
}

/// The answer of an item of a bulk, whose errors have paths that begin at the item.
pub(super) fn of_item<T>(endpoint: Endpoint, position: usize, answer: Result<T>) -> Result<T> {
    of_arguments(endpoint, answer.within(position))
}

/// An item of a bulk that cannot be read, on every endpoint.
pub(super) fn of_unread<T>(position: usize, answer: Result<T>) -> Result<T> {
    answer.within(position).within("args")
}
