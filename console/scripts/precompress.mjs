// Puts a gzip and a brotli form beside every file of the build that gets smaller by it, and keeps
// the folder in the repository. The server sends these forms as they are.
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const dist = new URL('../dist/', import.meta.url).pathname;
const worthIt = /\.(js|css|svg|json|map|txt|ttf|wasm)$/;

const files = await readdir(dist, { recursive: true });
let plain = 0;
let sent = 0;
for (const name of files) {
  const path = join(dist, name);
  if (!worthIt.test(name) || !(await stat(path)).isFile()) continue;
  const bytes = await readFile(path);
  if (bytes.length < 256) continue;
  const brotli = await promisify(brotliCompress)(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: bytes.length > 1_000_000 ? 9 : 11,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  });
  const zipped = await promisify(gzip)(bytes, { level: 9 });
  if (zipped.length >= bytes.length || brotli.length >= bytes.length) continue;
  await writeFile(`${path}.br`, brotli);
  await writeFile(`${path}.gz`, zipped);
  plain += bytes.length;
  sent += brotli.length;
}
await writeFile(join(dist, '.gitkeep'), '');
console.log(`compressed ${Math.round(plain / 1024)} kB to ${Math.round(sent / 1024)} kB`);
