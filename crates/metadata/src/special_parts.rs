//! Parts of a document that are kept but may not be acted on: callers that do not serve a kind
//! of part report its objects, so that nobody believes in what is not active.

use crate::document::Metadata;
use crate::lookup::json_name;
use crate::wire::is_default;
use serde_json::Value;

/// A kind of part that asks for work or restricts access.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum PartKind {
    RemoteSchema,
    Action,
    CustomTypes,
    CronTrigger,
    EventTrigger,
    RestEndpoint,
    RemoteRelationship,
    StoredProcedure,
    ApolloFederation,
    QueryTags,
    HealthCheck,
    ReadReplicas,
    ConnectionTemplate,
    ConnectionSet,
    InputValidation,
    OtherSource,
    BackendConfigs,
    MetricsConfig,
    OpenTelemetry,
    TlsAllowlist,
    ApiLimits,
    Introspection,
    Allowlist,
    InheritedRole,
}

impl PartKind {
    /// What people call it.
    pub fn as_str(self) -> &'static str {
        match self {
            PartKind::RemoteSchema => "remote schema",
            PartKind::Action => "action",
            PartKind::CustomTypes => "custom types",
            PartKind::CronTrigger => "cron trigger",
            PartKind::EventTrigger => "event trigger",
            PartKind::RestEndpoint => "REST endpoint",
            PartKind::RemoteRelationship => "remote relationship",
            PartKind::StoredProcedure => "stored procedure",
            PartKind::ApolloFederation => "Apollo Federation",
            PartKind::QueryTags => "query tags",
            PartKind::HealthCheck => "health check",
            PartKind::ReadReplicas => "read replicas",
            PartKind::ConnectionTemplate => "connection template",
            PartKind::ConnectionSet => "connection set",
            PartKind::InputValidation => "input validation",
            PartKind::OtherSource => "source",
            PartKind::BackendConfigs => "backend configuration",
            PartKind::MetricsConfig => "metrics configuration",
            PartKind::OpenTelemetry => "OpenTelemetry",
            PartKind::TlsAllowlist => "TLS allow list",
            PartKind::ApiLimits => "API limits",
            PartKind::Introspection => "disabled introspection",
            PartKind::Allowlist => "allow list",
            PartKind::InheritedRole => "inherited role",
        }
    }

    /// Whether ignoring it would allow more than the document says.
    pub fn restricts_access(self) -> bool {
        matches!(
            self,
            PartKind::ApiLimits
                | PartKind::Introspection
                | PartKind::Allowlist
                | PartKind::InputValidation
        )
    }
}

/// One such part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// What it is.
    pub kind: PartKind,
    /// Which one, with where it is; empty for parts without names.
    pub name: String,
}

impl Metadata {
    /// All parts that ask for work or restrict access beyond tables, functions and their
    /// permissions.
    pub fn special_parts(&self) -> Vec<Part> {
        let mut parts = Parts(Vec::new());
        parts.named(PartKind::RemoteSchema, &self.remote_schemas, "");
        parts.named(PartKind::Action, &self.actions, "");
        parts.present(
            PartKind::CustomTypes,
            has_types(self.custom_types.as_ref()),
            "",
        );
        parts.named(PartKind::CronTrigger, &self.cron_triggers, "");
        parts.named(PartKind::RestEndpoint, &self.rest_endpoints, "");
        parts.present(PartKind::ApiLimits, !is_default(&self.api_limits), "");
        let hidden = &self.graphql_schema_introspection.disabled_for_roles;
        parts.present(
            PartKind::Introspection,
            !hidden.is_empty(),
            &hidden.join(", "),
        );
        for entry in &self.allowlist {
            parts.present(PartKind::Allowlist, true, &entry.collection);
        }
        for role in &self.inherited_roles {
            parts.present(PartKind::InheritedRole, true, &role.role_name);
        }
        parts.present(
            PartKind::TlsAllowlist,
            !self.network.tls_allowlist.is_empty(),
            "",
        );
        parts.present(PartKind::BackendConfigs, self.backend_configs.is_some(), "");
        parts.present(PartKind::MetricsConfig, self.metrics_config.is_some(), "");
        parts.present(PartKind::OpenTelemetry, self.opentelemetry.is_some(), "");
        for source in &self.opaque_sources {
            parts.present(PartKind::OtherSource, true, &source.name);
        }
        for source in &self.sources {
            parts.of_source(source);
        }
        parts.0
    }
}

fn has_types(types: Option<&Value>) -> bool {
    types.and_then(Value::as_object).is_some_and(|kinds| {
        kinds
            .values()
            .any(|list| list.as_array().is_some_and(|list| !list.is_empty()))
    })
}

struct Parts(Vec<Part>);

impl Parts {
    fn present(&mut self, kind: PartKind, present: bool, name: &str) {
        if present {
            self.0.push(Part {
                kind,
                name: name.to_owned(),
            });
        }
    }

    fn named(&mut self, kind: PartKind, objects: &[Value], place: &str) {
        for object in objects {
            let name = json_name(object).unwrap_or_default();
            self.present(kind, true, &format!("{name}{place}"));
        }
    }

    fn of_source(&mut self, source: &crate::source::Source) {
        let place = format!(" in source {}", source.name);
        self.named(PartKind::StoredProcedure, &source.stored_procedures, &place);
        let configuration = &source.configuration;
        let replicas = configuration
            .read_replicas
            .as_ref()
            .is_some_and(|list| !list.is_empty());
        for (kind, present) in [
            (PartKind::QueryTags, source.query_tags.is_some()),
            (PartKind::HealthCheck, source.health_check.is_some()),
            (PartKind::ReadReplicas, replicas),
            (
                PartKind::ConnectionTemplate,
                configuration.connection_template.is_some(),
            ),
            (
                PartKind::ConnectionSet,
                configuration.connection_set.is_some(),
            ),
        ] {
            self.present(kind, present, &source.name);
        }
        for table in &source.tables {
            let place = format!(" in table {} in source {}", table.table, source.name);
            self.named(
                PartKind::RemoteRelationship,
                &table.remote_relationships,
                &place,
            );
            self.named(PartKind::EventTrigger, &table.event_triggers, &place);
            let federated = table.apollo_federation_config.is_some();
            self.present(
                PartKind::ApolloFederation,
                federated,
                place.trim_start_matches(" in "),
            );
            let roles = table
                .insert_permissions
                .iter()
                .map(|entry| (&entry.role, &entry.permission.validate_input))
                .chain(
                    table
                        .update_permissions
                        .iter()
                        .map(|entry| (&entry.role, &entry.permission.validate_input)),
                )
                .chain(
                    table
                        .delete_permissions
                        .iter()
                        .map(|entry| (&entry.role, &entry.permission.validate_input)),
                );
            for (role, validation) in roles {
                let name = format!("of role {role}{place}");
                self.present(PartKind::InputValidation, validation.is_some(), &name);
            }
        }
    }
}
