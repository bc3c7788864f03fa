// Opens sockets with one subscription each and counts what comes: the client of scripts/soak-subscriptions, in a process of
// its own so that the server's figures are the server's. Prints one JSON line for each line it is sent.

import { createInterface } from 'node:readline';
import WebSocket from 'ws';

const [url, sockets, cohorts] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const query = 'subscription ($id: Int!) { item_by_pk(id: $id) { id n label } }';
const counts = { results: 0, closed: 0, errors: 0, first: 0 };
const latest = new Map();

function open(number) {
  return new Promise((done, fail) => {
    const id = 1 + (number % cohorts);
    const socket = new WebSocket(url, 'graphql-transport-ws', { perMessageDeflate: false });
    let begun = false;
    socket.on('error', fail);
    socket.on('close', () => (counts.closed += 1));
    socket.on('open', () => socket.send('{"type":"connection_init"}'));
    socket.on('message', (data) => {
      const message = JSON.parse(data);
      if (message.type === 'connection_ack') {
        socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query, variables: { id } } }));
      } else if (message.type === 'next') {
        const row = message.payload.data?.item_by_pk;
        if (row?.id !== id) counts.errors += 1;
        else latest.set(number, row.n);
        counts.results += 1;
        if (!begun) {
          begun = true;
          counts.first += 1;
          done();
        }
      } else if (message.type === 'ping') {
        socket.send('{"type":"pong"}');
      } else {
        counts.errors += 1;
        fail(new Error(data.toString()));
      }
    });
  });
}

const begun = Date.now();
for (let from = 0; from < sockets; from += 100) {
  const some = Array.from({ length: Math.min(100, sockets - from) }, (_, n) => open(from + n));
  await Promise.all(some);
}
console.log(JSON.stringify({ opened: sockets, milliseconds: Date.now() - begun }));
for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'end') break;
  // How many have the value that they should have by now.
  const current = [...latest.values()].filter((n) => n === Number(line)).length;
  console.log(JSON.stringify({ ...counts, current }));
}
process.exit(0);
