//! Values of special types, in and out.

use crate::harness::*;
use howdah_ir::params::ValueType;
use howdah_ir::predicate::*;
use howdah_ir::query::*;
use serde_json::{Value, json};

async fn ids(f: &Fixture, filter: Predicate) -> Vec<i64> {
    let mut rows = list(f.admin("thing"), f.fields("thing", &["id"]));
    rows.filter = filter;
    rows.order = vec![asc(f.col("thing", "id"))];
    f.answer(&rows)
        .await
        .as_array()
        .unwrap()
        .iter()
        .map(|r| r["id"].as_i64().unwrap())
        .collect()
}

async fn first(f: &Fixture, fields: Vec<Field>) -> Value {
    let mut rows = object(f.admin("thing"), fields);
    rows.order = vec![asc(f.col("thing", "id"))];
    f.answer(&rows).await
}

fn at(f: &Fixture, column: &str, path: &[&str]) -> Field {
    Field {
        key: "at".into(),
        value: FieldValue::Column {
            column: f.col("thing", column),
            path: Some(path.iter().map(|p| (*p).into()).collect()),
        },
    }
}

#[tokio::test]
async fn big_numbers_as_numbers_and_as_strings() {
    let mut f = fixture(
        "create domain price as numeric;
         create table thing (id int, b bigint, n numeric, d double precision, m price, r real, bs bigint[], ns numeric[]);
         insert into thing values (1, 9007199254740993, 1.10, 'NaN', 2.50, 0.5, '{1,NULL,3}', '{{1.0,2.00}}')",
    )
    .await;
    let fields = || f.fields("thing", &["b", "n", "d", "m", "r", "bs", "ns"]);
    let rows = object(f.admin("thing"), fields());
    assert_eq!(
        f.answer_text(&rows).await.unwrap(),
        r#"{"b":9007199254740993,"n":1.10,"d":"NaN","m":2.50,"r":0.5,"bs":[1,null,3],"ns":[[1.0,2.00]]}"#
    );
    f.options.stringify_numbers = true;
    assert_eq!(
        f.answer_text(&rows).await.unwrap(),
        r#"{"b":"9007199254740993","n":"1.10","d":"NaN","m":"2.50","r":0.5,"bs":["1",null,"3"],"ns":[["1.0","2.00"]]}"#
    );
}

#[tokio::test]
async fn jsonb_paths_and_operators() {
    let mut f = fixture(
        r#"create table thing (id int, j json, b jsonb);
           insert into thing values (1, '{"z": 1, "a": [{"it''s": 2}]}', '{"a": {"b\\": [10, 20]}, "k": "v"}'), (2, null, '["k"]');"#,
    )
    .await;
    assert_eq!(
        first(&f, vec![at(&f, "b", &["a", "b\\", "1"])]).await,
        json!({"at": 20})
    );
    assert_eq!(
        first(&f, vec![at(&f, "j", &["a", "0", "it's"])]).await,
        json!({"at": 2})
    );
    assert_eq!(
        first(&f, vec![at(&f, "b", &["no"])]).await,
        json!({"at": null})
    );
    let text = f.ty("text");
    let col = f.col("thing", "b");
    let keys = Operand::Param(f.param_of(ValueType::ArrayOf(text), Some("{k,a}")));
    let key = f.value("text", "k");
    let part = f.value("jsonb", r#"{"k":"v"}"#);
    let whole = f.value("jsonb", r#"["k","l"]"#);
    let like = f.value("text", "%V%");
    for (operator, operand, expected) in [
        (Operator::HasKey, key, vec![1, 2]),
        (Operator::HasKeysAny, keys.clone(), vec![1, 2]),
        (Operator::HasKeysAll, keys, vec![1]),
        (Operator::Contains, part, vec![1]),
        (Operator::ContainedIn, whole, vec![2]),
    ] {
        let filter = Predicate::Column(col.clone(), Comparison::Binary(operator, operand));
        assert_eq!(ids(&f, filter).await, expected, "{operator:?}");
    }
    let cast = Comparison::Cast(
        text,
        vec![Comparison::Binary(Operator::InsensitiveLike, like)],
    );
    assert_eq!(ids(&f, Predicate::Column(col, cast)).await, [1]);
}

#[tokio::test]
async fn arrays_enums_and_other_texts() {
    let mut f = fixture(
        "create extension citext; create extension hstore;
         create type mood as enum ('sad', 'ok');
         create table thing (id int, tags text[], grid int[], mood mood, moods mood[], c citext, h hstore, bytes bytea,
                             at timestamptz, u uuid, span interval, r int4range);
         insert into thing values (1, '{a,\"b,c\",NULL}', '{{1,2},{3,4}}', 'ok', '{sad,ok}', 'Abc', 'k=>v', '\\x00ff',
                             '2024-01-02T03:04:05Z', '00000000-0000-0000-0000-000000000001', '1 day', '[1,3)');
         insert into thing (id, tags) values (2, '{}');",
    )
    .await;
    let mut fields = f.fields(
        "thing",
        &[
            "tags", "grid", "mood", "moods", "c", "h", "bytes", "u", "span", "r",
        ],
    );
    fields.push(f.field("thing", "at"));
    let mut answer = first(&f, fields).await;
    answer.as_object_mut().unwrap().remove("at");
    assert_eq!(
        answer,
        json!({
            "tags": ["a", "b,c", null], "grid": [[1, 2], [3, 4]], "mood": "ok", "moods": ["sad", "ok"], "c": "Abc",
            "h": {"k": "v"}, "bytes": "\\x00ff", "u": "00000000-0000-0000-0000-000000000001", "span": "1 day", "r": "[1,3)",
        })
    );
    let tags = f.value("_text", r#"{"b,c"}"#);
    let col = f.col("thing", "tags");
    let contains = Predicate::Column(col, Comparison::Binary(Operator::Contains, tags));
    assert_eq!(ids(&f, contains).await, [1]);
    let (citext, mood) = (f.value("citext", "aBC"), f.ty("mood"));
    let equal = Predicate::Column(
        f.col("thing", "c"),
        Comparison::Binary(Operator::Equal, citext),
    );
    assert_eq!(ids(&f, equal).await, [1]);
    let moods = Operand::Param(f.param_of(ValueType::ArrayOf(mood), Some("{ok}")));
    let among = Predicate::Column(
        f.col("thing", "mood"),
        Comparison::Binary(Operator::In, moods),
    );
    assert_eq!(ids(&f, among).await, [1]);
    // Membership among arrays.
    let (int_array, one) = (f.ty("_int4"), f.value("_int4", "{{1,2},{3,4}}"));
    let list = Operand::List(int_array, vec![one]);
    let among = |operator| {
        Predicate::Column(
            f.col("thing", "grid"),
            Comparison::Binary(operator, list.clone()),
        )
    };
    assert_eq!(ids(&f, among(Operator::In)).await, [1]);
    let none: [i64; 0] = [];
    assert_eq!(ids(&f, among(Operator::NotIn)).await, none);
}

#[tokio::test]
async fn ltree_operators() {
    let mut f = fixture(
        "create extension ltree;
         create table thing (id int, path ltree);
         insert into thing values (1, 'a'), (2, 'a.b'), (3, 'a.b.c'), (4, 'x')",
    )
    .await;
    let col = f.col("thing", "path");
    let (ltree, lquery) = (f.ty("ltree"), f.ty("lquery"));
    let node = f.value("ltree", "a.b");
    let nodes = Operand::Param(f.param_of(ValueType::ArrayOf(ltree), Some("{a.b,x}")));
    let query = f.value("lquery", "*.b");
    let queries = Operand::Param(f.param_of(ValueType::ArrayOf(lquery), Some("{*.c,x}")));
    let fulltext = f.value("ltxtquery", "b & c");
    for (operator, operand, expected) in [
        (Operator::Ancestor, node.clone(), vec![1, 2]),
        (Operator::AncestorAny, nodes.clone(), vec![1, 2, 4]),
        (Operator::Descendant, node, vec![2, 3]),
        (Operator::DescendantAny, nodes, vec![2, 3, 4]),
        (Operator::Matches, query, vec![2]),
        (Operator::MatchesAny, queries, vec![3, 4]),
        (Operator::MatchesFulltext, fulltext, vec![3]),
    ] {
        let filter = Predicate::Column(col.clone(), Comparison::Binary(operator, operand));
        assert_eq!(ids(&f, filter).await, expected, "{operator:?}");
    }
    assert_eq!(
        first(&f, f.fields("thing", &["path"])).await,
        json!({"path": "a"})
    );
}

/// PostGIS lives in a schema that is not on the search path.
#[tokio::test]
async fn geometry_geography_and_raster() {
    let mut f = fixture(
        "create schema gis; create extension postgis schema gis;
         set search_path to public, gis; create extension postgis_raster schema gis;
         create table thing (id int, g geometry, p geography, r raster);
         insert into thing values
            (1, st_setsrid(st_point(1, 2), 4326), st_point(1, 2)::geography, st_addband(st_makeemptyraster(4, 4, 0, 4, 1, -1, 0, 0, 4326), '8BUI'::text, 1, 0)),
            (2, st_setsrid(st_point(50, 50), 4326), null, null);",
    )
    .await;
    let geo = r#"{"type":"Polygon","coordinates":[[[0,0],[3,0],[3,3],[0,3],[0,0]]]}"#;
    let shape = f.value("geometry", geo);
    let on_earth = f.value("geography", geo);
    let (g, p, r) = (
        f.col("thing", "g"),
        f.col("thing", "p"),
        f.col("thing", "r"),
    );
    let of =
        |column: &howdah_ir::ColumnUse, comparison| Predicate::Column(column.clone(), comparison);
    let answer = first(&f, f.fields("thing", &["g", "p"])).await;
    assert_eq!(answer["g"]["coordinates"], json!([1, 2]));
    assert_eq!(answer["g"]["type"], "Point");
    assert_eq!(answer["p"]["coordinates"], json!([1, 2]));
    for (operator, expected) in [
        (Operator::StWithin, vec![1]),
        (Operator::StIntersects, vec![1]),
        (Operator::St3dIntersects, vec![1]),
        (Operator::StContains, vec![]),
        (Operator::StCrosses, vec![]),
        (Operator::StEquals, vec![]),
        (Operator::StOverlaps, vec![]),
        (Operator::StTouches, vec![]),
    ] {
        let filter = of(&g, Comparison::Binary(operator, shape.clone()));
        assert_eq!(ids(&f, filter).await, expected, "{operator:?}");
    }
    let near = |three_d, distance, from, use_spheroid| Comparison::Near {
        three_d,
        distance,
        from,
        use_spheroid,
    };
    let one = f.value("float8", "1");
    let yes = f.value("bool", "true");
    for three_d in [false, true] {
        let filter = of(&g, near(three_d, one.clone(), shape.clone(), None));
        assert_eq!(ids(&f, filter).await, [1]);
    }
    assert_eq!(
        ids(&f, of(&p, near(false, one, on_earth.clone(), Some(yes)))).await,
        [1]
    );
    // Casts both ways, and a list of shapes.
    let cast = |ty: &str, operand: &Operand| {
        Comparison::Cast(
            f.ty(ty),
            vec![Comparison::Binary(Operator::StIntersects, operand.clone())],
        )
    };
    assert_eq!(ids(&f, of(&g, cast("geography", &on_earth))).await, [1]);
    assert_eq!(ids(&f, of(&p, cast("geometry", &shape))).await, [1]);
    let geometry = f.ty("geometry");
    let point = r#"{"type":"Point","coordinates":[1,2]}"#;
    let text = howdah_ir::values::array_literal([Some(point)]);
    let list = Operand::Param(f.param_of(ValueType::ArrayOf(geometry), Some(&text)));
    // The operator `=` of geometry is found by the search path only.
    f.client
        .batch_execute("set search_path to public, gis")
        .await
        .unwrap();
    assert_eq!(
        ids(&f, of(&g, Comparison::Binary(Operator::In, list))).await,
        [1]
    );

    let band = f.value("int4", "1");
    let raster = |band_first, band: Option<&Operand>| Comparison::RasterGeometry {
        band_first,
        band: band.cloned(),
        geometry: shape.clone(),
    };
    assert_eq!(ids(&f, of(&r, raster(true, Some(&band)))).await, [1]);
    assert_eq!(ids(&f, of(&r, raster(false, Some(&band)))).await, [1]);
    assert_eq!(ids(&f, of(&r, raster(false, None))).await, [1]);
    let hex = first(&f, f.fields("thing", &["r"])).await["r"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(hex.bytes().all(|b| b.is_ascii_hexdigit()), "{hex}");
    let same = f.value("raster", &hex);
    let filter = of(&r, Comparison::Binary(Operator::StIntersectsRaster, same));
    assert_eq!(ids(&f, filter).await, [1]);
}

#[tokio::test]
async fn numbers_of_hundreds_of_digits_come_back_whole() {
    let digits = "1234567890".repeat(40);
    let mut f = fixture(&format!(
        "create table thing (id int, n numeric); insert into thing values (1, {digits}.10)"
    ))
    .await;
    let rows = object(f.admin("thing"), f.fields("thing", &["n"]));
    assert_eq!(
        f.answer_text(&rows).await.unwrap(),
        format!("{{\"n\":{digits}.10}}")
    );
    let filter = Predicate::Column(
        f.col("thing", "n"),
        Comparison::Binary(Operator::Equal, f.value("numeric", &format!("{digits}.1"))),
    );
    assert_eq!(ids(&f, filter).await, [1]);
}
