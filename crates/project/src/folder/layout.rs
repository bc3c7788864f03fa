//! Which part of the document lies in which file.

/// The file with the version of the layout.
pub(super) const VERSION_FILE: &str = "version.yaml";

/// The file with the list of sources.
pub(super) const DATABASES_FILE: &str = "databases/databases.yaml";

/// Actions and custom types, without their signatures.
pub(super) const ACTIONS_FILE: &str = "actions.yaml";

/// The signatures of actions and the fields of custom types.
pub(super) const ACTIONS_SDL_FILE: &str = "actions.graphql";

/// Parts with a file of their own: the key in the document, the file, and what stands there
/// when the part is empty.
pub(super) const PARTS: [(&str, &str, &str); 12] = [
    ("allowlist", "allow_list.yaml", "[]"),
    ("api_limits", "api_limits.yaml", "{}"),
    ("backend_configs", "backend_configs.yaml", "{}"),
    ("cron_triggers", "cron_triggers.yaml", "[]"),
    (
        "graphql_schema_introspection",
        "graphql_schema_introspection.yaml",
        "disabled_for_roles: []",
    ),
    ("inherited_roles", "inherited_roles.yaml", "[]"),
    ("metrics_config", "metrics_config.yaml", "{}"),
    ("network", "network.yaml", "{}"),
    ("opentelemetry", "opentelemetry.yaml", "{}"),
    ("query_collections", "query_collections.yaml", "[]"),
    ("remote_schemas", "remote_schemas.yaml", "[]"),
    ("rest_endpoints", "rest_endpoints.yaml", "[]"),
];

/// The tables of the one database of layout version 2.
pub(super) const OLD_TABLES_FILE: &str = "tables.yaml";

/// Parts of layout version 2, where there was one database.
pub(super) const OLD_PARTS: [(&str, &str); 2] =
    [("tables", OLD_TABLES_FILE), ("functions", "functions.yaml")];

/// Parts that every folder of layout version 2 has a file for. The others came later.
pub(super) const OLD_COMMON_PARTS: [&str; 4] = [
    "allowlist",
    "cron_triggers",
    "query_collections",
    "remote_schemas",
];

/// The file of a part of the document that is not known.
pub(super) fn unknown_part_file(key: &str) -> Option<String> {
    let plain = !key.is_empty()
        && key
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    plain.then(|| format!("{key}.yaml"))
}

/// The unknown part that a file holds: files of other names are none of ours.
pub(super) fn unknown_part_key(file: &str) -> Option<&str> {
    let key = file.strip_suffix(".yaml")?;
    let known = PARTS.iter().any(|(_, name, _)| *name == file)
        || OLD_PARTS.iter().any(|(_, name)| *name == file)
        || [VERSION_FILE, ACTIONS_FILE].contains(&file);
    (!known && unknown_part_file(key).is_some()).then_some(key)
}
