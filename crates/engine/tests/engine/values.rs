//! Boundary values of every type, written in every way and read back: what stands in the table is
//! what PostgreSQL itself reads from the same text, and what is answered is what it makes of it.

use crate::support::{World, world};
use howdah_engine::GraphqlRequest;
use howdah_ir::Session;
use serde_json::{Map, Value, json};

/// A type, and values: as JSON, and as PostgreSQL's own literal.
type Row = (&'static str, &'static [(&'static str, &'static str)]);

/// What must exist before.
const TYPES: &str = "
create type mood as enum ('sad', 'so so', 'it''s \"ok\"');
create type pair as (a int, b text);
create domain positive as int check (value > 0);
create domain words as text[];
";

const MATRIX: &[Row] = &[
    (
        "smallint",
        &[("-32768", "-32768"), ("32767", "32767"), ("\"7\"", "7")],
    ),
    (
        "int",
        &[("-2147483648", "-2147483648"), ("2147483647", "2147483647")],
    ),
    (
        "bigint",
        &[
            ("-9223372036854775808", "-9223372036854775808"),
            ("9223372036854775807", "9223372036854775807"),
            ("\"9007199254740993\"", "9007199254740993"),
            ("9007199254740993", "9007199254740993"),
        ],
    ),
    (
        "numeric",
        &[
            (
                "123456789012345678901234567890.123456789012345678901234567890",
                "123456789012345678901234567890.123456789012345678901234567890",
            ),
            ("1.10", "1.10"),
            (
                "-0.000000000000000000000000000001",
                "-0.000000000000000000000000000001",
            ),
            ("1e40", "1e40"),
            ("\"NaN\"", "NaN"),
            ("\"0.10\"", "0.10"),
        ],
    ),
    (
        "numeric(10,2)",
        &[("1.1", "1.1"), ("99999999.99", "99999999.99")],
    ),
    (
        "real",
        &[
            ("3.4028235e38", "3.4028235e38"),
            ("-1.1754944e-38", "-1.1754944e-38"),
            ("0.1", "0.1"),
        ],
    ),
    (
        "float8",
        &[
            ("1.7976931348623157e308", "1.7976931348623157e308"),
            ("5e-324", "5e-324"),
            ("\"Infinity\"", "Infinity"),
            ("\"-Infinity\"", "-Infinity"),
            ("\"NaN\"", "NaN"),
            ("0.1", "0.1"),
        ],
    ),
    (
        "money",
        &[
            ("\"$1,234.50\"", "$1,234.50"),
            ("12.34", "12.34"),
            ("-0.5", "-0.5"),
        ],
    ),
    ("bool", &[("true", "true"), ("false", "false")]),
    (
        "text",
        &[
            ("\"\"", ""),
            (
                "\"it's \\\"quoted\\\" \\\\ {a,b} NULL\"",
                "it's \"quoted\" \\ {a,b} NULL",
            ),
            (
                "\"line\\nand\\ttab é 🦀 \\u0001\"",
                "line\nand\ttab é 🦀 \u{1}",
            ),
            ("\"null\"", "null"),
            ("\"X-Hasura-User-Id\"", "X-Hasura-User-Id"),
        ],
    ),
    (
        "varchar(5)",
        &[("\"abcde\"", "abcde"), ("\"éééé🦀\"", "éééé🦀")],
    ),
    ("char(5)", &[("\"ab\"", "ab"), ("\"\"", "")]),
    ("\"char\"", &[("\"x\"", "x")]),
    ("name", &[("\"a name\"", "a name")]),
    (
        "bytea",
        &[
            ("\"\\\\x00ff10\"", "\\x00ff10"),
            ("\"\\\\x\"", "\\x"),
            ("\"a\\\\000b\"", "a\\000b"),
        ],
    ),
    (
        "uuid",
        &[(
            "\"A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11\"",
            "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
        )],
    ),
    (
        "date",
        &[
            ("\"infinity\"", "infinity"),
            ("\"4713-01-01 BC\"", "4713-01-01 BC"),
            ("\"5874897-12-31\"", "5874897-12-31"),
            ("\"2024-02-29\"", "2024-02-29"),
        ],
    ),
    (
        "time",
        &[
            ("\"24:00:00\"", "24:00:00"),
            ("\"00:00:00.000001\"", "00:00:00.000001"),
        ],
    ),
    (
        "timetz",
        &[("\"23:59:59.999999+14\"", "23:59:59.999999+14")],
    ),
    (
        "timestamp",
        &[
            (
                "\"294276-12-31 23:59:59.999999\"",
                "294276-12-31 23:59:59.999999",
            ),
            ("\"-infinity\"", "-infinity"),
        ],
    ),
    (
        "timestamptz",
        &[
            (
                "\"2024-03-31T02:30:00.123456+02:00\"",
                "2024-03-31T02:30:00.123456+02:00",
            ),
            ("\"0001-01-01 00:00:00+00\"", "0001-01-01 00:00:00+00"),
        ],
    ),
    (
        "interval",
        &[
            (
                "\"1 year 2 mons -3 days 04:05:06.789\"",
                "1 year 2 mons -3 days 04:05:06.789",
            ),
            ("\"P1Y2M3DT4H5M6S\"", "P1Y2M3DT4H5M6S"),
            ("\"-178000000 years\"", "-178000000 years"),
        ],
    ),
    (
        "jsonb",
        &[
            (
                "{\"b\": [1, 2.50, 1e3, 123456789012345678901234567890], \"a\": \"it's\", \"é\": null}",
                "{\"b\": [1, 2.50, 1e3, 123456789012345678901234567890], \"a\": \"it's\", \"é\": null}",
            ),
            ("\"text\"", "\"text\""),
            ("[]", "[]"),
            ("0.10", "0.10"),
            ("false", "false"),
        ],
    ),
    (
        "json",
        &[(
            "{\"b\":1,\"a\":[1,2.50,\"x\"]}",
            "{\"b\":1,\"a\":[1,2.50,\"x\"]}",
        )],
    ),
    (
        "inet",
        &[
            ("\"192.168.0.1/24\"", "192.168.0.1/24"),
            ("\"::ffff:1.2.3.4\"", "::ffff:1.2.3.4"),
        ],
    ),
    ("cidr", &[("\"10.0.0.0/8\"", "10.0.0.0/8")]),
    ("macaddr", &[("\"08:00:2b:01:02:03\"", "08:00:2b:01:02:03")]),
    (
        "macaddr8",
        &[("\"08:00:2b:01:02:03:04:05\"", "08:00:2b:01:02:03:04:05")],
    ),
    ("point", &[("\"(1.5,-2e300)\"", "(1.5,-2e300)")]),
    ("line", &[("\"{1,2,3}\"", "{1,2,3}")]),
    ("lseg", &[("\"[(0,0),(1,1)]\"", "[(0,0),(1,1)]")]),
    ("box", &[("\"(1,1),(0,0)\"", "(1,1),(0,0)")]),
    ("path", &[("\"[(0,0),(1,1)]\"", "[(0,0),(1,1)]")]),
    (
        "polygon",
        &[("\"((0,0),(1,1),(1,0))\"", "((0,0),(1,1),(1,0))")],
    ),
    ("circle", &[("\"<(0,0),1.5>\"", "<(0,0),1.5>")]),
    (
        "int4range",
        &[
            ("\"[1,10]\"", "[1,10]"),
            ("\"empty\"", "empty"),
            ("\"(,)\"", "(,)"),
        ],
    ),
    (
        "numrange",
        &[
            ("\"[1.10,2.20]\"", "[1.10,2.20]"),
            ("\"(1.50,)\"", "(1.50,)"),
        ],
    ),
    (
        "tstzrange",
        &[(
            "\"[2024-01-01 00:00:00+00,infinity)\"",
            "[2024-01-01 00:00:00+00,infinity)",
        )],
    ),
    ("bit(4)", &[("\"1010\"", "1010")]),
    ("varbit", &[("\"10101\"", "10101"), ("\"\"", "")]),
    ("tsvector", &[("\"'a':1A 'b c':2\"", "'a':1A 'b c':2")]),
    ("tsquery", &[("\"'a' & !'b'\"", "'a' & !'b'")]),
    ("xml", &[("\"<a b=\\\"1\\\">é</a>\"", "<a b=\"1\">é</a>")]),
    ("oid", &[("\"4294967295\"", "4294967295")]),
    ("pg_lsn", &[("\"16/B374D848\"", "16/B374D848")]),
    (
        "int[]",
        &[
            ("[1, null, -2147483648]", "{1,NULL,-2147483648}"),
            ("[]", "{}"),
            ("[[1, 2], [3, 4]]", "{{1,2},{3,4}}"),
        ],
    ),
    (
        "text[]",
        &[(
            "[\"\", \"a,b\", \"NULL\", null, \"{x}\", \"\\\"q\\\\\"]",
            "{\"\",\"a,b\",\"NULL\",NULL,\"{x}\",\"\\\"q\\\\\"}",
        )],
    ),
    (
        "numeric[]",
        &[(
            "[1.10, 123456789012345678901234567890.5]",
            "{1.10,123456789012345678901234567890.5}",
        )],
    ),
    (
        "bigint[]",
        &[("[9223372036854775807, \"-1\"]", "{9223372036854775807,-1}")],
    ),
    (
        "jsonb[]",
        &[(
            "[{\"a\": \"x,y\"}, [1], \"s\"]",
            "{\"{\\\"a\\\": \\\"x,y\\\"}\",\"[1]\",\"\\\"s\\\"\"}",
        )],
    ),
    (
        "uuid[]",
        &[(
            "[\"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11\"]",
            "{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}",
        )],
    ),
    (
        "mood",
        &[
            ("\"so so\"", "so so"),
            ("\"it's \\\"ok\\\"\"", "it's \"ok\""),
        ],
    ),
    ("mood[]", &[("[\"sad\", \"so so\"]", "{sad,\"so so\"}")]),
    ("positive", &[("1", "1"), ("2147483647", "2147483647")]),
    ("words", &[("[\"a b\", \"c\"]", "{\"a b\",c}")]),
    (
        "pair",
        &[
            ("\"(1,\\\"a \\\"\\\"b\\\"\\\"\\\")\"", "(1,\"a \"\"b\"\"\")"),
            ("\"(,)\"", "(,)"),
        ],
    ),
    ("pair[]", &[("[\"(1,a)\", null]", "{\"(1,a)\",NULL}")]),
    ("citext", &[("\"AbC\"", "AbC")]),
    ("ltree", &[("\"Top.Science\"", "Top.Science")]),
    (
        "geometry",
        &[(
            "{\"type\":\"Point\",\"coordinates\":[1.5,2.25]}",
            "SRID=4326;POINT(1.5 2.25)",
        )],
    ),
];

async fn run(world: &World, query: String, variables: Value) -> Value {
    let Value::Object(variables) = variables else {
        panic!("variables are an object")
    };
    let request = GraphqlRequest {
        query: query.clone(),
        variables,
        operation_name: None,
    };
    let answer = world
        .engine
        .graphql(&request, &Session::admin(), false)
        .await;
    let answer = answer.unwrap_or_else(|e| panic!("{e} {:?}\n{query}", e.internal()));
    serde_json::from_slice::<Map<String, Value>>(&answer.chunks.concat()).unwrap()["data"].clone()
}

#[tokio::test]
async fn every_value_is_written_and_read_as_postgresql_has_it() {
    let world = world().await;
    let client = world.database.client().await;
    client.batch_execute(TYPES).await.unwrap();
    for extension in ["citext", "ltree", "postgis"] {
        // Where it is not installed its types are passed over.
        let _ = client
            .batch_execute(&format!("create extension {extension}"))
            .await;
    }
    let mut tables = Vec::new();
    for (i, (ty, values)) in MATRIX.iter().enumerate() {
        let sql = format!("create table m{i} (id int primary key, v {ty})");
        if client.batch_execute(&sql).await.is_err() {
            assert!(["citext", "ltree", "geometry"].contains(ty), "{ty}");
            continue;
        }
        tables.push((i, *ty, *values));
    }
    let tracked: Vec<Value> = tables
        .iter()
        .map(|(i, ..)| json!({"type": "pg_track_table", "args": {"table": format!("m{i}")}}))
        .collect();
    world.done("bulk", json!(tracked)).await;
    let mut wrong = Vec::new();
    for (i, ty, values) in tables {
        for (input, literal) in values {
            let input: Value = serde_json::from_str(input).unwrap();
            let table = format!("m{i}");
            // One row, rows side by side, rows that differ, updates of both kinds, an upsert.
            let one = json!({"id": 1, "v": input});
            run(&world, format!("mutation ($o: {table}_insert_input!) {{ insert_{table}_one(object: $o) {{ id }} }}"), json!({"o": one})).await;
            let rows = json!([{"id": 2, "v": input}, {"id": 3, "v": null}, {"id": 4, "v": input}]);
            let many = format!(
                "mutation ($o: [{table}_insert_input!]!) {{ insert_{table}(objects: $o) {{ affected_rows }} }}"
            );
            run(&world, many.clone(), json!({"o": rows})).await;
            run(
                &world,
                many,
                json!({"o": [{"id": 5}, {"id": 6, "v": input}]}),
            )
            .await;
            run(&world, format!("mutation ($s: {table}_set_input!) {{ update_{table}_by_pk(pk_columns: {{id: 3}}, _set: $s) {{ id }} }}"), json!({"s": {"v": input}})).await;
            let conflict =
                format!("on_conflict: {{constraint: {table}_pkey, update_columns: [v]}}");
            let upsert = run(&world, format!("mutation ($o: {table}_insert_input!) {{ insert_{table}_one(object: $o, {conflict}) {{ v }} }}"), json!({"o": {"id": 5, "v": input}})).await;
            let read = run(
                &world,
                format!("{{ {table}(order_by: {{id: asc}}) {{ v }} }}"),
                json!({}),
            )
            .await;
            let base = ty.split('(').next().unwrap();
            // What PostgreSQL makes of its own literal in a column of the type.
            client
                .execute(
                    &format!("insert into {table} values (0, $1::text::{ty})"),
                    &[literal],
                )
                .await
                .unwrap_or_else(|e| panic!("{ty} {literal}: {e}"));
            let sql = format!(
                "select array_agg(distinct coalesce(v::text, 'NULL')), count(*)::int, (select v::text from {table} where id = 0) from {table}"
            );
            let row = client.query_one(&sql, &[]).await.unwrap();
            let (stored, count, own): (Vec<String>, i32, String) =
                (row.get(0), row.get(1), row.get(2));
            if stored != [own.clone()] || count != 7 {
                wrong.push(format!(
                    "{ty} {literal}: {stored:?} is stored and not {own:?}, {count} rows"
                ));
            }
            let shown = match base {
                "geometry" => "st_asgeojson(v, 15, 4)::json",
                _ => "to_json(v)",
            };
            let sql = format!("select {shown}::text from {table} where id = 0");
            let own: String = client.query_one(&sql, &[]).await.unwrap().get(0);
            let own: Value = serde_json::from_str(&own).unwrap();
            let answered = read[&table].as_array().unwrap();
            if answered.len() != 6 || answered.iter().any(|row| row["v"] != own) {
                wrong.push(format!(
                    "{ty} {literal}: {answered:?} is answered and not {own}"
                ));
            }
            if upsert[format!("insert_{table}_one")]["v"] != own {
                wrong.push(format!(
                    "{ty} {literal}: {upsert} is returned and not {own}"
                ));
            }
            client
                .batch_execute(&format!("truncate {table}"))
                .await
                .unwrap();
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn generated_and_identity_columns_are_filled_by_the_database() {
    let world = world().await;
    world
        .sql(
            "create table item (
                  a int generated always as identity primary key,
                  b int generated by default as identity,
                  c int not null,
                  d int generated always as (c * 2) stored,
                  e serial, f text default 'none')",
        )
        .await;
    world.done("pg_track_table", json!({"table": "item"})).await;
    let answer = world
        .ask("mutation { insert_item(objects: [{c: 1}, {c: 2, b: 50, e: 70, f: null}]) { returning { a b c d e f } } }")
        .await;
    assert_eq!(
        answer["insert_item"]["returning"],
        json!([
            {"a": 1, "b": 1, "c": 1, "d": 2, "e": 1, "f": "none"},
            {"a": 2, "b": 50, "c": 2, "d": 4, "e": 70, "f": null},
        ])
    );
    let answer = world
        .ask("mutation { update_item_by_pk(pk_columns: {a: 2}, _inc: {c: 5}) { c d } }")
        .await;
    assert_eq!(answer["update_item_by_pk"], json!({"c": 7, "d": 14}));
    // They are not offered.
    for mutation in [
        "insert_item_one(object: {a: 5, c: 1}) { a }",
        "insert_item_one(object: {d: 5, c: 1}) { a }",
        "update_item(where: {}, _set: {a: 5}) { affected_rows }",
        "update_item(where: {}, _set: {d: 5}) { affected_rows }",
    ] {
        let query = format!("mutation {{ {mutation} }}");
        let error = world.ask_as(&Session::admin(), &query).await.unwrap_err();
        assert!(
            error.message().contains("not found in type"),
            "{mutation}: {error}"
        );
    }
}

#[tokio::test]
async fn views_are_written_through() {
    let world = world().await;
    world
        .sql("create table item (id int primary key, n int not null default 3, hidden text default 'h');
              create view small as select id, n from item where n < 10 with check option;
              create view joined as select a.id, b.n from item a join item b using (id);
              create function put() returns trigger language plpgsql as $$ begin
                  insert into item values (new.id, new.n); return new; end $$;
              create trigger put instead of insert on joined for each row execute function put();
              create view counted as select count(*) as n from item")
        .await;
    for view in ["small", "joined", "counted"] {
        world.done("pg_track_table", json!({"table": view})).await;
    }
    let answer = world
        .ask("mutation {
            insert_small(objects: [{id: 1}, {id: 2, n: 5}]) { affected_rows returning { id n } }
            update_small(where: {id: {_eq: 1}}, _inc: {n: 1}) { returning { n } }
            insert_joined(objects: [{id: 3, n: 1}, {id: 4, n: 2}]) { affected_rows returning { id n } }
            delete_small(where: {n: {_eq: 5}}) { returning { id } } }")
        .await;
    assert_eq!(
        answer,
        json!({
            "insert_small": {"affected_rows": 2, "returning": [{"id": 1, "n": 3}, {"id": 2, "n": 5}]},
            "update_small": {"returning": [{"n": 4}]},
            "insert_joined": {"affected_rows": 2, "returning": [{"id": 3, "n": 1}, {"id": 4, "n": 2}]},
            "delete_small": {"returning": [{"id": 2}]},
        })
    );
    let error = world
        .ask_as(
            &Session::admin(),
            "mutation { insert_small_one(object: {id: 9, n: 99}) { id } }",
        )
        .await
        .unwrap_err();
    // Class 44 is none of those that are told to everybody.
    let internal = error.internal().unwrap();
    assert_eq!(internal["error"]["status_code"], "44000", "{error}");
    let none = world.ask("{ small(where: {id: {_eq: 9}}) { id } }").await;
    assert_eq!(none["small"], json!([]));
    let error = world
        .ask_as(
            &Session::admin(),
            "mutation { insert_counted(objects: []) { affected_rows } }",
        )
        .await
        .unwrap_err();
    assert!(error.message().contains("not found in type"), "{error}");
}
