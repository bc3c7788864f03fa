//! What PostgreSQL makes of the statements: where a hash join was measured to be right, the plan has no
//! loop over the related table.
//!
//! The tables are large enough (and analysed) for the planner to have no doubt, and no timing
//! decides: only the shape of the plan.

use crate::support::*;
use serde_json::{Value, json};

/// 400 artists, 2,000 albums, 20,000 tracks, 20 genres.
const MUSIC: &str = "
    create table genre (id int primary key, name text not null);
    create table artist (id int primary key, name text not null);
    create table album (id int primary key, title text not null, artist_id int not null references artist);
    create table track (id int primary key, name text not null, ms int not null,
                        album_id int references album, genre_id int references genre);
    insert into genre select n, 'g' || n from generate_series(1, 20) n;
    insert into artist select n, 'a' || n from generate_series(1, 400) n;
    insert into album select n, 't' || n, n % 400 + 1 from generate_series(1, 2000) n;
    insert into track select n, 'n' || n, n % 1000, n % 2000 + 1, n % 20 + 1 from generate_series(1, 20000) n;
    create index on album (artist_id);
    create index on track (album_id);
    create index on track (genre_id);
    analyze genre, artist, album, track;";

async fn music() -> World {
    let world = world().await;
    world.sql(MUSIC).await;
    for table in ["genre", "artist", "album", "track"] {
        world.done("pg_track_table", json!({"table": table})).await;
    }
    for (kind, table, name, using) in [
        (
            "array",
            "artist",
            "albums",
            json!({"table": "album", "column": "artist_id"}),
        ),
        (
            "array",
            "album",
            "tracks",
            json!({"table": "track", "column": "album_id"}),
        ),
        ("object", "album", "artist", json!("artist_id")),
        ("object", "track", "album", json!("album_id")),
        ("object", "track", "genre", json!("genre_id")),
    ] {
        world
            .done(
                &format!("pg_create_{kind}_relationship"),
                json!({"table": table, "name": name, "using": {"foreign_key_constraint_on": using}}),
            )
            .await;
    }
    world
        .done(
            "pg_create_select_permission",
            json!({"table": "track", "role": "user", "permission": {
                "columns": "*", "filter": {"album": {"artist": {"id": {"_eq": "X-Hasura-User-Id"}}}}}}),
        )
        .await;
    world
        .done(
            "pg_create_select_permission",
            json!({"table": "album", "role": "user", "permission": {
                "columns": "*", "filter": {"artist": {"id": {"_eq": "X-Hasura-User-Id"}}}}}),
        )
        .await;
    world
}

/// The plan as PostgreSQL prints it.
async fn plan(world: &World, user: Value, query: &str) -> String {
    let body = json!({"query": {"query": query}, "user": user});
    let answer = world.engine.explain(body).await.unwrap();
    let answer: Value = serde_json::from_slice(&answer).unwrap();
    let lines = answer[0]["plan"].as_array().unwrap();
    let lines: Vec<&str> = lines.iter().map(|line| line.as_str().unwrap()).collect();
    lines.join("\n")
}

fn admin() -> Value {
    json!({"x-hasura-role": "admin"})
}

/// How many nodes of a plan read a table.
fn reads(plan: &str, table: &str) -> usize {
    let scan = |line: &&str| line.contains(" Scan") && line.contains(&format!(" on {table} "));
    plan.lines().filter(scan).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn children_of_whole_tables_are_read_once() {
    let world = music().await;
    let plan = plan(
        &world,
        admin(),
        "{ artist { name albums { title tracks { name ms } } } }",
    )
    .await;
    assert!(plan.contains("Hash"), "{plan}");
    assert!(!plan.contains("Nested Loop"), "{plan}");
    // What is looked up for each of many rows has a condition on its index.
    assert!(!plan.contains("Index Cond"), "{plan}");
    for table in ["album", "track"] {
        assert_eq!(reads(&plan, table), 1, "{plan}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn children_of_one_parent_are_found_by_index() {
    let world = music().await;
    let plan = plan(
        &world,
        admin(),
        "{ artist(where: {id: {_eq: 7}}) { name albums { title tracks { name } } } }",
    )
    .await;
    for table in ["album", "track"] {
        assert!(!plan.contains(&format!("Seq Scan on {table}")), "{plan}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn parents_of_many_rows_are_hash_joined() {
    let world = music().await;
    let plan = plan(
        &world,
        admin(),
        "{ track { name album { title artist { name } } genre { name } } }",
    )
    .await;
    assert!(plan.contains("Hash"), "{plan}");
    assert!(!plan.contains("Nested Loop"), "{plan}");
    assert!(!plan.contains("SubPlan"), "{plan}");
}

#[tokio::test(flavor = "multi_thread")]
async fn conditions_on_parents_are_hash_joined() {
    let world = music().await;
    let plan = plan(
        &world,
        admin(),
        r#"{ track(where: {album: {title: {_like: "%9"}}}) { name } }"#,
    )
    .await;
    assert!(plan.contains("Hash"), "{plan}");
    assert!(!plan.contains("Nested Loop"), "{plan}");
}

#[tokio::test(flavor = "multi_thread")]
async fn small_parents_of_slices_are_read_once_for_all() {
    let world = music().await;
    let plan = plan(
        &world,
        admin(),
        "{ album(limit: 20, order_by: {id: asc}) { title
             tracks(limit: 5, order_by: {id: asc}) { name genre { name } } } }",
    )
    .await;
    let genre = plan
        .lines()
        .position(|line| line.contains(" on genre "))
        .unwrap();
    let above: Vec<&str> = plan.lines().take(genre).collect();
    assert!(above.last().unwrap().contains("Hash"), "{plan}");
    assert_eq!(
        plan.matches("Sort").count(),
        plan.matches("Sort Key").count() * 2,
        "{plan}"
    );
    assert_eq!(plan.matches("Sort Key").count(), 1, "{plan}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_parent_satisfies_is_not_asked_again() {
    let world = music().await;
    let user = json!({"x-hasura-role": "user", "x-hasura-user-id": "7"});
    let plan = plan(&world, user, "{ track(limit: 3) { name album { title } } }").await;
    assert_eq!(reads(&plan, "artist"), 1, "{plan}");
}
