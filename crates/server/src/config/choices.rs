//! Settings whose values are lists of fixed names: enabled APIs, experimental features.

use std::collections::BTreeSet;

macro_rules! choices {
    ($(#[$doc:meta])* $type:ident { $($(#[$vdoc:meta])* $variant:ident = $name:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $type { $($(#[$vdoc])* $variant,)* }

        impl $type {
            /// Every value.
            pub const ALL: &[$type] = &[$($type::$variant,)*];

            /// The name in settings.
            pub fn as_str(self) -> &'static str {
                match self { $($type::$variant => $name,)* }
            }
        }
    };
}
pub(crate) use choices;

choices! {
    /// A group of endpoints that can be switched off.
    Api {
        /// `/v1/metadata`, `/v1/query`, `/v2/query`, explain, the console.
        Metadata = "metadata",
        /// `/v1/graphql` and its kin.
        Graphql = "graphql",
        /// `/v1alpha1/pg_dump`.
        Pgdump = "pgdump",
        /// `/dev/…`.
        Developer = "developer",
        /// `/v1alpha1/config`.
        Config = "config",
        /// `/v1/metrics`.
        Metrics = "metrics",
    }
}

choices! {
    /// A behaviour that must be asked for by name.
    Experimental {
        /// Always on.
        InheritedRoles = "inherited_roles",
        /// A rewrite of permission filters.
        OptimizePermissionFilters = "optimize_permission_filters",
        /// Allows naming conventions.
        NamingConvention = "naming_convention",
        /// Always on.
        StreamingSubscriptions = "streaming_subscriptions",
        /// Federation version 1.
        ApolloFederation = "apollo_federation",
        /// No `update_…_many` fields.
        HideUpdateManyFields = "hide_update_many_fields",
        /// BigQuery numbers as strings.
        BigqueryStringNumericInput = "bigquery_string_numeric_input",
        /// No predicates on aggregates.
        HideAggregationPredicates = "hide_aggregation_predicates",
        /// No `…_stream` fields.
        HideStreamFields = "hide_stream_fields",
        /// Aggregates by group.
        GroupByAggregations = "group_by_aggregations",
        /// Array columns as opaque scalars.
        DisablePostgresArrays = "disable_postgres_arrays",
        /// Nullable variables without a value count as absent.
        NoNullUnboundVariableDefault = "no_null_unbound_variable_default",
        /// No empty batches on subscriptions.
        RemoveEmptySubscriptionResponses = "remove_empty_subscription_responses",
    }
}

impl Experimental {
    /// Whether this version does what the name asks for (or always does it).
    pub fn is_served(self) -> bool {
        matches!(
            self,
            Experimental::InheritedRoles
                | Experimental::NamingConvention
                | Experimental::StreamingSubscriptions
                | Experimental::HideUpdateManyFields
                | Experimental::HideAggregationPredicates
                | Experimental::HideStreamFields
                | Experimental::DisablePostgresArrays
                | Experimental::NoNullUnboundVariableDefault
        )
    }
}

/// Reads a comma list of API names, in any case.
pub fn apis(text: &str) -> Result<BTreeSet<Api>, String> {
    list(text, Api::ALL, Api::as_str).ok_or_else(|| {
        "Only expecting list of comma separated API types metadata,graphql,pgdump,developer,config,metrics"
            .into()
    })
}

/// Reads a comma list of experimental features, in any case; an empty text is none.
pub fn experimental(text: &str) -> Result<BTreeSet<Experimental>, String> {
    if text.trim().is_empty() {
        return Ok(BTreeSet::new());
    }
    list(text, Experimental::ALL, Experimental::as_str).ok_or_else(|| {
        let names: Vec<&str> = Experimental::ALL.iter().map(|e| e.as_str()).collect();
        format!(
            "Only expecting list of comma separated experimental features, options are:{}",
            names.join(", ")
        )
    })
}

/// The named values of a comma list; `None` if a name is unknown.
pub(crate) fn list<T: Copy + Ord>(
    text: &str,
    all: &[T],
    name: impl Fn(T) -> &'static str,
) -> Option<BTreeSet<T>> {
    text.split(',')
        .map(|item| {
            all.iter()
                .copied()
                .find(|v| name(*v).eq_ignore_ascii_case(item.trim()))
        })
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn apis_are_read_in_any_case_with_spaces() {
        assert_eq!(
            apis("GraphQL, metadata").unwrap(),
            BTreeSet::from([Api::Graphql, Api::Metadata])
        );
        assert!(apis("graphql,rest").is_err());
        assert!(apis("").is_err());
    }

    #[test]
    fn an_unknown_experimental_feature_lists_all_names() {
        let reason = experimental("naming_convention,warp_drive").unwrap_err();
        for feature in Experimental::ALL {
            assert!(reason.contains(feature.as_str()));
        }
    }
}
