// A server that goes away and comes back: connections to it pass through here while the gate is open.
import { connect, createServer } from 'node:net';
import { freePort } from './server.js';

/** The address of a gate before `server`, open at first. */
export async function startGate(server) {
  const { hostname, port: behind } = new URL(server.url);
  const port = await freePort();
  const sockets = new Set();
  const gate = createServer((near) => {
    const far = connect(Number(behind), hostname);
    for (const [one, other] of [[near, far], [far, near]]) {
      sockets.add(one);
      one.on('error', () => {});
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  const open = () => new Promise((resolve) => gate.listen(port, '127.0.0.1', resolve));
  /** Nobody listens any more, and who was connected is cut off. */
  const close = () =>
    new Promise((resolve) => {
      gate.close(resolve);
      for (const socket of sockets) socket.destroy();
    });
  await open();
  return { url: `http://127.0.0.1:${port}`, open, close };
}
