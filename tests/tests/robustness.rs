//! Hostile requests: each is answered, or refused with a clear error, in bounded time and without
//! a panic. The engine's faults (`unexpected`) are no clear errors.

#![allow(clippy::unwrap_used, clippy::panic)]

use howdah_error::{Code, Error};
use howdah_schema::model::{SchemaOptions, Snapshot};
use howdah_tests::ask::{Ask, Told};
use howdah_tests::golden;
use howdah_tests::project::Project;
use howdah_tests::random::dice::Dice;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// What a hostile request may take in a debug build on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

const SCHEMA: &str = "
create type mood as enum ('sad', 'ok');
create table author (
    id int primary key, boss_id int references author, name text, big bigint, num numeric,
    ratio float8, small smallint, flag bool, data jsonb, day date, at timestamptz, key uuid,
    tags text[], marks int[], feeling mood
);
insert into author (id, name) values (1, 'Ada'), (2, 'Brian');
create function find(term text, many int default 10) returns setof author language sql stable as
    $$ select * from author where name like term limit many $$;
";

/// The server's threads have this much stack.
const STACK: usize = 16 * 1024 * 1024;

fn on_a_thread_of_the_server(test: impl AsyncFnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new()
        .stack_size(STACK)
        .spawn(move || {
            tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap()
                .block_on(test());
        });
    if let Err(panic) = thread.unwrap().join() {
        std::panic::resume_unwind(panic);
    }
}

async fn project() -> Project {
    let metadata = json!({
        "tables": [{
            "table": {"schema": "public", "name": "author"},
            "object_relationships": [
                {"name": "boss", "using": {"foreign_key_constraint_on": "boss_id"}},
            ],
            "array_relationships": [{"name": "team", "using": {"foreign_key_constraint_on": {
                "table": {"schema": "public", "name": "author"}, "column": "boss_id",
            }}}],
            "select_permissions": [{"role": "own", "permission": {
                "columns": "*",
                "filter": {"_or": [
                    {"id": {"_eq": "X-Hasura-Id"}},
                    {"name": {"_eq": "X-Hasura-Name"}},
                    {"marks": {"_eq": "X-Hasura-Marks"}},
                    {"id": {"_in": "X-Hasura-Marks"}},
                ]},
            }}],
        }],
        "functions": [{"function": {"schema": "public", "name": "find"}}],
    });
    Project::create(SCHEMA, metadata).await
}

/// Runs a request and sees to it that it ends in time and well.
async fn told(project: &Project, snapshot: &Snapshot, ask: Ask) -> Told {
    let start = Instant::now();
    let told = ask.run(project, snapshot).await;
    let shown: String = ask.query.chars().take(200).collect();
    assert!(
        start.elapsed() < PATIENCE,
        "{:?} for {shown}",
        start.elapsed()
    );
    if let Err(error) = &told.outcome {
        assert!(
            *error.code() != Code::Unexpected || is_limit_of_postgresql(error),
            "{error}\n{:#?}\n{shown}",
            error.internal()
        );
    }
    told
}

/// PostgreSQL's own limits (of columns, array dimensions, nesting) are told as such to the
/// administrator and as a failed query to others, like everything that is no matter of values.
fn is_limit_of_postgresql(error: &Error) -> bool {
    let state = error
        .internal()
        .and_then(|i| i["error"]["status_code"].as_str());
    state.is_some_and(|state| state.starts_with("54"))
}

async fn all(queries: Vec<String>) -> Vec<Told> {
    let project = project().await;
    let snapshot = project.snapshot(SchemaOptions::default());
    let mut found = Vec::new();
    for query in queries {
        found.push(told(&project, &snapshot, Ask::admin(query)).await);
    }
    found
}

fn repeat(text: &str, times: usize) -> String {
    text.repeat(times)
}

#[test]
fn a_million_aliases_are_too_many() {
    on_a_thread_of_the_server(async || {
        let roots: String = (0..1_000_000)
            .map(|i| format!("a{i}:author{{id}}"))
            .collect();
        let fields: String = (0..1_000_000).map(|i| format!("a{i}:id ")).collect();
        let same = repeat("author{id}", 300_000);
        let refused = all(vec![
            format!("{{{roots}}}"),
            format!("{{author{{{fields}}}}}"),
            format!(
                "{{author_aggregate{{aggregate{{{}}}}}}}",
                fields.replace(":id", ":count")
            ),
        ])
        .await;
        for told in refused {
            assert_eq!(*told.error().code(), Code::ValidationFailed);
        }
        // The same field many times is one field.
        all(vec![format!("{{{same}}}")]).await;
    });
}

#[test]
fn many_fields_of_one_row_are_answered_or_refused() {
    on_a_thread_of_the_server(async || {
        for count in [1_600, 1_700, 2_900] {
            let fields: String = (0..count).map(|i| format!("a{i}: id ")).collect();
            let nested = format!("{{author(limit: 1) {{ {fields} team {{ {fields} }} }} }}");
            let sums: String = (0..count).map(|i| format!("a{i}: max {{ id }} ")).collect();
            let aggregate = format!("{{author_aggregate {{ aggregate {{ {sums} }} }} }}");
            all(vec![
                format!("{{author(order_by: {{id: asc}}) {{ {fields} }} }}"),
                nested,
                aggregate,
            ])
            .await;
        }
    });
}

#[test]
fn deep_nesting_is_refused() {
    on_a_thread_of_the_server(async || {
        let deep = 50_000;
        let selection = format!(
            "{{{}id{}}}",
            repeat("author{team{", deep),
            repeat("}}", deep)
        );
        let relationship = format!(
            "{{author{{{}id{}}}}}",
            repeat("boss{", deep),
            repeat("}", deep)
        );
        let condition = format!(
            "{{author(where:{}{{}}{}){{id}}}}",
            repeat("{_not:", deep),
            repeat("}", deep)
        );
        let listed = format!(
            "{{author(where:{{data:{{_eq:{}{}}}}}){{id}}}}",
            repeat("[", deep),
            repeat("]", deep)
        );
        let inline = format!(
            "{{author{{{}id{}}}}}",
            repeat("...{", deep),
            repeat("}", deep)
        );
        let kind = format!(
            "query($a:{}Int{}){{author{{id}}}}",
            repeat("[", deep),
            repeat("]", deep)
        );
        let unclosed = [
            repeat("{a", deep),
            repeat("[", deep),
            repeat("(", deep),
            repeat("{", deep),
        ];
        let order = format!(
            "{{author(order_by:{}id:asc{}){{id}}}}",
            repeat("{boss:", deep),
            repeat("}", deep)
        );
        let mut queries = vec![
            selection,
            relationship,
            condition,
            listed,
            inline,
            kind,
            order,
        ];
        queries.extend(unclosed);
        for told in all(queries).await {
            told.error();
        }
    });
}

/// Nesting within the parser's bounds must not exhaust the stack of later stages.
#[test]
fn nesting_at_the_bound_is_answered_or_refused() {
    on_a_thread_of_the_server(async || {
        let mut queries = Vec::new();
        for deep in [20, 60, 100, 150, 199, 250, 390] {
            for (open, close, inner) in [("boss{", "}", "id"), ("team{", "}", "id")] {
                queries.push(format!(
                    "{{author{{{}{inner}{}}}}}",
                    repeat(open, deep),
                    repeat(close, deep)
                ));
            }
            for open in ["{_not:", "{boss:", "{team:", "{_and:[", "{_or:["] {
                let close = if open.ends_with('[') { "]}" } else { "}" };
                queries.push(format!(
                    "{{author(where:{}{{}}{}){{id}}}}",
                    repeat(open, deep),
                    repeat(close, deep)
                ));
            }
            queries.push(format!(
                "{{author(where:{{data:{{_eq:{}{}}}}}){{id}}}}",
                repeat("[", deep),
                repeat("]", deep)
            ));
            queries.push(format!(
                "{{author(order_by:{}{{id:asc}}{}){{id}}}}",
                repeat("{boss:", deep),
                repeat("}", deep)
            ));
            queries.push(format!(
                "{{author{{{}id{}}}}}",
                repeat("...{", deep),
                repeat("}", deep)
            ));
        }
        all(queries).await;
    });
}

#[test]
fn deep_values_of_variables_are_answered_or_refused() {
    on_a_thread_of_the_server(async || {
        let project = project().await;
        let snapshot = project.snapshot(SchemaOptions::default());
        for deep in [10, 100, 120, 200, 1_000] {
            let nest = |mut value: Value, key: Option<&str>| {
                for _ in 0..deep {
                    value = match key {
                        Some(key) => json!({ key: value }),
                        None => json!([value]),
                    };
                }
                value
            };
            for (ty, position, value) in [
                ("author_bool_exp", "where:$v", nest(json!({}), Some("_not"))),
                ("author_bool_exp", "where:$v", nest(json!({}), Some("boss"))),
                (
                    "[author_order_by!]",
                    "order_by:$v",
                    nest(json!({"id": "asc"}), Some("boss")),
                ),
                ("jsonb", "where:{data:{_contains:$v}}", nest(json!(1), None)),
                (
                    "jsonb",
                    "where:{data:{_contains:$v}}",
                    nest(json!(1), Some("a")),
                ),
                ("[Int!]", "where:{id:{_in:$v}}", nest(json!(1), None)),
                ("[String!]", "where:{tags:{_eq:$v}}", nest(json!("a"), None)),
            ] {
                let query = format!("query($v:{ty}){{author({position}){{id}}}}");
                told(
                    &project,
                    &snapshot,
                    Ask::admin(query).with(json!({ "v": value })),
                )
                .await;
            }
        }
    });
}

#[test]
fn fragments_that_grow_or_turn_in_circles_are_refused() {
    on_a_thread_of_the_server(async || {
        // Each fragment doubles the one before.
        let mut doubling = String::from("{author{...f40}} fragment f0 on author{id}");
        // The same, under other keys each time, so that nothing merges.
        let mut widening = String::from("{author{...g25}} fragment g0 on author{id}");
        for i in 1..=40 {
            doubling.push_str(&format!(
                " fragment f{i} on author{{...f{0} ...f{0}}}",
                i - 1
            ));
        }
        for i in 1..=25 {
            widening.push_str(&format!(
                " fragment g{i} on author{{a:team{{...g{0}}} b:team{{...g{0}}}}}",
                i - 1
            ));
        }
        let cycle: String = (0..5_000)
            .map(|i| {
                format!(
                    " fragment c{i} on author{{boss{{...c{}}}}}",
                    (i + 1) % 5_000
                )
            })
            .collect();
        let chain: String = (0..5_000)
            .map(|i| format!(" fragment c{i} on author{{...c{}}}", i + 1))
            .collect();
        let found = all(vec![
            doubling,
            widening,
            format!("{{author{{...c0}}}}{cycle}"),
            format!("{{author{{...c0}}}}{chain} fragment c5000 on author{{id}}"),
            "{author{...a}} fragment a on author{...a}".to_owned(),
            "{...q} fragment q on query_root{...q}".to_owned(),
        ])
        .await;
        // The first is one field written in a clumsy way; whether it is answered does not matter.
        for told in &found[1..] {
            told.error();
        }
        assert!(found[4].error().message().contains("form a cycle"));
    });
}

#[test]
fn introspection_does_not_explode() {
    on_a_thread_of_the_server(async || {
        let mut types = String::from("name");
        for _ in 0..30 {
            types = format!("name fields{{type{{{types} ofType{{{types}}}}}}}");
            if types.len() > 200_000 {
                break;
            }
        }
        let mut deep = String::from("name");
        for _ in 0..12 {
            deep = format!("fields{{type{{{deep}}} args{{type{{name}}}}}}");
        }
        let kinds = repeat("ofType{", 300);
        all(vec![
            format!("{{__schema{{types{{{types}}}}}}}"),
            format!("{{__schema{{types{{{deep}}}}}}}"),
            format!(
                "{{__type(name:\"author\"){{{kinds}name{}}}}}",
                repeat("}", 300)
            ),
        ])
        .await;
    });
}

/// Every column with every odd value, as literal and as variable.
#[test]
fn odd_values_are_answered_or_refused() {
    on_a_thread_of_the_server(async || {
        let project = project().await;
        let snapshot = project.snapshot(SchemaOptions::default());
        let digits = repeat("9", 100_000);
        let numbers = [
            "0",
            "-0",
            "1.0",
            "1e2",
            "1E+2",
            "-1e-400",
            "1e999999999",
            "1e-999999999",
            "2147483648",
            "-2147483649",
            "9223372036854775808",
            "1e308",
            "1e309",
            "0.1e1",
            digits.as_str(),
        ];
        let texts = [
            "",
            "\\u0000",
            "\\u0001",
            "\\uD800",
            "\\uDFFF\\uD800",
            "\\uD83D\\uDE00",
            "a\\u0000b",
            "NaN",
            "Infinity",
            "-infinity",
            "1",
            "1e999999999",
            "true",
            "null",
            "{}",
            "{1,2}",
            "{{1},{2}}",
            "{",
            "{a,b",
            "'",
            "''; drop table author; --",
            "$1",
            "\\\\",
            "%",
            "_",
            "\\\\%",
            "2020-02-30",
            "294277-01-01",
            "infinity",
            "0001-01-01 BC",
            "00000000-0000-0000-0000-000000000000",
            "{00000000-0000-0000-0000-000000000000}",
            "x-hasura-role",
            "$",
        ];
        let mut values: Vec<String> = numbers.iter().map(|n| (*n).to_owned()).collect();
        values.extend(texts.iter().map(|t| format!("\"{t}\"")));
        values.extend(
            [
                "true",
                "null",
                "[]",
                "[[]]",
                "[1,[2]]",
                "[null]",
                "[1,\"a\"]",
                "{}",
                "{\"a\":1}",
            ]
            .map(str::to_owned),
        );
        for (column, ty) in [
            ("id", "Int"),
            ("name", "String"),
            ("big", "bigint"),
            ("num", "numeric"),
            ("ratio", "float8"),
            ("small", "smallint"),
            ("flag", "Boolean"),
            ("data", "jsonb"),
            ("day", "date"),
            ("at", "timestamptz"),
            ("key", "uuid"),
            ("tags", "[String!]"),
            ("marks", "[Int!]"),
            ("feeling", "mood"),
        ] {
            for value in &values {
                // A document has keys without quotes.
                let literal = value.replace("\"a\":", "a:");
                let query = format!("{{author(where:{{{column}:{{_eq:{literal}}}}}){{id}}}}");
                told(&project, &snapshot, Ask::admin(query)).await;
                let Ok(value) = serde_json::from_str::<Value>(value) else {
                    continue;
                };
                let query =
                    format!("query($v:{ty}){{author(where:{{{column}:{{_eq:$v}}}}){{id}}}}");
                told(
                    &project,
                    &snapshot,
                    Ask::admin(query).with(json!({ "v": value })),
                )
                .await;
            }
        }
    });
}

#[test]
fn odd_arguments_are_answered_or_refused() {
    on_a_thread_of_the_server(async || {
        let odd = [
            "0",
            "-1",
            "2147483647",
            "2147483648",
            "9223372036854775807",
            "9223372036854775808",
            "1e3",
            "1.5",
            "\"1\"",
            "\"x\"",
            "null",
            "true",
            "[]",
            "{}",
            "asc",
            "id",
        ];
        let mut queries = Vec::new();
        for value in odd {
            for argument in ["limit", "offset", "order_by", "distinct_on", "where"] {
                queries.push(format!("{{author({argument}:{value}){{id}}}}"));
                queries.push(format!(
                    "{{author_aggregate({argument}:{value}){{aggregate{{count}}}}}}"
                ));
            }
            queries.push(format!("{{author_by_pk(id:{value}){{id}}}}"));
            queries.push(format!("{{find(args:{value}){{id}}}}"));
            queries.push(format!("{{find(args:{{term:{value}}}){{id}}}}"));
            queries.push(format!("{{find(args:{{term:\"%\",many:{value}}}){{id}}}}"));
            queries.push(format!("{{author{{data(path:{value})}}}}"));
            queries.push(format!(
                "{{author_aggregate{{aggregate{{count(columns:{value})}}}}}}"
            ));
            queries.push(format!(
                "{{author_aggregate{{aggregate{{count(distinct:{value})}}}}}}"
            ));
            queries.push(format!("{{author{{id @include(if:{value})}}}}"));
            queries.push(format!("query @cached(ttl:{value}){{author{{id}}}}"));
        }
        for path in [
            "$",
            "$.",
            "..",
            "$[",
            "$]",
            "[0]",
            "$['",
            "$[\\\"a\\\"]",
            "a b",
            "$.a[99999999999999999999]",
            "\\u0000",
            "$.\\u0000",
        ] {
            queries.push(format!("{{author{{data(path:\"{path}\")}}}}"));
        }
        all(queries).await;
    });
}

#[test]
fn odd_session_variables_are_answered_or_refused() {
    on_a_thread_of_the_server(async || {
        let project = project().await;
        let snapshot = project.snapshot(SchemaOptions::default());
        let long = repeat("9", 100_000);
        for value in [
            "",
            " 1 ",
            "1",
            "one",
            "{1}",
            "{",
            "{{1}}",
            "{NULL}",
            "'",
            "\\",
            "\"",
            "\u{0}",
            "a\u{0}b",
            "$1",
            "null",
            "1; drop table author",
            long.as_str(),
            "99999999999",
            "\u{1F600}",
        ] {
            for name in ["x-hasura-id", "x-hasura-name", "x-hasura-marks"] {
                let mut variables = vec![
                    ("x-hasura-id".to_owned(), "1".to_owned()),
                    ("x-hasura-name".to_owned(), "Ada".to_owned()),
                    ("x-hasura-marks".to_owned(), "{1}".to_owned()),
                ];
                variables.push((name.to_owned(), value.to_owned()));
                let session = howdah_ir::Session::new("own", variables);
                told(
                    &project,
                    &snapshot,
                    Ask::of(session, "{author{id boss{id}}}"),
                )
                .await;
            }
        }
    });
}

#[test]
fn texts_that_are_no_documents_are_refused() {
    on_a_thread_of_the_server(async || {
        let long_name = repeat("a", 1_000_000);
        let mut texts: Vec<String> = [
            "",
            " ",
            "\u{feff}",
            "{",
            "}",
            "{}",
            "query",
            "query{",
            "\"\"\"",
            "\"\"\"\"",
            "\"\\",
            "#",
            "{a",
            "{a(",
            "{a(b",
            "{a(b:",
            "{a(b:$",
            "...",
            "{...",
            "{... on",
            "$a",
            "@",
            "&",
            "|",
            "!",
            "null",
            "[]",
            "query($){a}",
            "query($a){a}",
            "query($a:){a}",
            "query($a:Int={a}",
            "fragment on on on{a}",
            "type A{a:Int}",
            "schema{query:A}",
            "extend type A{b:Int}",
            "subscription",
            "mutation{",
            "{a:}",
            "{:a}",
            "{a:b:c}",
            "{a@}",
            "{1a}",
            "{a-b}",
            "{a}{b}",
            "{\u{0}}",
            "{a\u{0}}",
            "{\u{202e}}",
            "{a(b:\"\u{0}\")}",
            "{a(b:\"\n\")}",
            "{a(b:0x1)}",
            "{a(b:01)}",
            "{a(b:1.)}",
            "{a(b:.1)}",
            "{a(b:1e)}",
            "{a(b:--1)}",
            "{a(b:\"\\u12\")}",
            "{a(b:\"\\x\")}",
            "{a(b:\"\\u{110000}\")}",
            "%7Ba%7D",
            "<html>",
        ]
        .map(str::to_owned)
        .to_vec();
        texts.push(format!("{{{long_name}}}"));
        texts.push(format!("{{author(where:{{name:{{_eq:\"{long_name}"));
        for told in all(texts).await {
            told.error();
        }
    });
}

/// Requests that work, damaged at random: no panic, no fault of the engine, whatever comes out.
#[test]
fn damaged_requests_are_answered_or_refused() {
    on_a_thread_of_the_server(async || {
        for (folder, damages) in [
            ("documents", 150),
            ("aggregate_predicates", 150),
            ("order_by", 100),
        ] {
            let folder = golden::home().join(folder);
            let project = golden::load(&folder).await;
            let snapshot = project.snapshot(SchemaOptions::default());
            let requests = golden::requests(&folder);
            let words: Vec<String> = requests
                .iter()
                .flat_map(|r| tokens(&r.asks[0].query))
                .collect();
            for (number, request) in requests.iter().enumerate() {
                let mut dice = Dice::new(number as u64);
                for _ in 0..damages {
                    let mut damaged = tokens(&request.asks[0].query);
                    for _ in 0..dice.between(1, 3) {
                        damage(&mut dice, &mut damaged, &words);
                    }
                    let mut ask = request.asks[0].clone();
                    ask.query = damaged.join(" ");
                    told(&project, &snapshot, ask).await;
                }
            }
        }
    });
}

/// Names, numbers, texts and single signs; comments are left out.
fn tokens(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for line in text.lines().filter(|l| !l.starts_with('#')) {
        let mut open = false;
        for c in line.chars() {
            let wordy = c.is_ascii_alphanumeric() || "_$@.-".contains(c);
            let goes_on = |last: &String| {
                last.chars()
                    .last()
                    .is_some_and(|l| l.is_ascii_alphanumeric() || "_$@.-".contains(l))
            };
            match found.last_mut() {
                Some(last) if open || (wordy && !last.starts_with('"') && goes_on(last)) => {
                    last.push(c);
                }
                _ if c.is_whitespace() || c == ',' => found.push(" ".to_owned()),
                _ => found.push(c.to_string()),
            }
            if c == '"' {
                open = !open;
            }
        }
        found.push(" ".to_owned());
    }
    found.retain(|t| t != " ");
    found
}

fn damage(dice: &mut Dice, tokens: &mut Vec<String>, words: &[String]) {
    if tokens.len() < 2 {
        return;
    }
    let at = dice.below(tokens.len());
    match dice.below(4) {
        0 => {
            tokens.remove(at);
        }
        1 => tokens.insert(at, dice.pick(words).unwrap().clone()),
        2 => {
            let other = dice.below(tokens.len());
            tokens.swap(at, other);
        }
        _ => tokens[at] = dice.pick(words).unwrap().clone(),
    }
}
