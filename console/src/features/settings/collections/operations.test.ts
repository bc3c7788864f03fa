import { expect, test } from 'vitest';
import { splitOperations } from './operations';

test('each operation takes the fragments it needs', () => {
  const operations = splitOperations(
    'query A { a { ...f } } query B { b { id } } fragment f on a { id }',
  );
  expect(operations.map((o) => o.name)).toEqual(['A', 'B']);
  expect(operations[0]?.query).toContain('fragment f');
  expect(operations[1]?.query).not.toContain('fragment f');
});

test('an operation without a name is refused', () => {
  expect(() => splitOperations('{ a { id } }')).toThrow('Every operation needs a name.');
  expect(() => splitOperations('query {')).toThrow();
});
