//! Projects on disk: what is written is read again, faults are told with their place.
#![allow(clippy::unwrap_used)]

use howdah_metadata::{Metadata, QualifiedName};
use howdah_project::{Direction, Project, Target, folder, plan};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

fn project(files: &[(&str, &str)]) -> (TempDir, Project) {
    let folder = TempDir::new().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    if !folder.path().join("config.yaml").exists() {
        fs::write(folder.path().join("config.yaml"), "version: 3\n").unwrap();
    }
    let project = Project::open(folder.path(), |_| None).unwrap();
    (folder, project)
}

const DATABASES: &str = "\
- name: default
  kind: postgres
  configuration:
    connection_info:
      database_url:
        from_env: PG_URL
  tables: \"!include default/tables/tables.yaml\"
";

fn with_tables<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut files = vec![
        ("metadata/version.yaml", "version: 3\n"),
        ("metadata/databases/databases.yaml", DATABASES),
    ];
    files.extend_from_slice(more);
    files
}

const TABLES: &str = "metadata/databases/default/tables/tables.yaml";
const TABLE: &str = "metadata/databases/default/tables/public_t.yaml";

fn fault(files: &[(&str, &str)]) -> String {
    let (folder, project) = project(files);
    let error = project
        .read_metadata(&Metadata::default())
        .unwrap_err()
        .to_string();
    let real = folder.path().canonicalize().unwrap();
    error
        .replace(&format!("{}/", folder.path().display()), "")
        .replace(&format!("{}", real.display()), "PROJECT")
}

fn read(project: &Project) -> Metadata {
    let read = project.read_metadata(&Metadata::default()).unwrap();
    assert_eq!(read.warnings, []);
    read.metadata
}

/// The text files below a folder, by path.
fn tree(root: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let text = fs::read_to_string(&path).unwrap();
                found.push((path.strip_prefix(root).unwrap().to_owned(), text));
            }
        }
    }
    found.sort();
    found
}

#[test]
fn the_demo_project_survives_to_the_byte() {
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo");
    let project = Project::open(&demo, |_| None).unwrap();
    let metadata = read(&project);
    assert!(
        metadata
            .sources
            .iter()
            .any(|source| source.tables.len() > 10)
    );

    let copy = TempDir::new().unwrap();
    folder::write(copy.path(), 3, &metadata).unwrap();
    let (given, written) = (tree(&project.metadata_folder()), tree(copy.path()));
    for ((path, given), (other, written)) in given.iter().zip(&written) {
        assert_eq!(path, other);
        assert_eq!(given, written, "{}", path.display());
    }
    assert_eq!(given.len(), written.len());

    let migrations = project.migrations().unwrap();
    assert_eq!(migrations.len(), 1);
    let steps = plan(&migrations[0].1, &BTreeSet::new(), Target::Up(None)).unwrap();
    assert_eq!(steps.len(), migrations[0].1.len());
    assert!(
        steps
            .iter()
            .all(|step| step.direction == Direction::Up && step.file.is_file())
    );
    assert!(!project.seeds().unwrap()[0].1.is_empty());
}

#[test]
fn both_spellings_of_includes_are_read() {
    let files = with_tables(&[
        (
            TABLES,
            "- \"!include public_t.yaml\"\n- !include public_u.yaml\n- table: v\n",
        ),
        (TABLE, "table: t\n"),
        (
            "metadata/databases/default/tables/public_u.yaml",
            "table: {schema: s, name: u}\n",
        ),
    ]);
    let (_folder, project) = project(&files);
    let metadata = read(&project);
    let names: Vec<String> = metadata.sources[0]
        .tables
        .iter()
        .map(|table| table.table.to_string())
        .collect();
    assert_eq!(names, ["t", "s.u", "v"]);
}

#[test]
fn faults_are_told_where_they_stand() {
    let one = "- \"!include public_t.yaml\"\n";
    assert_eq!(
        fault(&with_tables(&[
            (TABLES, one),
            (
                TABLE,
                "table: t\nselect_permissions:\n  - role: user\n    permission:\n      columns: all\n      filter: {}\n"
            ),
        ])),
        format!(
            "{TABLE}:5:16 at $.select_permissions[0].permission.columns: parsing [] failed, expected \
             Array, but encountered String"
        )
    );
    assert_eq!(
        fault(&with_tables(&[(
            TABLES,
            "- table: a\n- \"!include nothing.yaml\"\n"
        )])),
        format!(
            "{TABLES}:2:3: the included file metadata/databases/default/tables/nothing.yaml does \
             not exist"
        )
    );
    let text = fault(&with_tables(&[(TABLES, "- table: a\n  table: b\n")]));
    assert!(text.starts_with(&format!("{TABLES}:1:3: ")), "{text}");
    assert!(
        text.contains("the key \"table\" stands here twice"),
        "{text}"
    );
    let text = fault(&with_tables(&[(TABLES, one), (TABLE, "table: [a\n")]));
    assert!(text.starts_with(&format!("{TABLE}:")), "{text}");
    assert_eq!(
        fault(&with_tables(&[(TABLES, one), (TABLE, "is_enum: true\n")])),
        format!("{TABLE}:1:1: key \"table\" not found")
    );
    assert_eq!(
        fault(&with_tables(&[(TABLES, "- table: a\n- table: a\n")])),
        format!("{TABLES}:1:1: multiple declarations exist for the following tables: \"a\"")
    );
}

#[test]
fn includes_stay_in_the_project_and_end() {
    let (outside, _) = project(&[("secret.yaml", "table: t\n")]);
    let include = format!("- \"!include {}/secret.yaml\"\n", outside.path().display());
    let text = fault(&with_tables(&[(TABLES, &include)]));
    assert!(text.contains("lies outside of PROJECT"), "{text}");
    let text = fault(&with_tables(&[(TABLES, "- \"!include tables.yaml\"\n")]));
    assert!(
        text.contains("more than 16 includes within each other"),
        "{text}"
    );
}

#[test]
fn unknown_keys_are_kept_and_told() {
    let files = with_tables(&[
        (TABLES, "- \"!include public_t.yaml\"\n"),
        (
            TABLE,
            "table:\n  name: t\n  schema: public\nis_enumm: true\nlater:\n  - 1\n",
        ),
        ("metadata/from_the_future.yaml", "a: 1\n"),
    ]);
    let (folder, project) = project(&files);
    let read = project.read_metadata(&Metadata::default()).unwrap();
    let warnings: Vec<String> = read
        .warnings
        .iter()
        .map(|w| {
            w.to_string()
                .replace(&format!("{}/", folder.path().display()), "")
        })
        .collect();
    assert_eq!(
        warnings,
        [
            "metadata/from_the_future.yaml:1:1: the key \"from_the_future\" is not known"
                .to_owned(),
            format!("{TABLE}:4:11 at $.is_enumm: the key \"is_enumm\" is not known"),
            format!("{TABLE}:6:3 at $.later: the key \"later\" is not known"),
        ]
    );
    project.write_metadata(&read.metadata).unwrap();
    assert_eq!(
        fs::read_to_string(folder.path().join(TABLE)).unwrap(),
        "table:\n  name: t\n  schema: public\nis_enumm: true\nlater:\n  - 1\n"
    );
    let again = project.read_metadata(&Metadata::default()).unwrap();
    assert_eq!(again.metadata, read.metadata);
}

#[test]
fn files_of_tables_that_are_gone_are_removed() {
    let (folder, project) = project(&with_tables(&[
        (TABLES, "- \"!include public_t.yaml\"\n- table: u\n"),
        (TABLE, "table: t\n"),
        ("metadata/databases/old/tables/public_x.yaml", "table: x\n"),
        ("metadata/databases/README.md", "mine\n"),
    ]));
    let mut metadata = read(&project);
    metadata.sources[0]
        .tables
        .retain(|table| table.table != QualifiedName::public("t"));
    project.write_metadata(&metadata).unwrap();
    assert!(!folder.path().join(TABLE).exists());
    assert!(!folder.path().join("metadata/databases/old").exists());
    assert!(folder.path().join("metadata/databases/README.md").exists());
    assert!(
        folder
            .path()
            .join("metadata/databases/default/tables/public_u.yaml")
            .exists()
    );
    assert_eq!(read(&project), metadata);
}

#[test]
fn names_of_files_are_safe_and_different() {
    let tables = json!([
        { "table": { "name": "c", "schema": "a_b" } },
        { "table": { "name": "b_c", "schema": "a" } },
        { "table": { "name": "B_c", "schema": "a" } },
        { "table": { "name": "../../x", "schema": "public" } },
        { "table": { "name": "tables", "schema": "" } }
    ]);
    let source = json!({ "name": "../up", "kind": "postgres", "tables": tables, "configuration":
        { "connection_info": { "database_url": "postgres://x" } } });
    let metadata = Metadata::from_document(json!({ "version": 3, "sources": [source] })).unwrap();
    let files = folder::files(&metadata).unwrap();
    assert!(
        files
            .keys()
            .all(|path| path.components().all(|part| part.as_os_str() != ".."))
    );
    let (_folder, project) = project(&[]);
    project.write_metadata(&metadata).unwrap();
    assert_eq!(read(&project).to_export(), metadata.to_export());
}

#[test]
fn old_folders_get_their_connection_from_the_server() {
    let (folder, project) = project(&[
        ("config.yaml", "version: 2\nendpoint: http://x\n"),
        ("metadata/version.yaml", "version: 2\n"),
        (
            "metadata/tables.yaml",
            "- table:\n    schema: public\n    name: author\n",
        ),
        (
            "metadata/functions.yaml",
            "- function: {schema: public, name: f}\n",
        ),
        ("metadata/allow_list.yaml", "- collection: c\n"),
        ("metadata/actions.yaml", "actions: []\ncustom_types: {}\n"),
        ("migrations/1_a/up.sql", "select 1"),
        ("seeds/1.sql", "select 1"),
        ("seeds/notes.txt", "none"),
    ]);
    let error = project
        .read_metadata(&Metadata::default())
        .unwrap_err()
        .to_string();
    assert!(error.contains("no default source is defined"), "{error}");

    let current = Metadata::from_document(json!({ "version": 3, "sources": [{
        "name": "default", "kind": "postgres", "tables": [], "configuration":
            { "connection_info": { "database_url": { "from_env": "U" } } } }] }))
    .unwrap();
    let metadata = project.read_metadata(&current).unwrap().metadata;
    assert_eq!(
        metadata.sources[0].configuration,
        current.sources[0].configuration
    );
    assert_eq!(metadata.sources[0].tables.len(), 1);
    assert_eq!(metadata.sources[0].functions.len(), 1);
    assert_eq!(metadata.allowlist.len(), 1);
    // The folder keeps its layout, and parts that came later have a place in it.
    let mut changed = metadata.to_export();
    changed["rest_endpoints"] = json!([{
        "name": "r", "url": "r", "methods": ["GET"],
        "definition": { "query": { "collection_name": "c", "query_name": "q" } } }]);
    changed["query_collections"] = json!([{
        "name": "c", "definition": { "queries": [{ "name": "q", "query": "{ a }" }] } }]);
    let changed = Metadata::from_document(changed).unwrap();
    for metadata in [&changed, &metadata] {
        project.write_metadata(metadata).unwrap();
        assert!(!folder.path().join("metadata/databases").exists());
        let again = project.read_metadata(&current).unwrap().metadata;
        assert_eq!(again.to_export(), metadata.to_export());
    }
    let text = fs::read_to_string(folder.path().join("metadata/tables.yaml")).unwrap();
    assert_eq!(text, "- table:\n    name: author\n    schema: public\n");
    // It has no room for more than one database.
    let mut two = metadata.clone();
    two.sources.push(howdah_metadata::Source {
        name: "other".into(),
        ..howdah_metadata::Source::default()
    });
    let error = project.write_metadata(&two).unwrap_err().to_string();
    assert!(error.contains("not for \"other\""), "{error}");

    let migrations = project.migrations().unwrap();
    assert_eq!(
        (migrations[0].0.as_str(), migrations[0].1.len()),
        ("default", 1)
    );
    assert_eq!(project.seeds().unwrap()[0].1.len(), 1);
}

#[test]
fn metadata_may_be_one_file() {
    let document = json!({ "version": 3, "sources": [{
        "name": "default", "kind": "postgres", "tables": [{
            "table": { "schema": "public", "name": "t" },
            "configuration": { "comment": "\u{1f600}" } }],
        "configuration": { "connection_info": { "database_url": { "from_env": "U" } } } }] });
    let metadata = Metadata::from_document(document.clone()).unwrap();
    for name in ["all.yaml", "parts/all.json"] {
        let config = format!("version: 3\nmetadata_file: {name}\n");
        let (folder, project) = project(&[("config.yaml", &config)]);
        assert!(!project.has_metadata());
        project.write_metadata(&metadata).unwrap();
        assert!(project.has_metadata() && folder.path().join(name).is_file());
        assert_eq!(read(&project).to_export(), metadata.to_export());
        // As the API answers, and with escapes that only JSON has.
        let answer = json!({ "resource_version": 1, "metadata": document });
        let text = answer.to_string().replace('\u{1f600}', "\\ud83d\\ude00");
        if name.ends_with("json") {
            fs::write(folder.path().join(name), text).unwrap();
            assert_eq!(read(&project).to_export(), metadata.to_export());
        }
        // A new file is empty.
        fs::write(folder.path().join(name), "").unwrap();
        assert_eq!(read(&project), Metadata::default());
    }

    let config = "metadata_file: m.yaml\n";
    let text = "version: 3\nsources:\n  - name: a\n    kind: postgres\n    tabels: []\n    \
                tables: []\n    configuration:\n      connection_info:\n        \
                database_url: x\n";
    let (_folder, project) = project(&[("config.yaml", config), ("m.yaml", text)]);
    let warnings = project
        .read_metadata(&Metadata::default())
        .unwrap()
        .warnings;
    let told = warnings[0].to_string();
    assert!(
        told.ends_with("m.yaml:5:13 at $.sources[0].tabels: the key \"tabels\" is not known"),
        "{told}"
    );
    assert_eq!(
        fault(&[
            ("config.yaml", config),
            ("m.yaml", "version: 3\nsources: 1\n")
        ]),
        "m.yaml:2:10 at $.sources: parsing [] failed, expected Array, but encountered Number"
    );
    let (_folder, project) = self::project(&[("config.yaml", "metadata_file: m.toml\n")]);
    let error = project.write_metadata(&metadata).unwrap_err().to_string();
    assert!(error.ends_with("is named .yaml or .json"), "{error}");
}

#[test]
fn files_of_other_systems_are_read() {
    let marked = |text: &str| format!("\u{feff}{}", text.replace('\n', "\r\n"));
    let table = marked("table:\n  schema: public\n  name: t\n");
    let json = "{\"table\": {\"schema\": \"public\", \"name\": \"j\"}}";
    let mut files = with_tables(&[
        (
            TABLES,
            "- \"!include public_t.yaml\"\n- \"!include j.json\"\n",
        ),
        (TABLE, &table),
        ("metadata/databases/default/tables/j.json", json),
        ("metadata/actions.graphql", "\u{feff}"),
    ]);
    let databases = marked(DATABASES);
    files[1].1 = &databases;
    let config = marked("version: 3\nendpoint: http://a\n");
    files.push(("config.yaml", &config));
    let (_folder, project) = project(&files);
    assert_eq!(project.config().endpoint, "http://a");
    assert_eq!(read(&project).sources[0].tables.len(), 2);
}

#[test]
fn migrations_are_sorted_by_version_and_unique() {
    let (folder, project) = project(&[
        ("migrations/default/20_later/up.sql", ""),
        ("migrations/default/3_early/up.sql", ""),
        ("migrations/default/3_early/down.sql", ""),
        ("migrations/default/notes/up.sql", ""),
        ("migrations/other/1/up.sql", ""),
    ]);
    let migrations = project.migrations().unwrap();
    let names: Vec<(&str, u64, &str, bool)> = migrations
        .iter()
        .flat_map(|(database, list)| list.iter().map(move |m| (database.as_str(), m)))
        .map(|(database, m)| (database, m.version, m.name.as_str(), m.down.is_some()))
        .collect();
    assert_eq!(
        names,
        [
            ("default", 3, "early", true),
            ("default", 20, "later", false),
            ("other", 1, "", false)
        ]
    );
    fs::create_dir_all(folder.path().join("migrations/default/3_again")).unwrap();
    assert!(
        project
            .migrations()
            .unwrap_err()
            .to_string()
            .contains("the version 3")
    );
}

const ACTIONS_SDL: &str = "\
type Mutation {
  login(
    \"\"\"
    who
    \"\"\"
    name: String!
    tags: [String!]
  ): Session!
}

type Query {
  me: Session
}

input Credentials {
  name: String!
}

\"\"\"
A session.
It ends.
\"\"\"
type Session {
  token: String!
  kind: Kind
}

scalar Secret

enum Kind {
  SHORT
  LONG @deprecated
}

";

const ACTIONS: &str = "\
actions:
  - name: login
    definition:
      kind: synchronous
      handler: '{{BASE}}/login'
    permissions:
      - role: user
  - name: me
    definition:
      handler: '{{BASE}}/me'
custom_types:
  enums:
    - name: Kind
  input_objects:
    - name: Credentials
  objects:
    - name: Session
      relationships:
        - name: user
  scalars:
    - name: Secret
";

#[test]
fn actions_are_put_together_and_taken_apart() {
    let (folder, project) = project(&[
        ("metadata/version.yaml", "version: 3\n"),
        ("metadata/actions.yaml", ACTIONS),
        ("metadata/actions.graphql", ACTIONS_SDL),
    ]);
    let metadata = read(&project);
    let definition = &metadata.actions[0]["definition"];
    assert_eq!(definition["type"], "mutation");
    assert_eq!(definition["output_type"], "Session!");
    assert_eq!(
        definition["arguments"],
        json!([
            { "name": "name", "type": "String!", "description": "who" },
            { "name": "tags", "type": "[String!]" }
        ])
    );
    assert_eq!(metadata.actions[1]["definition"]["type"], "query");
    let types = metadata.custom_types.as_ref().unwrap();
    assert_eq!(types["objects"][0]["description"], "A session.\nIt ends.");
    assert_eq!(
        types["objects"][0]["relationships"],
        json!([{ "name": "user" }])
    );
    assert_eq!(
        types["enums"][0]["values"],
        json!([{ "value": "SHORT" }, { "value": "LONG", "is_deprecated": true }])
    );
    project.write_metadata(&metadata).unwrap();
    let written = |file: &str| fs::read_to_string(folder.path().join(file)).unwrap();
    assert_eq!(written("metadata/actions.graphql"), ACTIONS_SDL);
    assert_eq!(written("metadata/actions.yaml"), ACTIONS);
}

#[test]
fn signatures_that_do_not_fit_are_told() {
    let with = |sdl: &str| {
        fault(&[
            (
                "metadata/actions.yaml",
                "actions:\n  - name: a\n    definition: {handler: x}\n",
            ),
            ("metadata/actions.graphql", sdl),
        ])
    };
    assert_eq!(
        with("type Query {\n  a: Int\n"),
        "metadata/actions.graphql:3:1: expected '}'"
    );
    assert_eq!(
        with("union U = A"),
        "metadata/actions.graphql:1:1: expected one of type, input, enum and scalar, but found union"
    );
    assert!(with("").contains("the action \"a\" has no signature"));
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec(("[a-z_$ :]{1,5}", inner), 0..4)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn what_is_written_is_read_again(
        tables in prop::collection::btree_map(
            ("[a-z_]{1,3}", "[A-Za-z_ ./]{1,4}"),
            (prop::collection::vec(("[a-z_$]{1,5}", json_value()), 0..3), ".{0,12}", json_value()),
            0..5,
        ),
        unknown in json_value(),
    ) {
        let tables: Vec<Value> = tables
            .into_iter()
            .map(|((schema, name), (filter, comment, extra))| {
                let filter: serde_json::Map<String, Value> = filter.into_iter().collect();
                json!({
                    "table": { "name": name, "schema": schema },
                    "select_permissions": [{
                        "role": "r", "comment": comment,
                        "permission": { "columns": "*", "filter": filter, "later": extra }
                    }]
                })
            })
            .collect();
        let mut document = json!({ "version": 3, "sources": [{
            "name": "a b", "kind": "postgres", "tables": tables,
            "configuration": { "connection_info": { "database_url": "postgres://x" } }
        }] });
        if !unknown.is_null() {
            document["unknown_part"] = unknown;
        }
        let metadata = Metadata::from_document(document).unwrap();
        let (_folder, project) = project(&[]);
        project.write_metadata(&metadata).unwrap();
        let again = project.read_metadata(&Metadata::default()).unwrap().metadata;
        prop_assert_eq!(again.to_export().to_string(), metadata.to_export().to_string());
    }
}
