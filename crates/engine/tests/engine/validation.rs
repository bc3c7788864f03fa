//! Webhooks that judge input before it is written.

use crate::support::{World, library, options};
use howdah_engine::{Engine, GraphqlRequest, Judgement, JudgementObserver};
use howdah_error::{Code, Error};
use howdah_ir::Session;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

/// A request as the webhook got it: path, headers, body.
#[derive(Debug, Clone)]
struct Asked {
    path: String,
    headers: Vec<String>,
    body: Value,
}

/// A webhook that answers with the status and body that its path names: `/400/{"message":"no"}`.
struct Webhook {
    url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Webhook {
    fn start() -> Webhook {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let seen = asked.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut reader = BufReader::new(stream.try_clone().unwrap());
                let mut lines = Vec::new();
                loop {
                    let mut line = String::new();
                    if reader.read_line(&mut line).unwrap() == 0 || line == "\r\n" {
                        break;
                    }
                    lines.push(line.trim_end().to_owned());
                }
                let length = lines.iter().find_map(|l| {
                    l.to_lowercase()
                        .strip_prefix("content-length: ")?
                        .parse()
                        .ok()
                });
                let mut body = vec![0; length.unwrap_or(0)];
                reader.read_exact(&mut body).unwrap();
                let path = lines[0].split(' ').nth(1).unwrap().to_owned();
                seen.lock().unwrap().push(Asked {
                    path: path.clone(),
                    headers: lines[1..].to_vec(),
                    body: serde_json::from_slice(&body).unwrap(),
                });
                let mut parts = path.trim_start_matches('/').splitn(2, '/');
                let status = parts.next().unwrap();
                if status == "silence" {
                    // Never answered; the stream stays open as long as the other end wants.
                    std::thread::spawn(move || {
                        let _ = stream.read(&mut [0; 1]);
                    });
                    continue;
                }
                let body = parts.next().unwrap_or_default();
                let body = match body {
                    "no" => r#"{"message":"not good"}"#,
                    "more" => r#"{"message":"no","extensions":{"code":"mine"}}"#,
                    other => other,
                };
                let _ = write!(
                    stream,
                    "HTTP/1.1 {status} x\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                    body.len()
                );
            }
        });
        Webhook { url, asked }
    }

    fn take(&self) -> Vec<Asked> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }

    fn definition(&self, path: &str) -> Value {
        json!({"type": "http", "definition": {"url": format!("{}{path}", self.url)}})
    }
}

async fn permit(world: &World, kind: &str, table: &str, mut permission: Value, webhook: Value) {
    if !webhook.is_null() {
        permission["validate_input"] = webhook;
    }
    let args = json!({"table": table, "role": "user"});
    let _ = world
        .command(&format!("pg_drop_{kind}_permission"), args.clone())
        .await;
    let mut args = args;
    args["permission"] = permission;
    world
        .done(&format!("pg_create_{kind}_permission"), args)
        .await;
}

async fn rules(world: &World, webhook: &Webhook, author: &str, article: &str) {
    let all = json!({"columns": "*", "filter": {}});
    for table in ["author", "article"] {
        permit(world, "select", table, all.clone(), Value::Null).await;
    }
    let insert = json!({"columns": "*", "check": {}});
    permit(
        world,
        "insert",
        "author",
        insert.clone(),
        webhook.definition(author),
    )
    .await;
    permit(
        world,
        "insert",
        "article",
        insert,
        webhook.definition(article),
    )
    .await;
    permit(
        world,
        "update",
        "author",
        all,
        webhook.definition("/200/update"),
    )
    .await;
    permit(
        world,
        "delete",
        "author",
        json!({"filter": {}}),
        webhook.definition("/200/delete"),
    )
    .await;
}

async fn ask(world: &World, query: &str, variables: Value) -> Result<Value, Error> {
    let headers = vec![
        ("authorization".to_owned(), "Bearer x".to_owned()),
        ("user-agent".to_owned(), "a client".to_owned()),
        ("x-both".to_owned(), "of the client".to_owned()),
    ];
    let variable = ("X-Hasura-User-Id".to_owned(), "7".to_owned());
    let session = Session::new("user", [variable]).with_headers(headers);
    let Value::Object(variables) = variables else {
        panic!("variables are an object")
    };
    let request = GraphqlRequest {
        query: query.to_owned(),
        variables,
        operation_name: None,
    };
    let answer = world.engine.graphql(&request, &session, false).await?;
    Ok(serde_json::from_slice(&answer.chunks.concat()).unwrap())
}

async fn authors(world: &World) -> i64 {
    let client = world.database.client().await;
    client
        .query_one("select count(*) from author", &[])
        .await
        .unwrap()
        .get(0)
}

const NESTED: &str = "mutation ($name: String!, $articles: [article_insert_input!]!) {
    insert_author(objects: [
        {id: 10, name: $name, articles: {data: $articles}},
        {id: 11, name: \"b\", articles: {data: [{id: 13}]}}]) { affected_rows } }";

#[tokio::test]
async fn webhooks_of_all_tables_see_the_rows_before_anything_is_written() {
    let world = library().await;
    let webhook = Webhook::start();
    rules(&world, &webhook, "/200/author", "/200/article").await;
    // The same text again with other values is judged by those.
    for name in ["a", "other"] {
        let articles = json!([{"id": 11, "title": name}, {"id": 12}]);
        let answer = ask(&world, NESTED, json!({"name": name, "articles": articles})).await;
        assert_eq!(answer.unwrap()["data"]["insert_author"]["affected_rows"], 5);
        let asked = webhook.take();
        assert_eq!(
            asked.iter().map(|a| a.path.as_str()).collect::<Vec<_>>(),
            ["/200/author", "/200/article"]
        );
        assert_eq!(
            asked[0].body,
            json!({
                "version": 1,
                "role": "user",
                "session_variables": {"x-hasura-role": "user", "x-hasura-user-id": "7"},
                "data": {"input": [
                    {"id": 10, "name": name, "articles": {"data": articles}},
                    {"id": 11, "name": "b", "articles": {"data": [{"id": 13}]}},
                ]},
            })
        );
        assert_eq!(
            asked[1].body["data"]["input"],
            json!([{"id": 11, "title": name}, {"id": 12}, {"id": 13}])
        );
        let client = world.database.client().await;
        let undo = "delete from article where id > 10; delete from author where id >= 10";
        client.batch_execute(undo).await.unwrap();
    }
}

#[tokio::test]
async fn updates_and_deletes_are_judged_by_their_arguments() {
    let world = library().await;
    let webhook = Webhook::start();
    rules(&world, &webhook, "/200/author", "/200/article").await;
    for (mutation, input) in [
        (
            "update_author(where: {id: {_eq: $id}}, _set: {name: \"x\"}) { affected_rows }",
            json!([{"where": {"id": {"_eq": 2}}, "_set": {"name": "x"}}]),
        ),
        (
            "update_author_by_pk(pk_columns: {id: $id}, _set: {name: \"x\"}) { id }",
            json!([{"pk_columns": {"id": 2}, "_set": {"name": "x"}}]),
        ),
        (
            "update_author_many(updates: [{where: {id: {_eq: $id}}, _set: {name: \"x\"}}, {where: {}, _inc: {id: 0}}]) { affected_rows }",
            json!([{"where": {"id": {"_eq": 2}}, "_set": {"name": "x"}}, {"where": {}, "_inc": {"id": 0}}]),
        ),
        (
            "delete_author(where: {id: {_gt: $id}}) { affected_rows }",
            json!([{"where": {"id": {"_gt": 2}}}]),
        ),
        (
            "delete_author_by_pk(id: $id) { name }",
            json!([{"pk_columns": {"id": 2}}]),
        ),
    ] {
        let query = format!("mutation ($id: Int!) {{ {mutation} }}");
        let outcome = ask(&world, &query, json!({"id": 2})).await;
        // A foreign key is in the way of the last one.
        assert_eq!(
            outcome.is_err(),
            mutation.contains("by_pk(id"),
            "{outcome:?}"
        );
        let asked = webhook.take();
        assert_eq!(asked.len(), 1, "{mutation}");
        assert_eq!(asked[0].body["data"]["input"], input, "{mutation}");
    }
}

#[tokio::test]
async fn what_a_webhook_refuses_is_not_written() {
    let world = library().await;
    let webhook = Webhook::start();
    for (path, code, message) in [
        ("/400/no", Code::ValidationFailed, "not good"),
        ("/400/more", Code::ValidationFailed, "no"),
        (
            "/400/",
            Code::ValidationFailed,
            "the input was not accepted",
        ),
        ("/500/no", Code::Unexpected, "internal error"),
        ("/302/no", Code::Unexpected, "internal error"),
    ] {
        // Whether it is the first or the last who refuses.
        for (author, article) in [(path, "/200/article"), ("/200/author", path)] {
            rules(&world, &webhook, author, article).await;
            let variables = json!({"name": "a", "articles": [{"id": 11}]});
            let error = ask(&world, NESTED, variables).await.unwrap_err();
            assert_eq!((error.code(), error.message()), (&code, message), "{path}");
            assert_eq!(error.extensions().is_some(), path == "/400/more");
            assert_eq!(authors(&world).await, 2);
        }
    }
    // Those who are asked later are not asked after a refusal.
    rules(&world, &webhook, "/400/no", "/200/article").await;
    webhook.take();
    let variables = json!({"name": "a", "articles": [{"id": 11}]});
    ask(&world, NESTED, variables).await.unwrap_err();
    assert_eq!(webhook.take().len(), 1);
    // Nobody judges the administrator.
    world
        .ask("mutation { insert_author_one(object: {id: 20, name: \"\"}) { id } }")
        .await;
    assert_eq!(webhook.take().len(), 0);
}

#[tokio::test]
async fn headers_are_sent_as_configured() {
    let world = library().await;
    let webhook = Webhook::start();
    rules(&world, &webhook, "/200/", "/200/").await;
    let one = "mutation { insert_author_one(object: {id: 30, name: \"\"}) { id } }";
    for forward in [false, true] {
        let definition = json!({"type": "http", "definition": {
            "url": format!("{}/200/", webhook.url),
            "headers": [
                {"name": "X-Own", "value": "own"},
                {"name": "X-Home", "value_from_env": "PATH"},
            ],
            "forward_client_headers": forward,
        }});
        let insert = json!({"columns": "*", "check": {"id": {"_lt": 0}}});
        permit(&world, "insert", "author", insert, definition).await;
        ask(&world, one, json!({})).await.unwrap_err();
        let asked = webhook.take();
        let headers = asked[0].headers.join("\n").to_lowercase();
        assert!(headers.contains("x-own: own"), "{headers}");
        assert!(headers.contains("x-home: /"), "{headers}");
        assert_eq!(
            headers.contains("authorization: bearer x"),
            forward,
            "{headers}"
        );
        assert!(!headers.contains("a client"), "{headers}");
    }
}

/// Without the setting, the client's.
#[tokio::test]
async fn of_two_headers_of_one_name_the_setting_says_which_is_sent() {
    let mut world = library().await;
    let webhook = Webhook::start();
    rules(&world, &webhook, "/200/", "/200/").await;
    let one = "mutation { insert_author_one(object: {id: 30, name: \"\"}) { id } }";
    for configured_headers_win in [false, true] {
        world.engine.stop();
        let mut choosing = options(&world.database);
        choosing.webhooks.configured_headers_win = configured_headers_win;
        world.engine = Engine::start(choosing).await.unwrap();
        for forward in [false, true] {
            let definition = json!({"type": "http", "definition": {
                "url": format!("{}/200/", webhook.url),
                "headers": [{"name": "X-Both", "value": "of the rule"}],
                "forward_client_headers": forward,
            }});
            let insert = json!({"columns": "*", "check": {"id": {"_lt": 0}}});
            permit(&world, "insert", "author", insert, definition).await;
            ask(&world, one, json!({})).await.unwrap_err();
            let asked = webhook.take();
            let sent: Vec<&str> = asked[0]
                .headers
                .iter()
                .filter(|line| line.to_lowercase().starts_with("x-both:"))
                .map(|line| line["x-both:".len()..].trim_start())
                .collect();
            let expected = match forward && !configured_headers_win {
                true => "of the client",
                false => "of the rule",
            };
            assert_eq!(sent, [expected], "{configured_headers_win} {forward}");
        }
    }
}

/// Keeps what it hears, as text.
#[derive(Debug, Default)]
struct Heard(Mutex<Vec<String>>);

impl JudgementObserver for Heard {
    fn wants_judgements(&self) -> bool {
        true
    }

    fn judged(&self, judgement: &Judgement<'_>) {
        self.0.lock().unwrap().push(format!(
            "{} {} {} {}",
            judgement.status.as_u16(),
            judgement.headers,
            judgement.request["data"],
            judgement.response,
        ));
    }
}

#[tokio::test]
async fn whoever_keeps_a_log_hears_of_judgements_and_of_no_secret() {
    let world = library().await;
    let webhook = Webhook::start();
    let heard = Arc::new(Heard::default());
    world.engine.observe_judgements(heard.clone());
    rules(&world, &webhook, "/200/", "/200/").await;
    let one = "mutation { insert_author_one(object: {id: 30, name: \"\"}) { id } }";
    for (path, response) in [
        (
            "/400/no",
            r#"400 H {"input":[{"id":30,"name":""}]} {"message":"not good"}"#,
        ),
        (
            "/500/oops",
            r#"500 H {"input":[{"id":30,"name":""}]} "oops""#,
        ),
    ] {
        let definition = json!({"type": "http", "definition": {
            "url": format!("{}{path}", webhook.url),
            "headers": [
                {"name": "X-Key", "value": "hunter2"},
                {"name": "X-Home", "value_from_env": "PATH"},
            ],
        }});
        let insert = json!({"columns": "*", "check": {}});
        permit(&world, "insert", "author", insert, definition).await;
        ask(&world, one, json!({})).await.unwrap_err();
        let headers =
            r#"[{"name":"X-Key","value":"<hidden>"},{"name":"X-Home","value_from_env":"PATH"}]"#;
        let lines = std::mem::take(&mut *heard.0.lock().unwrap());
        assert_eq!(lines, [response.replace('H', headers)]);
    }
}

#[tokio::test]
async fn a_webhook_that_cannot_be_asked_stops_the_write() {
    let world = library().await;
    let webhook = Webhook::start();
    rules(&world, &webhook, "/200/", "/200/").await;
    let one = "mutation { insert_author_one(object: {id: 30, name: \"\"}) { id } }";
    for (url, why) in [
        (format!("{}/silence", webhook.url), "no complete answer"),
        ("http://169.254.169.254/x".to_owned(), "not allowed"),
        ("http://127.0.0.1:1/x".to_owned(), "could not connect"),
        ("{{NO_SUCH_VARIABLE}}/x".to_owned(), "not set"),
    ] {
        let definition = json!({"type": "http", "definition": {"url": url, "timeout": 1}});
        permit(
            &world,
            "insert",
            "author",
            json!({"columns": "*", "check": {}}),
            definition,
        )
        .await;
        let error = ask(&world, one, json!({})).await.unwrap_err();
        assert_eq!(*error.code(), Code::Unexpected, "{url}");
        let all = format!("{} {:?}", error.message(), error.internal());
        assert!(all.contains(why), "{url}: {all}");
        assert_eq!(authors(&world).await, 2);
    }
    // What is no validation is no permission.
    for bad in [
        json!({"type": "grpc"}),
        json!({"type": "http"}),
        json!({"type": "http", "definition": {"url": "http://x", "timeout": 0}}),
        json!({"type": "http", "definition": {"url": "http://x", "headers": [{"name": "a"}]}}),
    ] {
        let permission = json!({"columns": "*", "check": {}, "validate_input": bad});
        let args = json!({"table": "author", "role": "other", "permission": permission});
        world.refused("pg_create_insert_permission", args).await;
    }
    // The older API does not go around it.
    let old =
        json!({"type": "insert", "args": {"table": "author", "objects": [{"id": 40, "name": ""}]}});
    let error = world
        .engine
        .query_v1(old, &Session::new("user", []))
        .await
        .unwrap_err();
    assert_eq!(*error.code(), Code::NotSupported, "{error}");
}
