// A project folder, and `howdah console` that serves the console for it.
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { binary, dist, freePort, SECRET } from './server.js';

const run = promisify(execFile);

/** A project with the metadata that the server has; `console` serves it until `stop`. */
export async function startProject(server) {
  const folder = await mkdtemp(join(tmpdir(), 'howdah-project-'));
  const options = ['--project', folder, '--endpoint', server.url, '--admin-secret', SECRET];
  await run(binary, ['init', folder, '-y']);
  await run(binary, ['metadata', 'export', ...options]);
  const port = await freePort();
  const log = [];
  const child = spawn(
    binary,
    ['console', '--no-browser', `--console-port=${port}`, '--static-dir', dist, ...options],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (bytes) => log.push(String(bytes)));
  }
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const url = `http://localhost:${port}`;
  const deadline = Date.now() + 30_000;
  while (!(await fetch(`${url}/console/config.json`).then((r) => r.ok, () => false))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      throw new Error(`howdah console did not start:\n${log.join('')}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {
    url,
    log: () => log.join(''),
    /** Migrations of the database `default`, oldest first: their names without the time, and their SQL. */
    async migrations() {
      const place = join(folder, 'migrations', 'default');
      const names = await readdir(place).catch(() => []);
      return Promise.all(
        names.sort().map(async (name) => ({
          name: name.replace(/^\d+_/, ''),
          up: await readFile(join(place, name, 'up.sql'), 'utf8'),
          down: await readFile(join(place, name, 'down.sql'), 'utf8').catch(() => undefined),
        })),
      );
    },
    /** A file of the metadata. */
    metadata: (path) => readFile(join(folder, 'metadata', path), 'utf8'),
    /** All files of the metadata behind one another. */
    async allMetadata() {
      const place = join(folder, 'metadata');
      const files = (await readdir(place, { recursive: true })).filter((n) => n.endsWith('.yaml'));
      return (await Promise.all(files.map((n) => readFile(join(place, n), 'utf8')))).join('\n');
    },
    /** What a command of the CLI says of the project. */
    command: async (...words) => (await run(binary, [...words, ...options])).stdout,
    async stop() {
      child.kill('SIGTERM');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
