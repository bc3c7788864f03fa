// Holds what `howdah types` wrote against the programs that read it: `node check-types.mjs FOLDER ROLE…`.
// For each role FOLDER has ROLE.graphql, ROLE.ts and ROLE.json, the server's answer to the introspection query
// of graphql-js. The types must compile under the strictest rules of TypeScript, and programs that misuse them
// must not; the SDL must be the schema that graphql-js builds from the answer.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildClientSchema, buildSchema, lexicographicSortSchema, printSchema, validateSchema } from 'graphql';
import ts from 'typescript';

const [folder, ...roles] = process.argv.slice(2);
assert.ok(folder && roles.length > 0, 'usage: node check-types.mjs FOLDER ROLE…');

const sorted = (schema) => printSchema(lexicographicSortSchema(schema));

for (const role of roles) {
  const read = (ending) => readFileSync(join(folder, `${role}.${ending}`), 'utf8');
  const built = buildSchema(read('graphql'));
  assert.deepEqual(validateSchema(built), [], `the SDL of ${role}`);
  assert.equal(sorted(built), sorted(buildClientSchema(JSON.parse(read('json')).data)), `the SDL of ${role}`);
}

const options = {
  strict: true,
  noEmit: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noUnusedLocals: true,
  isolatedModules: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  types: [],
};
// Programs that use the types lie beside them; a line after `@ts-expect-error` must not compile.
const files = [...roles.map((role) => join(folder, `${role}.ts`)), join(folder, 'use.ts')];
const program = ts.createProgram(files, options);
const found = ts.getPreEmitDiagnostics(program);
assert.equal(
  ts.formatDiagnostics(found, { getCurrentDirectory: () => folder, getCanonicalFileName: (f) => f, getNewLine: () => '\n' }),
  '',
);
