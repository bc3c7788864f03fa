//! The JSON written from plain rows is, value for value, the very bytes that PostgreSQL writes:
//! random values of all types, in sessions of all settings that matter.
#![allow(clippy::unwrap_used, clippy::panic)]

use howdah_ir::catalog::Catalog;
use howdah_ir::params::Params;
use howdah_ir::permit::{ColumnUse, Roles};
use howdah_ir::predicate::Predicate;
use howdah_ir::query::*;
use howdah_ir::{ColumnId, Session};
use howdah_postgres::introspection::introspect;
use howdah_postgres::translate::{self, AnswerForm, Context, Options, Statement};
use howdah_postgres::{Expected, Pool, Read, SourceSettings};
use howdah_test_postgres::{TestDatabase, database};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::value::RawValue;

/// Random values of each type, beside those that are written down.
const SAMPLES: usize = 1500;

/// A column: its type, values that matter, and how others are made.
type Column = (
    &'static str,
    &'static [&'static str],
    fn(&mut StdRng) -> String,
);

const COLUMNS: &[Column] = &[
    ("bool", &["true", "false"], |r| {
        r.random::<bool>().to_string()
    }),
    ("int2", &["-32768", "32767", "0"], |r| {
        r.random::<i16>().to_string()
    }),
    ("int4", &["-2147483648", "2147483647", "-1"], |r| {
        (r.random::<i32>() >> r.random_range(0..31)).to_string()
    }),
    (
        "int8",
        &[
            "-9223372036854775808",
            "9223372036854775807",
            "9007199254740993",
        ],
        |r| (r.random::<i64>() >> r.random_range(0..63)).to_string(),
    ),
    ("float4", FLOATS, float4),
    ("float8", FLOATS, float8),
    ("numeric", NUMERICS, numeric),
    ("numeric(12,2)", &["0", "-0.01", "9999999999.99"], |r| {
        format!("{:.2}", r.random_range(-1e9..1e9))
    }),
    ("text", TEXTS, string),
    ("varchar(200)", TEXTS, string),
    ("char(70)", &["", "a", "\"\\"], |r| {
        string(r).chars().take(60).collect()
    }),
    ("name", &["", "a b", "q\"q"], |r| {
        string(r).chars().take(12).collect()
    }),
    ("uuid", &["00000000-0000-0000-0000-000000000000"], |r| {
        format!("{:032x}", r.random::<u128>())
    }),
    (
        "date",
        &[
            "infinity",
            "-infinity",
            "4713-01-01 BC",
            "5874897-12-31",
            "0001-12-31 BC",
            "2000-02-29",
        ],
        |r| date(r, 5_874_897),
    ),
    ("time", &["24:00:00", "00:00:00", "23:59:59.999999"], time),
    (
        "timetz",
        &["24:00:00+00", "00:00:00-15:59:59", "12:00:00.5+05:30"],
        |r| format!("{}{}", time(r), zone(r)),
    ),
    ("timestamp", MOMENTS, |r| moment(r, "")),
    ("timestamptz", MOMENTS, |r| moment(r, "Z")),
    (
        "json",
        &["null", "{\"b\" :1,  \"a\":[1.10, \"x\\u0000\"]}", "\"\\n\""],
        json,
    ),
    (
        "jsonb",
        &["null", "{\"b\":1, \"a\":[1.10, 1e400]}", "\"é\""],
        json,
    ),
    // From here on types without a writer.
    ("bytea", &["", "\\x00ff"], |r| {
        format!("\\x{:08x}", r.random::<u32>())
    }),
    ("interval", &["1 year 2 mons -3 days 04:05:06.7"], |r| {
        format!("{} days {} s", r.random::<i16>(), r.random_range(-9e5..9e5))
    }),
    ("money", &["12.34"], |r| {
        format!("{:.2}", r.random_range(-1e6..1e6))
    }),
    ("\"char\"", &["a", ""], |_| "x".into()),
    ("oid", &["4294967295"], |r| r.random::<u32>().to_string()),
    ("bit(5)", &["10101"], |r| {
        format!("{:05b}", r.random_range(0..32))
    }),
    ("inet", &["::1", "10.0.0.0/8"], |r| {
        std::net::Ipv4Addr::from(r.random::<u32>()).to_string()
    }),
    ("int4range", &["empty", "[1,3)"], |r| {
        format!("[{},)", r.random::<i32>())
    }),
    ("int4[]", &["{}", "{1,NULL,3}", "[0:1]={1,2}"], |r| {
        format!("{{{}}}", r.random::<i32>())
    }),
    ("float8[]", &["{NaN,1e300}"], |r| {
        format!("{{{}}}", float8(r))
    }),
    ("timestamptz[]", &["{infinity}"], |r| {
        format!("{{{}}}", moment(r, "Z"))
    }),
    ("xml", &["<a>\"</a>"], |_| "<b/>".into()),
    ("point", &["(1,2.5)"], |r| {
        format!("({},1)", r.random_range(-1e3..1e3))
    }),
    ("mood", &["ok", "so \"so\""], |_| "ok".into()),
    ("whole", &["7"], |r| r.random::<i32>().to_string()),
    ("moment", &["infinity"], |r| moment(r, "Z")),
    ("pair", &["(1,\"a\"\"b\")"], |r| {
        format!("({},x)", r.random::<i32>())
    }),
    ("citext", &["Ab\"c"], string),
    ("odd", &["o"], |_| "o".into()),
];

const FLOATS: &[&str] = &[
    "NaN",
    "Infinity",
    "-Infinity",
    "0",
    "-0",
    "1",
    "-1.5",
    "1e15",
    "1e-5",
    "123456",
    "1234567",
    "1e37",
    "0.1",
    "0.0001",
    "999999.5",
    "16777216",
    "100000",
    "1.17549435e-38",
];
const NUMERICS: &[&str] = &[
    "NaN",
    "Infinity",
    "-Infinity",
    "0",
    "0.000",
    "-0.10",
    "10000",
    "100000000.00010000",
    "1e-40",
    "1e130",
    "0.00000001",
    "-12345678901234567890.12345678901234567890",
];
const TEXTS: &[&str] = &[
    "",
    "plain",
    "\"quoted\" and \\",
    "\u{1}\u{8}\t\n\u{c}\r\u{1f}\u{7f}",
    "zażółć 漢字 😀",
    "</script>",
    "'",
];
const MOMENTS: &[&str] = &[
    "infinity",
    "-infinity",
    "4713-01-01 00:00:00 BC",
    "294276-12-31 23:59:59.999999",
    "0001-01-01 00:00:00",
    "0001-12-31 23:59:59.5 BC",
    "1883-11-18 12:03:57",
    "1937-06-30 22:40:28",
    "2024-03-31 01:00:00",
    "10000-01-01 00:00:00",
];

fn float8(r: &mut StdRng) -> String {
    match r.random_range(0..4) {
        // Half-way between two floats and short besides.
        0 => {
            let base = (r.random_range(1_u64 << 53..1 << 62) / 10 * 10) as f64;
            let step = r.random_range(-1_i64..=1);
            format!(
                "{:e}",
                f64::from_bits(base.to_bits().wrapping_add_signed(step))
            )
        }
        1 => format!(
            "{}e{}",
            r.random_range(-99999..99999),
            r.random_range(-30..30)
        ),
        2 => format!(
            "{:e}",
            f64::from_bits(r.random::<u64>() & 0x7ff0_0000_0000_0000).min(f64::MAX)
        ),
        _ => {
            let value = f64::from_bits(r.random());
            if value.is_finite() {
                format!("{value:e}")
            } else {
                "1e-300".into()
            }
        }
    }
}

fn float4(r: &mut StdRng) -> String {
    match r.random_range(0..3) {
        0 => {
            let base = (r.random_range(1_u64 << 24..1 << 33) / 10 * 10) as f32;
            let step = r.random_range(-1_i32..=1);
            format!(
                "{:e}",
                f32::from_bits(base.to_bits().wrapping_add_signed(step))
            )
        }
        1 => format!(
            "{:e}",
            f32::from_bits(r.random::<u32>() & 0x7f80_0000).min(f32::MAX)
        ),
        _ => {
            let value = f32::from_bits(r.random());
            if value.is_finite() {
                format!("{value:e}")
            } else {
                "1e-30".into()
            }
        }
    }
}

fn numeric(r: &mut StdRng) -> String {
    let digits = |r: &mut StdRng, most: usize| -> String {
        let zeros = r.random_range(0..4) == 0;
        (0..r.random_range(0..most))
            .map(|_| {
                if zeros {
                    '0'
                } else {
                    r.random_range(b'0'..=b'9') as char
                }
            })
            .collect()
    };
    let sign = if r.random() { "-" } else { "" };
    format!(
        "{sign}{}0.{}1{}",
        digits(r, 40),
        digits(r, 30),
        digits(r, 9)
    )
}

fn string(r: &mut StdRng) -> String {
    const SPECIAL: &[u8] = b"\"\\\n\t/\x01\x7f";
    (0..r.random_range(0..60))
        .map(|_| match r.random_range(0..12) {
            0 => SPECIAL[r.random_range(0..SPECIAL.len())] as char,
            1 => char::from_u32(r.random_range(1..0x2fff)).unwrap(),
            _ => r.random_range(b' '..=b'~') as char,
        })
        .collect()
}

fn date(r: &mut StdRng, last: i32) -> String {
    let (day, month) = (r.random_range(1..=28), r.random_range(1..=12));
    match r.random_range(0..4) {
        0 => format!("{:04}-{month:02}-{day:02} BC", r.random_range(1..4700)),
        1 => format!("{}-{month:02}-{day:02}", r.random_range(10_000..last)),
        2 => format!("{:04}-{month:02}-{day:02}", r.random_range(1..3000)),
        _ => format!("{}-{month:02}-{day:02}", r.random_range(1900..2100)),
    }
}

fn time(r: &mut StdRng) -> String {
    let (h, m, s) = (
        r.random_range(0..24),
        r.random_range(0..60),
        r.random_range(0..60),
    );
    match r.random() {
        true => format!("{h:02}:{m:02}:{s:02}"),
        false => format!("{h:02}:{m:02}:{s:02}.{}", r.random_range(0..1_000_000)),
    }
}

fn zone(r: &mut StdRng) -> String {
    let sign = if r.random() { '-' } else { '+' };
    match r.random_range(0..3) {
        0 => format!("{sign}{:02}", r.random_range(0..15)),
        1 => format!(
            "{sign}{:02}:{:02}",
            r.random_range(0..15),
            r.random_range(0..60)
        ),
        _ => format!(
            "{sign}{:02}:00:{:02}",
            r.random_range(0..15),
            r.random_range(0..60)
        ),
    }
}

fn moment(r: &mut StdRng, zone: &str) -> String {
    let date = date(r, 294_270);
    match date.strip_suffix(" BC") {
        Some(date) => format!("{date} {}{zone} BC", time(r)),
        None => format!("{date} {}{zone}", time(r)),
    }
}

fn json(r: &mut StdRng) -> String {
    let text = serde_json::Value::from(string(r)).to_string();
    format!(
        "{{\"k\" : {text}, \"n\":{}, \"l\": [ {} ]}}",
        r.random::<i32>(),
        r.random::<bool>()
    )
}

async fn samples(seed: u64) -> (TestDatabase, Catalog) {
    let database = database().await;
    database
        .run(
            "create extension citext; \
             create type mood as enum ('ok', 'so \"so\"'); \
             create domain whole as int4; create domain moment as timestamptz; \
             create type pair as (n int4, t text); \
             create type odd as enum ('o'); \
             create function odd_json(odd) returns json language sql as $$ select '{\"odd\" : 1}'::json $$; \
             create cast (odd as json) with function odd_json(odd)",
        )
        .await;
    let client = database.client().await;
    let columns: Vec<String> = COLUMNS
        .iter()
        .enumerate()
        .map(|(i, (ty, ..))| format!("c{i} {ty}"))
        .collect();
    client
        .batch_execute(&format!(
            "create table samples (id int primary key, {})",
            columns.join(", ")
        ))
        .await
        .unwrap();
    let mut random = StdRng::seed_from_u64(seed);
    let mut arguments: Vec<Vec<Option<String>>> = Vec::new();
    for (_, written, make) in COLUMNS {
        let mut values: Vec<_> = written.iter().map(|v| Some((*v).to_owned())).collect();
        values.push(None);
        while values.len() < SAMPLES {
            values.push((random.random_range(0..20) > 0).then(|| make(&mut random)));
        }
        arguments.push(values);
    }
    let numbers: Vec<String> = (0..COLUMNS.len())
        .map(|i| format!("${}::text[]", i + 1))
        .collect();
    let names: Vec<String> = (0..COLUMNS.len()).map(|i| format!("v{i}")).collect();
    let casts: Vec<String> = COLUMNS
        .iter()
        .enumerate()
        .map(|(i, (ty, ..))| format!("v{i}::{ty}"))
        .collect();
    let sql = format!(
        "insert into samples select id, {} from unnest({}) with ordinality as u({}, id)",
        casts.join(", "),
        numbers.join(", "),
        names.join(", ")
    );
    client.batch_execute("set timezone = 'UTC'").await.unwrap();
    let arguments: Vec<_> = arguments
        .iter()
        .map(|a| a as &(dyn tokio_postgres::types::ToSql + Sync))
        .collect();
    client.execute(&sql, &arguments).await.unwrap();
    let catalog = introspect(&client).await.unwrap();
    (database, catalog)
}

fn everything(catalog: &Catalog, hidden: bool) -> Rows {
    let table = catalog.table_named("public", "samples").unwrap();
    let column = |id: ColumnId| match hidden {
        false => ColumnUse::in_rule(id),
        true => {
            let mut roles = Roles::default();
            let rules = howdah_ir::permit::SelectRules {
                columns: [(id, Some(std::sync::Arc::new(where_flagged(catalog))))].into(),
                computed_fields: Default::default(),
                filter: std::sync::Arc::new(Predicate::TRUE),
                limit: None,
                aggregations: false,
                query_root_fields: None,
                subscription_root_fields: None,
            };
            roles.grant(&"user".into(), table).select = Some(std::sync::Arc::new(rules));
            roles
                .open_select("user", table)
                .unwrap()
                .column(id)
                .unwrap()
        }
    };
    let fields = catalog
        .table(table)
        .columns_with_ids()
        .map(|(id, found)| Field {
            key: found.name.clone(),
            value: FieldValue::Column {
                column: column(id),
                path: None,
            },
        })
        .collect();
    Rows {
        permit: Roles::default().open_select("admin", table).unwrap(),
        source: RowSource::Table,
        filter: Predicate::TRUE,
        distinct_on: Vec::new(),
        order: vec![OrderTerm {
            by: OrderBy::Column(ColumnUse::in_rule(ColumnId(0))),
            direction: Direction::AscNullsLast,
        }],
        limit: None,
        offset: None,
        output: Output::List(fields),
    }
}

/// Hides a value where the row's `bool` is null.
fn where_flagged(catalog: &Catalog) -> Predicate {
    use howdah_ir::predicate::Comparison;
    let table = catalog.table_named("public", "samples").unwrap();
    let flag = catalog.table(table).column_named("c0").unwrap();
    Predicate::Column(ColumnUse::in_rule(flag), Comparison::IsNull(false))
}

async fn run(pool: &Pool, statement: &Statement) -> Vec<Box<RawValue>> {
    let session = Session::admin().to_json().into();
    let params = statement.arguments(&Params::default(), &session, None);
    let read = Read {
        sql: &statement.sql,
        params: &params,
        form: &statement.form,
        pace: None,
    };
    let answer = pool.read(read, Expected::Read).await.unwrap();
    let bytes = answer.whole().await.unwrap().concat();
    serde_json::from_slice(&bytes).unwrap()
}

/// Both forms in a session with these settings.
async fn compare(
    database: &TestDatabase,
    catalog: &Catalog,
    rows: &Rows,
    options: Options,
    session: &[(&str, &str)],
) {
    let mut url = url::Url::parse(database.url()).unwrap();
    let settings: Vec<String> = session
        .iter()
        .map(|(name, value)| format!("-c {name}={value}"))
        .collect();
    if !settings.is_empty() {
        url.query_pairs_mut()
            .append_pair("options", &settings.join(" "));
    }
    let url = url.as_str().replace('+', "%20");
    for prepared in [false, true] {
        let mut source = SourceSettings::new(url.as_str());
        source.use_prepared_statements = prepared;
        let pool = Pool::new(source).unwrap();
        let params = Params::default();
        let context = Context {
            catalog,
            options: &options,
            params: &params,
        };
        let read = translate::read(&context, rows).unwrap();
        assert!(matches!(read.form, AnswerForm::Rows(_)));
        let made = run(&pool, &read).await;
        let expected = run(&pool, &translate::select(&context, rows).unwrap()).await;
        assert_eq!(made.len(), SAMPLES);
        for (made, expected) in made.iter().zip(&expected) {
            assert_eq!(made.get(), expected.get(), "{session:?}");
        }
    }
}

#[tokio::test]
async fn rows_become_the_bytes_that_postgresql_writes() {
    let seed = rand::random();
    println!("seed {seed}");
    let (database, catalog) = samples(seed).await;
    let rows = everything(&catalog, false);
    let plain = Options::default();
    let strings = Options {
        stringify_numbers: true,
        ..plain
    };
    let sessions: &[&[(&str, &str)]] = &[
        &[],
        &[("TimeZone", "UTC")],
        &[
            ("TimeZone", "America/New_York"),
            ("extra_float_digits", "0"),
        ],
        &[
            ("TimeZone", "Europe/Amsterdam"),
            ("extra_float_digits", "-2"),
            ("bytea_output", "escape"),
        ],
        &[
            ("TimeZone", "Asia/Kolkata"),
            ("extra_float_digits", "3"),
            ("IntervalStyle", "iso_8601"),
        ],
        &[("TimeZone", "Australia/Lord_Howe"), ("DateStyle", "German")],
    ];
    for session in sessions {
        compare(&database, &catalog, &rows, plain, session).await;
    }
    compare(&database, &catalog, &rows, strings, &[]).await;
}

#[tokio::test]
async fn values_hidden_from_a_role_are_null_in_both_forms() {
    let (database, catalog) = samples(rand::random()).await;
    let rows = everything(&catalog, true);
    compare(
        &database,
        &catalog,
        &rows,
        Options::default(),
        &[("TimeZone", "Asia/Tokyo")],
    )
    .await;
}
