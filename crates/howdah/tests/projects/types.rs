//! What `types` writes, read by the programs that it is for: TypeScript's compiler and graphql-js.
//! They are installed by `scripts/install-needs test`; where they are not, the test says so and
//! passes.

use crate::support::repository;
use crate::tool::demo;
use serde_json::json;
use std::process::Command;

/// The demo's types, put to use.
const USE: &str = r#"
import type { QueryRoot, products, products_bool_exp, class__, Array_, Scalars } from "./admin.js";
import type { products as shown, query_root_products_args } from "./customer.js";

const where: products_bool_exp = { price: { _gt: 3 }, _or: [{ name: { _ilike: "a%" } }] };
// @ts-expect-error: no such operator
export const wrong: products_bool_exp = { price: { _around: 3 } };
export const asked: query_root_products_args = { limit: 3, where: { name: { _eq: "x" } } };
// @ts-expect-error: a number is wanted
export const text: query_root_products_args = { limit: "three" };
export const name = (one: shown): string => one.name;
// @ts-expect-error: nobody tells customers what the shop itself pays
export const cost = (one: shown) => one.purchase_price;
export const known = (one: products): Scalars["numeric"] => one.purchase_price;
export const all = (root: QueryRoot): Array<products> => root.products;
export const odd = (root: QueryRoot): Array<class__ | Array_> => [...root.class, ...root.Array];
export { where };
"#;

#[tokio::test(flavor = "multi_thread")]
async fn types_compile_and_the_sdl_is_the_schema() {
    let clients = repository().join("tests/clients");
    if !clients.join("node_modules/typescript").is_dir() {
        eprintln!("skipped: tests/clients is not installed (scripts/install-needs test)");
        return;
    }
    let (environment, _folder, tool) = demo().await;
    tool.runs("deploy");
    // Names that mean something else in TypeScript, or in the file itself.
    environment.howdah.sql(
        "create table class (id int primary key, \"default\" int, string text, new bigint);
         create table \"Array\" (id int primary key, class int references class);
         create table class_ (id int primary key); create table \"Scalars\" (id int primary key);
         comment on table class is 'a */ comment \"with\" \"\"\"everything\"\"\" \\ in it';",
    );
    for table in ["class", "Array", "class_", "Scalars"] {
        let args = json!({"source": "default", "table": table});
        environment.howdah.metadata("pg_track_table", args);
    }
    let introspection = introspection(&clients);
    let roles = ["admin", "anonymous", "customer"];
    for role in roles {
        tool.runs(&format!(
            "types graphql --role {role} --file {role}.graphql"
        ));
        tool.runs(&format!("types typescript --role {role} --file {role}.ts"));
        let answer = environment
            .howdah
            .graphql(&introspection, &[("x-hasura-role", role)]);
        tool.write(&format!("{role}.json"), &answer.to_string());
    }
    tool.write("use.ts", USE);
    let checked = Command::new("node")
        .arg("check-types.mjs")
        .arg(&tool.folder)
        .args(roles)
        .current_dir(clients)
        .output()
        .unwrap();
    let err = String::from_utf8_lossy(&checked.stderr);
    assert!(checked.status.success(), "{err}");
}

/// The query that graphql-js asks.
fn introspection(clients: &std::path::Path) -> String {
    let printed = Command::new("node")
        .args([
            "-p",
            "require('graphql').getIntrospectionQuery({inputValueDeprecation: false})",
        ])
        .current_dir(clients)
        .output()
        .unwrap();
    String::from_utf8(printed.stdout).unwrap()
}
