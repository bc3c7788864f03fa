//! Live queries against an oracle that asks after every write: nobody misses the end, hears what is
//! older than what they have heard, hears the same twice, or hears what is another's.

use crate::subscriptions::{Heard, lively};
use crate::support::{World, user};
use howdah_ir::Session;
use serde_json::{Value, json};
use std::time::Duration;

/// Small and reproducible: what matters is that runs differ by their seed alone.
struct Random(u64);

impl Random {
    fn below(&mut self, most: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % most
    }
}

const SHAPES: [&str; 4] = [
    "subscription ($n: Int!) { item(where: {n: {_lte: $n}}, order_by: {id: asc}) { id n owner } }",
    "subscription ($n: Int!) { item(where: {n: {_gt: $n}}, order_by: {n: desc, id: asc}, limit: 3) { id owner } }",
    "subscription ($n: Int!) { item_by_pk(id: $n) { n owner } }",
    "subscription ($n: Int!) { item_aggregate(where: {id: {_gte: $n}}) { aggregate { count sum { n } } } }",
];

/// One subscriber with all that the oracle says they could have heard since they came.
struct Watched {
    session: Session,
    shape: usize,
    n: u64,
    heard: Heard,
    history: Vec<Value>,
}

impl Watched {
    async fn begin(world: &World, random: &mut Random) -> Watched {
        let session = match random.below(4) {
            0 => Session::admin(),
            id => user(id as u32),
        };
        let shape = random.below(SHAPES.len() as u64) as usize;
        let n = 1 + random.below(8);
        let heard = world
            .subscribe_as(&session, SHAPES[shape], json!({"n": n}))
            .await
            .unwrap();
        let mut watched = Watched {
            session,
            shape,
            n,
            heard,
            history: Vec::new(),
        };
        watched.look(world).await;
        watched
    }

    /// Asks the oracle.
    async fn look(&mut self, world: &World) {
        let query = SHAPES[self.shape]
            .replace("subscription ($n: Int!)", "query")
            .replace("$n", &self.n.to_string());
        let now = world.ask_as(&self.session, &query).await.unwrap();
        self.history.push(now);
    }

    /// Follows what was heard through the history.
    fn check(&mut self) {
        let mut at = 0;
        let mut last = None;
        for result in self.heard.so_far() {
            assert_ne!(Some(&result), last.as_ref(), "nothing is said twice");
            let found = self.history[at..].iter().position(|then| *then == result);
            let Some(found) = found else {
                panic!(
                    "{} of {:?} heard {result}, which is not in {:?}",
                    SHAPES[self.shape],
                    self.session,
                    &self.history[at..]
                );
            };
            at += found;
            last = Some(result);
        }
        assert_eq!(last.as_ref(), self.history.last(), "the end is not missed");
    }
}

async fn write(world: &World, random: &mut Random) {
    let id = 1 + random.below(10);
    let n = random.below(10);
    let owner = 1 + random.below(3);
    let sql = match random.below(4) {
        0 => format!("delete from item where id = {id}"),
        1 => format!("update item set owner = {owner} where id = {id}"),
        2 => format!("update item set n = {n} where owner = {owner}"),
        _ => format!(
            "insert into item values ({id}, {owner}, {n})
             on conflict (id) do update set n = excluded.n, owner = excluded.owner"
        ),
    };
    world.database.run(&sql).await;
}

#[tokio::test]
async fn nobody_misses_the_end_or_hears_what_is_stale_or_anothers() {
    let world = lively().await;
    world
        .sql("create table item (id int primary key, owner int not null, n int not null)")
        .await;
    world.done("pg_track_table", json!({"table": "item"})).await;
    world
        .done(
            "pg_create_select_permission",
            json!({"table": "item", "role": "user", "permission": {
                "columns": "*", "filter": {"owner": "X-Hasura-User-Id"}, "allow_aggregations": true}}),
        )
        .await;
    for seed in [0x9E37_79B9_7F4A_7C15, 0x2545_F491_4F6C_DD1D] {
        let mut random = Random(seed);
        let mut watched = Vec::new();
        for step in 0..40 {
            if step % 4 == 0 {
                watched.push(Watched::begin(&world, &mut random).await);
            }
            write(&world, &mut random).await;
            for one in &mut watched {
                one.look(&world).await;
            }
            if random.below(3) == 0 {
                tokio::time::sleep(Duration::from_millis(random.below(30))).await;
            }
        }
        world.polled().await;
        for one in &mut watched {
            one.check();
        }
    }
}
