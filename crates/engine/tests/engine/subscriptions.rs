//! Live queries and streams: who hears what and when, and who never does.

use crate::support::{World, library, options, user};
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, join_all};
use howdah_engine::{Engine, GraphqlRequest, LiveEvent, LiveOptions, Sink, SubscriptionHandle};
use howdah_error::Error;
use howdah_ir::Session;
use howdah_test_postgres::database;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// Hands events to a test.
struct Told(UnboundedSender<LiveEvent>);

impl Sink for Told {
    fn send(&self, event: LiveEvent) {
        let _ = self.0.send(event);
    }
}

/// A subscription and what it says.
pub struct Heard {
    events: UnboundedReceiver<LiveEvent>,
    _subscription: SubscriptionHandle,
}

impl Heard {
    async fn event(&mut self) -> LiveEvent {
        tokio::time::timeout(Duration::from_secs(20), self.events.recv())
            .await
            .expect("in time")
            .expect("not the end")
    }

    /// The next result.
    async fn data(&mut self) -> Value {
        match self.event().await {
            LiveEvent::Data(bytes) => {
                let mut body: Value = serde_json::from_slice(&bytes).unwrap();
                body["data"].take()
            }
            other => panic!("a result, not {other:?}"),
        }
    }

    async fn error(&mut self) -> Error {
        match self.event().await {
            LiveEvent::Error(error) => error,
            other => panic!("an error, not {other:?}"),
        }
    }

    /// The results that came so far.
    pub fn so_far(&mut self) -> Vec<Value> {
        let mut results = Vec::new();
        while let Ok(event) = self.events.try_recv() {
            let LiveEvent::Data(bytes) = event else {
                panic!("a result, not {event:?}")
            };
            let mut body: Value = serde_json::from_slice(&bytes).unwrap();
            results.push(body["data"].take());
        }
        results
    }

    fn is_silent(&mut self) -> bool {
        self.events.try_recv().is_err()
    }
}

async fn start(
    engine: &Arc<Engine>,
    session: &Session,
    query: &str,
    variables: Value,
) -> Result<Heard, Error> {
    let Value::Object(variables) = variables else {
        panic!("variables are an object")
    };
    let request = GraphqlRequest {
        query: query.to_owned(),
        variables,
        operation_name: None,
    };
    let (sender, events) = unbounded_channel();
    let session = Arc::new(session.clone());
    let subscription = engine
        .subscribe(request, session, |_| Arc::new(Told(sender)))
        .await?;
    Ok(Heard {
        events,
        _subscription: subscription,
    })
}

impl World {
    async fn subscribe(&self, query: &str) -> Heard {
        self.subscribe_as(&Session::admin(), query, json!({}))
            .await
            .unwrap_or_else(|error| panic!("{error:?}"))
    }

    pub fn subscribe_as<'a>(
        &'a self,
        session: &Session,
        query: &'a str,
        variables: Value,
    ) -> BoxFuture<'a, Result<Heard, Error>> {
        let session = session.clone();
        async move { start(&self.engine, &session, query, variables).await }.boxed()
    }

    /// Waits until every poller has polled anew since now.
    pub async fn polled(&self) {
        let before = self.engine.live_counts();
        let pollers = before.live_pollers + before.stream_pollers;
        // Two rounds of all of them: the first may have begun before now.
        while self.engine.live_counts().polls < before.polls + 2 * pollers + 1 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

/// A library whose subscriptions are polled for often.
pub async fn lively() -> World {
    let world = library().await;
    // A second engine on the same metadata, so that the interval can be another.
    let mut options = options(&world.database);
    options.live = LiveOptions {
        live_interval: Duration::from_millis(20),
        stream_interval: Duration::from_millis(20),
        ..LiveOptions::default()
    };
    let engine = Engine::start(options).await.unwrap();
    World {
        database: world.database,
        engine,
    }
}

async fn permitted(world: &World) {
    world
        .done(
            "pg_create_select_permission",
            json!({"table": "article", "role": "user", "permission": {
                "columns": ["id", "title"], "filter": {"author_id": "X-Hasura-User-Id"}}}),
        )
        .await;
}

#[tokio::test]
async fn a_live_query_says_what_it_finds_and_then_only_changes() {
    let world = lively().await;
    let mut heard = world
        .subscribe(
            "subscription { article(order_by: {id: asc}, limit: 1) { title author { name } } }",
        )
        .await;
    let of =
        |title: &str, name: &str| json!({"article": [{"title": title, "author": {"name": name}}]});
    assert_eq!(heard.data().await, of("One", "Ann"));
    world.polled().await;
    assert!(heard.is_silent(), "nothing changed");
    world
        .sql("update author set name = 'Anna' where id = 1")
        .await;
    assert_eq!(heard.data().await, of("One", "Anna"));
}

#[tokio::test]
async fn equal_values_share_a_cohort_and_one_statement_serves_all_values() {
    let world = lively().await;
    permitted(&world).await;
    let query = "subscription ($id: Int!) { article(where: {id: {_lte: $id}}, order_by: {id: asc}) { id } }";
    let literal = "subscription { article(where: {id: {_lte: 3}}, order_by: {id: asc}) { id } }";
    let mut all = Vec::new();
    for (author, most) in [(1, 2), (1, 2), (1, 1), (2, 3)] {
        let heard = world.subscribe_as(&user(author), query, json!({"id": most}));
        all.push((author, heard.await.unwrap()));
    }
    let heard = world.subscribe_as(&user(2), literal, json!({})).await;
    all.push((2, heard.unwrap()));
    let counts = world.engine.live_counts();
    assert_eq!(
        (counts.live_pollers, counts.cohorts, counts.subscribers),
        (1, 3, 5)
    );
    let ids = |ids: &[u32]| json!({"article": ids.iter().map(|id| json!({"id": id})).collect::<Vec<_>>()});
    let expected = [ids(&[1, 2]), ids(&[1, 2]), ids(&[1]), ids(&[3]), ids(&[3])];
    for ((_, heard), expected) in all.iter_mut().zip(&expected) {
        assert_eq!(heard.data().await, *expected);
    }
    world.sql("insert into article values (0, 'Zero', 2)").await;
    for (author, heard) in &mut all {
        match author {
            2 => assert_eq!(heard.data().await, ids(&[0, 3])),
            _ => assert!(heard.is_silent()),
        }
    }
    drop(all);
    // A poll that runs just then still holds its poller.
    let patience = Instant::now() + Duration::from_secs(30);
    loop {
        let counts = world.engine.live_counts();
        if (counts.live_pollers, counts.subscribers) == (0, 0) {
            break;
        }
        assert!(Instant::now() < patience, "{counts:?}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn response_keys_are_those_of_each_subscriber() {
    let world = lively().await;
    let mut first = world
        .subscribe("subscription { a: author_by_pk(id: 1) { name } }")
        .await;
    let mut second = world
        .subscribe("subscription { b: author_by_pk(id: 1) { name } }")
        .await;
    assert_eq!(first.data().await, json!({"a": {"name": "Ann"}}));
    assert_eq!(second.data().await, json!({"b": {"name": "Ann"}}));
}

#[tokio::test]
async fn several_root_fields_are_one_answer_when_asked_for() {
    let world = lively().await;
    let several = "subscription @_multiple_top_level_fields {
        one: author_by_pk(id: 1) { name } __typename
        all: article_aggregate(where: {author_id: {_eq: 1}}) { aggregate { count } } }";
    let mut heard = world.subscribe(several).await;
    let answer = heard.data().await.to_string();
    assert_eq!(
        answer,
        r#"{"one":{"name":"Ann"},"__typename":"subscription_root","all":{"aggregate":{"count":2}}}"#
    );
    for (query, text) in [
        (
            "subscription { author { id } article { id } }",
            "subscriptions must select one top level field",
        ),
        (
            "subscription @_multiple_top_level_fields {
               article_stream(batch_size: 1, cursor: {initial_value: {id: 0}}) { id } author { id } }",
            "streaming subscriptions must select one top level field",
        ),
        (
            "subscription { __typename }",
            "Introspection not supported over subscriptions",
        ),
    ] {
        let refused = world.subscribe_as(&Session::admin(), query, json!({})).await;
        assert_eq!(refused.err().unwrap().message(), text);
    }
}

#[tokio::test]
async fn a_bad_value_fails_its_own_subscription_only() {
    let world = lively().await;
    permitted(&world).await;
    let query = "subscription ($p: String!) { article(where: {title: {_regex: $p}}) { id } }";
    let mut good = world
        .subscribe_as(&user(1), query, json!({"p": "^One$"}))
        .await
        .unwrap();
    assert_eq!(good.data().await, json!({"article": [{"id": 1}]}));
    let bad = (0..5).map(|n| world.subscribe_as(&user(n), query, json!({"p": "("})));
    let fine = (0..5).map(|n| world.subscribe_as(&user(n), query, json!({"p": "x"})));
    let mixed: Vec<_> = bad.zip(fine).flat_map(|(a, b)| [a, b]).collect();
    for (n, outcome) in join_all(mixed).await.into_iter().enumerate() {
        match outcome {
            Err(error) if n % 2 == 0 => assert_eq!(error.code().as_str(), "data-exception"),
            Ok(mut heard) if n % 2 == 1 => {
                assert_eq!(heard.data().await, json!({"article": []}));
            }
            other => panic!("{:?}", other.map(|_| ())),
        }
    }
    let wrong = Session::new("user", [("x-hasura-user-id".to_owned(), "me".to_owned())]);
    let refused = world.subscribe_as(&wrong, query, json!({"p": "x"})).await;
    assert_eq!(refused.err().unwrap().code().as_str(), "data-exception");
    let missing = Session::new("user", []);
    let refused = world.subscribe_as(&missing, query, json!({"p": "x"})).await;
    assert_eq!(refused.err().unwrap().code().as_str(), "not-found");

    world.polled().await;
    assert!(good.is_silent());
    world.sql("delete from article").await;
    assert_eq!(good.data().await, json!({"article": []}));
}

#[tokio::test]
async fn a_value_that_becomes_bad_is_told_once_and_recovers() {
    let world = lively().await;
    world
        .sql(
            "create function share(a author) returns int language sql stable
              as 'select 100 / (select count(*)::int from article where author_id = a.id)'",
        )
        .await;
    world
        .done(
            "pg_add_computed_field",
            json!({"table": "author", "name": "share", "definition": {"function": "share"}}),
        )
        .await;
    let query = "subscription ($id: Int!) { author_by_pk(id: $id) { share } }";
    let mut all = Vec::new();
    for id in [1, 2] {
        let heard = world.subscribe_as(&Session::admin(), query, json!({"id": id}));
        all.push(heard.await.unwrap());
    }
    let of = |share: u32| json!({"author_by_pk": {"share": share}});
    assert_eq!(all[0].data().await, of(50));
    assert_eq!(all[1].data().await, of(100));
    world.sql("delete from article where author_id = 2").await;
    assert_eq!(all[1].error().await.message(), "division by zero");
    world.polled().await;
    assert!(all[1].is_silent() && all[0].is_silent());
    world
        .sql("insert into article values (7, 'x', 1), (8, 'y', 2)")
        .await;
    assert_eq!(all[0].data().await, of(33));
    assert_eq!(
        all[1].data().await,
        of(100),
        "as before, but after an error"
    );
}

#[tokio::test]
async fn values_of_every_form_travel_in_a_batch() {
    let world = lively().await;
    world
        .sql("create type mood as enum ('glad', 'sad');
              create table thing (id int primary key, tags text[], mood mood, info jsonb, at timestamptz, big bigint);
              insert into thing values (1, '{a,b}', 'glad', '{\"k\": [1]}', '2020-01-01', 9007199254740993),
                                       (2, '{}', null, null, null, null)")
        .await;
    world
        .done("pg_track_table", json!({"table": "thing"}))
        .await;
    let query = "subscription ($ids: [Int!]!, $tags: [String!], $mood: mood, $info: jsonb, $at: timestamptz, $big: bigint) {
        thing(where: {id: {_in: $ids}, tags: {_eq: $tags}, mood: {_eq: $mood}, info: {_contains: $info},
                      at: {_lte: $at}, big: {_eq: $big}}) { id big } }";
    let full = json!({"ids": [1, 2, 3], "tags": ["a", "b"], "mood": "glad", "info": {"k": []},
                      "at": "2020-01-01T00:00:00Z", "big": "9007199254740993"});
    let mut none = full.clone();
    none["ids"] = json!([]);
    let mut other = full.clone();
    other["tags"] = json!(["a,\"{}", "\\", ""]);
    let asked = [full, none, other]
        .map(|variables| world.subscribe_as(&Session::admin(), query, variables));
    let mut heard: Vec<Heard> = join_all(asked)
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect();
    assert_eq!(
        heard[0].data().await.to_string(),
        r#"{"thing":[{"id":1,"big":9007199254740993}]}"#
    );
    assert_eq!(heard[1].data().await, json!({"thing": []}));
    assert_eq!(heard[2].data().await, json!({"thing": []}));
    assert_eq!(world.engine.live_counts().live_pollers, 1);
}

#[tokio::test]
async fn very_many_values_are_packed() {
    let world = lively().await;
    let any: Vec<String> = (0..700)
        .map(|n| format!("{{id: {{_eq: {n}}}, title: {{_neq: \"no {n}\"}}}}"))
        .collect();
    let query = format!(
        "subscription {{ article(where: {{_or: [{}]}}, order_by: {{id: asc}}, limit: 2) {{ id }} }}",
        any.join(", ")
    );
    let mut heard = world.subscribe(&query).await;
    assert_eq!(
        heard.data().await,
        json!({"article": [{"id": 1}, {"id": 2}]})
    );
}

#[tokio::test]
async fn a_stream_sends_every_row_once_and_says_once_that_there_are_no_more() {
    let world = lively().await;
    let query = "subscription { article_stream(batch_size: 2, cursor: {initial_value: {id: 0}}) { id author { name } } }";
    let mut heard = world.subscribe(query).await;
    let row = |id: u32, name: &str| json!({"id": id, "author": {"name": name}});
    let rows = |rows: &[Value]| json!({"article_stream": rows});
    assert_eq!(heard.data().await, rows(&[row(1, "Ann"), row(2, "Ann")]));
    assert_eq!(heard.data().await, rows(&[row(3, "Bob")]));
    assert_eq!(heard.data().await, rows(&[]));
    world.polled().await;
    assert!(heard.is_silent());
    world.sql("insert into article values (9, 'Nine', 2)").await;
    assert_eq!(heard.data().await, rows(&[row(9, "Bob")]));
    assert_eq!(heard.data().await, rows(&[]));
}

#[tokio::test]
async fn ties_come_together_and_a_stream_runs_backwards_too() {
    let world = lively().await;
    world
        .sql(
            "create table event (id int primary key, at int);
              insert into event values (1, 10), (2, 10), (3, 20), (4, 20), (5, 20), (6, null)",
        )
        .await;
    world
        .done("pg_track_table", json!({"table": "event"}))
        .await;
    let ids = |ids: &[u32]| json!({"event_stream": ids.iter().map(|id| json!({"id": id})).collect::<Vec<_>>()});
    let sorted = |mut answer: Value| {
        let rows = answer["event_stream"].as_array_mut().unwrap();
        rows.sort_by_key(|row| row["id"].as_u64());
        answer
    };
    let mut forward = world
        .subscribe("subscription { event_stream(batch_size: 1, cursor: {initial_value: {at: 0}, ordering: ASC}) { id } }")
        .await;
    assert_eq!(sorted(forward.data().await), ids(&[1, 2]));
    assert_eq!(sorted(forward.data().await), ids(&[3, 4, 5]));
    let mut backward = world
        .subscribe("subscription { event_stream(batch_size: 1, cursor: {initial_value: {at: null}, ordering: DESC}) { id } }")
        .await;
    assert_eq!(sorted(backward.data().await), ids(&[3, 4, 5]));
    assert_eq!(sorted(backward.data().await), ids(&[1, 2]));
    assert_eq!(
        backward.data().await,
        ids(&[]),
        "NULL is no place to arrive at"
    );
}

#[tokio::test]
async fn who_joins_a_stream_later_begins_where_they_say() {
    let world = lively().await;
    let query = "subscription ($from: Int!) { article_stream(batch_size: 1, cursor: {initial_value: {id: $from}}) { id } }";
    let subscribe = |from: u32| world.subscribe_as(&Session::admin(), query, json!({"from": from}));
    let id = |id: u32| json!({"article_stream": [{"id": id}]});
    let mut early = subscribe(0).await.unwrap();
    for n in 1..=3 {
        assert_eq!(early.data().await, id(n));
    }
    let mut late = subscribe(0).await.unwrap();
    for n in 1..=3 {
        assert_eq!(late.data().await, id(n));
    }
    world.polled().await;
    let counts = world.engine.live_counts();
    assert_eq!(
        (counts.cohorts, counts.subscribers),
        (1, 2),
        "they have met"
    );
    world.sql("insert into article values (4, 'Four', 1)").await;
    let empty = json!({"article_stream": []});
    for heard in [&mut early, &mut late] {
        assert_eq!(heard.data().await, empty);
        assert_eq!(heard.data().await, id(4));
    }
}

#[tokio::test]
async fn a_cursor_column_that_is_hidden_hides_its_rows_from_a_stream() {
    let world = lively().await;
    for (role, columns, filter) in [
        ("ids", json!(["id"]), json!({})),
        ("titles", json!(["id", "title"]), json!({"id": {"_eq": 2}})),
    ] {
        world
            .done(
                "pg_create_select_permission",
                json!({"table": "article", "role": role,
                       "permission": {"columns": columns, "filter": filter}}),
            )
            .await;
    }
    world
        .done(
            "add_inherited_role",
            json!({"role_name": "both", "role_set": ["ids", "titles"]}),
        )
        .await;
    let both = Session::new("both", []);
    let query = "subscription { article_stream(batch_size: 9, cursor: {initial_value: {title: \"\"}}) { id title } }";
    let mut heard = world.subscribe_as(&both, query, json!({})).await.unwrap();
    let only = json!({"article_stream": [{"id": 2, "title": "Two"}]});
    assert_eq!(heard.data().await, only);
}

#[tokio::test]
async fn cursors_that_make_no_sense_are_refused() {
    let world = lively().await;
    for (arguments, text) in [
        (
            "batch_size: 1, cursor: []",
            "one streaming column field is expected",
        ),
        (
            "batch_size: 1, cursor: {initial_value: {}}",
            "one streaming column field is expected",
        ),
        (
            "batch_size: 1, cursor: {initial_value: {id: 1, title: \"a\"}}",
            "multiple column cursors are not supported yet",
        ),
        (
            "batch_size: 1, cursor: [{initial_value: {id: 1}}, {initial_value: {title: \"a\"}}]",
            "multiple column cursors are not supported yet",
        ),
        (
            "batch_size: -1, cursor: {initial_value: {id: 1}}",
            "expected a non-negative 32-bit integer for type 'Int', but found an integer",
        ),
        (
            "batch_size: 1, cursor: {initial_value: {id: 1}, ordering: UP}",
            "expected one of the values ['ASC', 'DESC'] for type 'cursor_ordering', but found 'UP'",
        ),
        ("batch_size: 1", "missing required field 'cursor'"),
        (
            "cursor: {initial_value: {id: 1}}",
            "missing required field 'batch_size'",
        ),
        (
            "batch_size: 1, cursor: {initial_value: {nope: 1}}",
            "field 'nope' not found in type: 'article_stream_cursor_value_input'",
        ),
    ] {
        let query = format!("subscription {{ article_stream({arguments}) {{ id }} }}");
        let refused = world
            .subscribe_as(&Session::admin(), &query, json!({}))
            .await;
        assert_eq!(refused.err().unwrap().message(), text, "{arguments}");
    }
}

#[tokio::test]
async fn a_change_of_the_metadata_is_in_force_for_what_runs() {
    let world = lively().await;
    permitted(&world).await;
    let query = "subscription { article(order_by: {id: asc}) { id } }";
    let stream =
        "subscription { article_stream(batch_size: 1, cursor: {initial_value: {id: 0}}) { id } }";
    let session = user(1);
    let mut live = world
        .subscribe_as(&session, query, json!({}))
        .await
        .unwrap();
    let mut rows = world
        .subscribe_as(&session, stream, json!({}))
        .await
        .unwrap();
    let mut admin = world.subscribe(query).await;
    let ids = |field: &str, ids: &[u32]| json!({field: ids.iter().map(|id| json!({"id": id})).collect::<Vec<_>>()});
    assert_eq!(live.data().await, ids("article", &[1, 2]));
    assert_eq!(admin.data().await, ids("article", &[1, 2, 3]));
    assert_eq!(rows.data().await, ids("article_stream", &[1]));
    assert_eq!(rows.data().await, ids("article_stream", &[2]));
    assert_eq!(rows.data().await, ids("article_stream", &[]));
    // Another filter.
    world
        .done(
            "pg_drop_select_permission",
            json!({"table": "article", "role": "user"}),
        )
        .await;
    for heard in [&mut live, &mut rows] {
        assert_eq!(heard.error().await.code().as_str(), "validation-failed");
        assert!(matches!(heard.event().await, LiveEvent::Complete));
    }
    permitted(&world).await;
    let mut live = world
        .subscribe_as(&session, query, json!({}))
        .await
        .unwrap();
    assert_eq!(live.data().await, ids("article", &[1, 2]));
    world
        .done(
            "bulk",
            json!([
                {"type": "pg_drop_select_permission", "args": {"table": "article", "role": "user"}},
                {"type": "pg_create_select_permission", "args": {"table": "article", "role": "user",
                    "permission": {"columns": ["id"], "filter": {"id": {"_eq": 3}}}}},
            ]),
        )
        .await;
    assert_eq!(live.data().await, ids("article", &[3]));
    world.polled().await;
    assert!(admin.is_silent(), "for them nothing changed");
    world.sql("delete from article where id = 3").await;
    assert_eq!(admin.data().await, ids("article", &[1, 2]));
    assert_eq!(live.data().await, ids("article", &[]));
}

#[tokio::test]
async fn a_stream_goes_on_where_it_was_when_the_metadata_changes() {
    let world = lively().await;
    let query =
        "subscription { article_stream(batch_size: 10, cursor: {initial_value: {id: 0}}) { id } }";
    let mut heard = world.subscribe(query).await;
    let ids = |ids: &[u32]| json!({"article_stream": ids.iter().map(|id| json!({"id": id})).collect::<Vec<_>>()});
    assert_eq!(heard.data().await, ids(&[1, 2, 3]));
    permitted(&world).await;
    world.sql("insert into article values (4, 'Four', 1)").await;
    loop {
        let next = heard.data().await;
        if next != ids(&[]) {
            assert_eq!(next, ids(&[4]));
            break;
        }
    }
}

#[tokio::test]
async fn explain_shows_the_values_by_what_they_are() {
    let world = lively().await;
    permitted(&world).await;
    let body = json!({
        "user": {"x-hasura-role": "user", "x-hasura-user-id": "1"},
        "query": {
            "query": "subscription ($t: String) { article(where: {title: {_neq: $t}}, limit: 7) { id } }",
            "variables": {"t": "q"},
        },
    });
    let answer = world.engine.explain(body).await.unwrap();
    let answer: Value = serde_json::from_slice(&answer).unwrap();
    assert_eq!(
        answer["variables"],
        json!({"session": {"x-hasura-user-id": "1"}, "query": {"t": "q"}, "synthetic": ["7"], "cursor": {}})
    );
    assert!(
        answer["sql"]
            .as_str()
            .unwrap()
            .contains("unnest($1::int4[]")
    );
    assert!(!answer["plan"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn the_developer_api_lists_pollers() {
    let world = lively().await;
    let _heard = world
        .subscribe("subscription { author_by_pk(id: 1) { name } }")
        .await;
    let listed = world.engine.subscriptions(true);
    let poller = &listed["live_queries"]["pollers"][0];
    assert_eq!(poller["role"], "admin");
    assert_eq!(
        poller["cohorts"],
        json!([{"variables": ["1"], "cursor": null, "subscriber_count": 1}])
    );
    assert_eq!(listed["streaming_queries"]["pollers"], json!([]));
}

#[tokio::test]
async fn subscriptions_need_a_database_that_answers() {
    let database = database().await;
    let mut options = options(&database);
    options.live.live_interval = Duration::from_millis(20);
    let engine = Engine::start(options).await.unwrap();
    let refused = start(
        &engine,
        &Session::admin(),
        "subscription { x { y } }",
        json!({}),
    )
    .await;
    assert_eq!(refused.err().unwrap().message(), "no subscriptions exist");
    engine.stop();
}
