//! Which method and path is which endpoint, to which API it belongs, and how it writes errors.

use crate::config::Api;
use http::Method;

/// What a request is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Endpoint {
    /// `POST /v1/graphql`.
    Graphql,
    /// `POST /v1alpha1/graphql`: the same with real statuses.
    LegacyGraphql,
    /// `GET /v1/graphql`: persisted queries.
    PersistedQuery,
    /// `POST /v1/metadata`.
    Metadata,
    /// `POST /v1/query`.
    QueryV1,
    /// `POST /v2/query`.
    QueryV2,
    /// `POST /v1/graphql/explain`.
    Explain,
    /// `POST /v1alpha1/pg_dump`.
    PgDump,
    /// `GET /v1alpha1/config`.
    Config,
    /// `GET /healthz`.
    Health,
    /// `GET /dev/subscriptions`.
    Subscriptions,
    /// `GET /dev/subscriptions/extended`.
    SubscriptionsExtended,
    /// `GET /livez`.
    Live,
    /// `GET /v1/version`.
    Version,
    /// `GET /console` and everything below.
    Console,
    /// `GET /`: leads to the console where there is one.
    Root,
    /// Anything else.
    Unknown,
}

/// The shape and the status of errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Envelope {
    /// `{"errors":[…]}` with status 200.
    GraphqlAlways200,
    /// `{"errors":[…]}` with the error's status.
    Graphql,
    /// `{"error":…,"path":…,"code":…}` with the error's status.
    Flat,
}

impl Endpoint {
    pub(crate) fn of(method: &Method, path: &str) -> Self {
        let found = Self::exact(method, path);
        if found != Endpoint::Unknown {
            return found;
        }
        // Empty segments do not count: `//v1/graphql/` is `/v1/graphql`.
        let segments: Vec<&str> = path.split('/').filter(|s| !s.is_empty()).collect();
        Self::exact(method, &format!("/{}", segments.join("/")))
    }

    fn exact(method: &Method, path: &str) -> Self {
        let reads = method == Method::GET || method == Method::HEAD;
        match path {
            "/v1/graphql" if method == Method::POST => Endpoint::Graphql,
            "/v1/graphql" if method == Method::GET => Endpoint::PersistedQuery,
            "/v1alpha1/graphql" if method == Method::POST => Endpoint::LegacyGraphql,
            "/v1/metadata" if method == Method::POST => Endpoint::Metadata,
            "/v1/query" if method == Method::POST => Endpoint::QueryV1,
            "/v2/query" if method == Method::POST => Endpoint::QueryV2,
            "/v1/graphql/explain" | "/v1alpha1/graphql/explain" if method == Method::POST => {
                Endpoint::Explain
            }
            "/v1alpha1/pg_dump" if method == Method::POST => Endpoint::PgDump,
            "/dev/subscriptions" if reads => Endpoint::Subscriptions,
            "/dev/subscriptions/extended" if reads => Endpoint::SubscriptionsExtended,
            "/v1alpha1/config" if reads => Endpoint::Config,
            "/healthz" | "/hasura/healthz" if reads => Endpoint::Health,
            "/livez" if reads => Endpoint::Live,
            "/v1/version" if reads => Endpoint::Version,
            "/" if reads => Endpoint::Root,
            "/console" if reads => Endpoint::Console,
            _ if reads && path.starts_with("/console/") => Endpoint::Console,
            _ => Endpoint::Unknown,
        }
    }

    /// The API that must be switched on.
    pub(super) fn api(self) -> Option<Api> {
        match self {
            Endpoint::Graphql | Endpoint::LegacyGraphql | Endpoint::PersistedQuery => {
                Some(Api::Graphql)
            }
            Endpoint::Metadata
            | Endpoint::QueryV1
            | Endpoint::QueryV2
            | Endpoint::Explain
            | Endpoint::Console
            | Endpoint::Root => Some(Api::Metadata),
            Endpoint::PgDump => Some(Api::Pgdump),
            Endpoint::Subscriptions | Endpoint::SubscriptionsExtended => Some(Api::Developer),
            Endpoint::Config => Some(Api::Config),
            Endpoint::Health | Endpoint::Live | Endpoint::Version | Endpoint::Unknown => None,
        }
    }

    pub(super) fn envelope(self) -> Envelope {
        match self {
            Endpoint::Graphql | Endpoint::PersistedQuery => Envelope::GraphqlAlways200,
            Endpoint::LegacyGraphql => Envelope::Graphql,
            _ => Envelope::Flat,
        }
    }

    /// Whether bodies are GraphQL requests.
    pub(super) fn takes_graphql(self) -> bool {
        matches!(self, Endpoint::Graphql | Endpoint::LegacyGraphql)
    }

    /// Whether bodies may hold connection strings.
    pub(super) fn takes_metadata(self) -> bool {
        matches!(self, Endpoint::Metadata | Endpoint::QueryV1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_and_stray_slashes() {
        assert_eq!(
            Endpoint::of(&Method::POST, "/v1/graphql"),
            Endpoint::Graphql
        );
        assert_eq!(
            Endpoint::of(&Method::POST, "//v1/graphql/"),
            Endpoint::Graphql
        );
        assert_eq!(
            Endpoint::of(&Method::GET, "/v1/graphql"),
            Endpoint::PersistedQuery
        );
        assert_eq!(
            Endpoint::of(&Method::GET, "/v1/metadata"),
            Endpoint::Unknown
        );
        assert_eq!(
            Endpoint::of(&Method::HEAD, "/hasura/healthz"),
            Endpoint::Health
        );
        assert_eq!(Endpoint::of(&Method::GET, "/"), Endpoint::Root);
        assert_eq!(Endpoint::of(&Method::POST, "/"), Endpoint::Unknown);
        assert_eq!(
            Endpoint::of(&Method::GET, "/console/data/x"),
            Endpoint::Console
        );
        assert_eq!(Endpoint::of(&Method::GET, "/consoles"), Endpoint::Unknown);
        assert_eq!(
            Endpoint::of(&Method::POST, "/v1/graphqlx"),
            Endpoint::Unknown
        );
    }
}
