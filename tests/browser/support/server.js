// A real howdah with a PostgreSQL of its own, in a folder that is deleted afterwards.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const binary =
  process.env.HOWDAH_BIN ??
  fileURLToPath(new URL('../../../target/debug/howdah', import.meta.url));
export const dist = fileURLToPath(new URL('../../../console/dist', import.meta.url));

export const SECRET = 'the-admin-secret';

export async function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

/** Starts a server; `flags` are added to those of `serve`. */
export async function startServer(flags = []) {
  const folder = await mkdtemp(join(tmpdir(), 'howdah-browser-'));
  const port = await freePort();
  const log = [];
  const child = spawn(
    binary,
    [
      'serve',
      '--managed-db',
      '--enable-console',
      '--server-host=127.0.0.1',
      `--server-port=${port}`,
      `--admin-secret=${SECRET}`,
      // The console as it was built last, whatever this binary has inside.
      `--console-assets-dir=${dist}`,
      ...flags,
    ],
    {
      env: { ...process.env, HOWDAH_DATA_DIR: join(folder, 'data') },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (bytes) => log.push(String(bytes)));
  }
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const url = `http://127.0.0.1:${port}`;
  const server = {
    url,
    log: () => log.join(''),
    async stop() {
      child.kill('SIGTERM');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
    async post(path, body, headers = {}) {
      const response = await fetch(url + path, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'x-hasura-admin-secret': SECRET,
          ...headers,
        },
        body: JSON.stringify(body),
      });
      const answer = await response.json();
      if (!response.ok) throw new Error(`${path}: ${JSON.stringify(answer)}`);
      return answer;
    },
    sql(sql) {
      return server.post('/v2/query', { type: 'run_sql', args: { source: 'default', sql } });
    },
    metadata(type, args = {}) {
      return server.post('/v1/metadata', { type, args });
    },
  };
  const deadline = Date.now() + 60_000;
  for (;;) {
    const up = await fetch(`${url}/healthz`).then(
      (r) => r.ok,
      () => false,
    );
    if (up) return server;
    if (child.exitCode !== null || Date.now() > deadline) {
      throw new Error(`howdah did not start:\n${log.join('')}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
