import { execFileSync } from 'node:child_process';
import { expect, test, vi } from 'vitest';
import { codeFor, languages, type CodeInput } from './code';

const input: CodeInput = {
  url: 'http://localhost:8080/v1/graphql',
  query: 'query Q($n: String) {\n  note(where: {text: {_eq: "it\'s `${x}` \\"#"}}) { id }\n}',
  variables: '{"n": "a\'b"}',
  operationName: 'Q',
  role: 'author',
  sessionVariables: { 'x-hasura-user-id': '7' },
};

test('curl sends exactly what is in the editors', () => {
  // The shell itself says what the words are.
  const script = codeFor('curl', input).replace(/^curl/, 'printf "%s\\0"');
  const words = execFileSync('sh', ['-c', script]).toString().split('\0');
  expect(words).toContain('x-hasura-role: author');
  expect(words).toContain('x-hasura-user-id: 7');
  const body = words[words.indexOf('-d') + 1] ?? '';
  expect(JSON.parse(body)).toEqual({
    query: input.query,
    variables: { n: "a'b" },
    operationName: 'Q',
  });
});

test('fetch sends exactly what is in the editors', async () => {
  const fetched = vi.fn(async () => ({ json: async () => ({ data: 1 }) }));
  vi.spyOn(console, 'log').mockImplementation(() => {});
  const run = new Function('fetch', `return (async () => {${codeFor('fetch', input)}})()`);
  await run(fetched);
  const [url, init] = fetched.mock.calls[0] as unknown as [string, RequestInit];
  expect(url).toBe(input.url);
  expect(JSON.parse(String(init.body))).toEqual({
    query: input.query,
    variables: { n: "a'b" },
    operationName: 'Q',
  });
  expect(init.headers).toMatchObject({ 'x-hasura-role': 'author' });
});

test('raw strings of Rust are closed where they should be', () => {
  expect(codeFor('Rust', input)).toContain('r##"query Q');
});

test('Apollo tells mutations from queries', () => {
  expect(codeFor('Apollo', input)).toContain('client.query({');
  const mutation = {
    ...input,
    query: '# change\nmutation { delete_note(where: {}) { affected_rows } }',
  };
  expect(codeFor('Apollo', mutation)).toContain('client.mutate({');
});

test('variables that are no JSON are left out', () => {
  for (const language of languages) {
    expect(codeFor(language, { ...input, variables: '{' })).not.toContain('variables');
  }
});
