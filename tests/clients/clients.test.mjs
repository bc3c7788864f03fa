// What people use to talk to a GraphQL server, against a howdah that is running at HOWDAH_URL: every client
// asks, writes, and hears of what changes. The tables are made by crates/howdah/tests/clients.rs.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import WebSocket from 'ws';
import { createClient } from 'graphql-ws';
import transportWs from 'subscriptions-transport-ws';
import { ApolloClient, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { WebSocketLink } from '@apollo/client/link/ws';
import { Client as UrqlClient, fetchExchange, subscriptionExchange } from '@urql/core';

const http = process.env.HOWDAH_URL;
const secret = process.env.HOWDAH_SECRET;
assert.ok(http && secret, 'HOWDAH_URL and HOWDAH_SECRET say where howdah is');
const url = `${http}/v1/graphql`;
const socketUrl = url.replace(/^http/, 'ws');
const headers = { 'x-hasura-admin-secret': secret, 'x-hasura-role': 'user', 'x-hasura-user-id': '1' };

const LIVE = 'subscription ($owner: Int!) { note(where: {owner: {_eq: $owner}}, order_by: {id: desc}, limit: 1) { id text } }';
const STREAM = 'subscription ($from: Int!) { note_stream(batch_size: 5, cursor: {initial_value: {id: $from}}) { id } }';
const INSERT = 'mutation ($text: String!) { insert_note_one(object: {text: $text}) { id text } }';
const ASK = 'query ($id: Int!) { note_by_pk(id: $id) { text } }';

const closing = [];
after(() => closing.forEach((close) => close()));

/** A queue between callbacks and a test that waits. */
class Heard {
  constructor() {
    this.values = [];
    this.waiting = [];
  }
  push(value) {
    const next = this.waiting.shift();
    if (next) next(value);
    else this.values.push(value);
  }
  next() {
    if (this.values.length > 0) return Promise.resolve(this.values.shift());
    return new Promise((done) => this.waiting.push(done));
  }
}

/** Each client as: run(query, variables) -> data, listen(query, variables, observer) -> stop. */
const clients = {
  'graphql-ws': () => {
    const client = createClient({ url: socketUrl, webSocketImpl: WebSocket, connectionParams: { headers }, keepAlive: 500 });
    closing.push(() => client.dispose());
    return {
      async run(query, variables) {
        for await (const result of client.iterate({ query, variables })) {
          if (result.errors) throw result.errors;
          return result.data;
        }
      },
      listen(query, variables, { next, error }) {
        return client.subscribe({ query, variables }, { next: (r) => next(r.data), error, complete() {} });
      },
    };
  },

  'subscriptions-transport-ws': () => {
    const client = new transportWs.SubscriptionClient(socketUrl, { reconnect: false, connectionParams: { headers } }, WebSocket);
    closing.push(() => client.close());
    const listen = (query, variables, { next, error, complete = () => {} }) => {
      const subscription = client.request({ query, variables }).subscribe({
        next: (r) => (r.errors ? error(r.errors) : next(r.data)),
        error,
        complete,
      });
      return () => subscription.unsubscribe();
    };
    const run = (query, variables) => new Promise((next, error) => listen(query, variables, { next, error }));
    return { run, listen };
  },

  'Apollo Client over graphql-ws': () => {
    const socket = createClient({ url: socketUrl, webSocketImpl: WebSocket, connectionParams: { headers } });
    closing.push(() => socket.dispose());
    return apollo(new GraphQLWsLink(socket));
  },

  'Apollo Client over subscriptions-transport-ws': () => {
    const socket = new transportWs.SubscriptionClient(socketUrl, { reconnect: false, connectionParams: { headers } }, WebSocket);
    closing.push(() => socket.close());
    return apollo(new WebSocketLink(socket));
  },

  'Apollo Client over HTTP and graphql-ws': () => {
    const socket = createClient({ url: socketUrl, webSocketImpl: WebSocket, connectionParams: { headers } });
    closing.push(() => socket.dispose());
    const { listen } = apollo(new GraphQLWsLink(socket));
    const { run } = apollo(new HttpLink({ uri: url, headers }));
    return { run, listen };
  },

  urql: () => {
    const socket = createClient({ url: socketUrl, webSocketImpl: WebSocket, connectionParams: { headers } });
    closing.push(() => socket.dispose());
    const client = new UrqlClient({
      url,
      fetchOptions: { headers },
      preferGetMethod: false,
      exchanges: [
        fetchExchange,
        subscriptionExchange({
          forwardSubscription: (request) => ({
            subscribe: (sink) => ({
              unsubscribe: socket.subscribe({ ...request, query: request.query ?? '' }, sink),
            }),
          }),
        }),
      ],
    });
    return {
      async run(query, variables) {
        const ask = query.startsWith('mutation') ? 'mutation' : 'query';
        const result = await client[ask](query, variables).toPromise();
        if (result.error) throw result.error;
        return result.data;
      },
      listen(query, variables, { next, error }) {
        const { unsubscribe } = client
          .subscription(query, variables)
          .subscribe((r) => (r.error ? error(r.error) : next(r.data)));
        return unsubscribe;
      },
    };
  },
};

function apollo(link) {
  const client = new ApolloClient({ link, cache: new InMemoryCache() });
  closing.push(() => client.stop());
  return {
    async run(query, variables) {
      const options = { variables, fetchPolicy: 'no-cache' };
      const result = query.startsWith('mutation')
        ? await client.mutate({ mutation: gql(query), ...options })
        : await client.query({ query: gql(query), ...options });
      if (result.error) throw result.error;
      return result.data;
    },
    listen(query, variables, { next, error }) {
      const subscription = client
        .subscribe({ query: gql(query), variables, fetchPolicy: 'no-cache' })
        .subscribe({ next: (r) => (r.error ? error(r.error) : next(r.data)), error });
      return () => subscription.unsubscribe();
    },
  };
}

// Apollo and urql ask for `__typename` of everything.
const plain = (value) => JSON.parse(JSON.stringify(value, (key, v) => (key === '__typename' ? undefined : v)));

for (const [name, make] of Object.entries(clients)) {
  test(`${name} asks, writes, hears changes and streams`, { timeout: 60_000 }, async () => {
    const client = make();
    const fail = (error) => assert.fail(`${name}: ${JSON.stringify(error)} ${error}`);

    const { insert_note_one: first } = plain(await client.run(INSERT, { text: `${name} first` }));
    assert.equal(first.text, `${name} first`);
    assert.deepEqual(plain(await client.run(ASK, { id: first.id })), { note_by_pk: { text: first.text } });

    const live = new Heard();
    const stopLive = client.listen(LIVE, { owner: 1 }, { next: (data) => live.push(plain(data)), error: fail });
    assert.deepEqual(await live.next(), { note: [first] });
    const stream = new Heard();
    const stopStream = client.listen(STREAM, { from: first.id }, { next: (data) => stream.push(plain(data)), error: fail });
    assert.deepEqual(await stream.next(), { note_stream: [] });

    const { insert_note_one: second } = plain(await client.run(INSERT, { text: `${name} second` }));
    assert.deepEqual(await live.next(), { note: [second] });
    assert.deepEqual(await stream.next(), { note_stream: [{ id: second.id }] });
    stopLive();
    stopStream();

    // What does not fit the schema is an error of the operation, and the socket lives on.
    await assert.rejects(async () => client.run('query { nothing_of_the_kind { id } }', {}));
    const refused = new Heard();
    client.listen('subscription { nothing_of_the_kind { id } }', {}, {
      next: () => refused.push('a result'),
      error: () => refused.push('an error'),
    });
    assert.equal(await refused.next(), 'an error');
    assert.deepEqual(plain(await client.run(ASK, { id: second.id })), { note_by_pk: { text: second.text } });
  });
}

test('a wrong secret is told to graphql-ws as 4403', { timeout: 20_000 }, async () => {
  const connectionParams = { headers: { 'x-hasura-admin-secret': 'wrong' } };
  const client = createClient({ url: socketUrl, webSocketImpl: WebSocket, connectionParams, retryAttempts: 0 });
  const closed = await new Promise((done) => client.subscribe({ query: ASK, variables: { id: 1 } }, { next() {}, error: done, complete() {} }));
  assert.equal(closed.code, 4403);
  await client.dispose();
});

test('a wrong secret is told to subscriptions-transport-ws as connection_error', { timeout: 20_000 }, async () => {
  const connectionParams = { headers: { 'x-hasura-admin-secret': 'wrong' } };
  const client = new transportWs.SubscriptionClient(
    socketUrl,
    {
      reconnect: false,
      connectionParams,
      connectionCallback: (error) => heard.push(error),
    },
    WebSocket,
  );
  const heard = new Heard();
  assert.match(String(await heard.next()), /invalid "x-hasura-admin-secret"/);
  client.close();
});
