import { expect, test } from 'vitest';
import type { Column } from '../../kit/api';
import {
  isAlways,
  operatorsFor,
  parseRule,
  sessionVariablesIn,
  toExpression,
  valueFor,
  valueFromText,
  type NameKind,
} from './rules';

const kindOf = (name: string): NameKind =>
  name === 'author' ? 'relationship' : name.startsWith('_') ? 'unknown' : 'column';
const column = (base: string) => ({ base }) as Column;

test('every form of an expression survives the builder', () => {
  const expressions = [
    {},
    { id: { _eq: 1 } },
    {
      _and: [
        { id: { _gt: 1 } },
        { _or: [{ name: { _like: 'a%' } }, { _not: { id: { _is_null: true } } }] },
      ],
    },
    { author: { id: { _eq: 'X-Hasura-User-Id' } } },
    { author: { books: { _not: { title: { _eq: 'x' } } } } },
    { _exists: { _table: { schema: 'public', name: 'member' }, _where: { id: { _eq: 3 } } } },
    { _something_new: [1] },
  ];
  for (const expression of expressions) {
    expect(toExpression(parseRule(expression, kindOf))).toEqual(expression);
  }
});

test('several keys mean all of them, and a bare value means equal', () => {
  const rule = parseRule({ id: { _gt: 1, _lt: 9 }, name: 'x' }, kindOf);
  expect(toExpression(rule)).toEqual({
    _and: [{ _and: [{ id: { _gt: 1 } }, { id: { _lt: 9 } }] }, { name: { _eq: 'x' } }],
  });
});

test('only the empty expression asks nothing', () => {
  expect(isAlways({})).toBe(true);
  expect(isAlways(null)).toBe(true);
  expect(isAlways({ _or: [] })).toBe(false);
  // An empty "any" lets nothing pass and must not become "everything".
  expect(toExpression({ kind: 'any', rules: [] })).toEqual({ _or: [] });
});

test('session variables are found wherever they stand', () => {
  const expression = {
    a: { _in: 'X-Hasura-Ids' },
    b: { c: { _eq: 'x-hasura-user-id' } },
    d: { _eq: 'y' },
  };
  expect(sessionVariablesIn(expression)).toEqual(['x-hasura-ids', 'x-hasura-user-id']);
});

test('typed text becomes a value of the column', () => {
  expect(valueFromText('3', column('int4'), '_eq')).toBe(3);
  expect(valueFromText('3', column('text'), '_eq')).toBe('3');
  expect(valueFromText('12345678901234567890', column('int8'), '_eq')).toBe('12345678901234567890');
  expect(valueFromText('1, 2', column('int4'), '_in')).toEqual([1, 2]);
  expect(valueFromText('["a"]', column('text'), '_in')).toEqual(['a']);
  expect(valueFromText('5', column('int4'), '_in')).toEqual([5]);
  expect(valueFromText('[1, 2]', column('_int4'), '_in')).toEqual([[1, 2]]);
  expect(valueFromText('5', column('text'), '_in')).toEqual(['5']);
  expect(valueFromText('', column('text'), '_nin')).toEqual([]);
  expect(valueFromText('5', column('jsonb'), '_has_key')).toBe('5');
  expect(valueFromText('a, 5', column('jsonb'), '_has_keys_any')).toEqual(['a', '5']);
  expect(valueFromText('5, x', column('jsonb'), '_in')).toEqual([5, 'x']);
  expect(valueFromText('1.2', column('ltree'), '_ancestor')).toBe('1.2');
  expect(valueFromText('X-Hasura-Id', column('int4'), '_eq')).toBe('X-Hasura-Id');
  expect(valueFromText('{"a": 1}', column('jsonb'), '_contains')).toEqual({ a: 1 });
});

test('operators fit the type', () => {
  expect(operatorsFor(column('jsonb'))).toContain('_has_key');
  expect(operatorsFor(column('int4'))).not.toContain('_like');
});

test('a value follows its operator and its column', () => {
  const int = column('int4');
  const text = column('text');
  expect(valueFor(5, int, '_in')).toEqual([5]);
  expect(valueFor([5], int, '_eq')).toBe(5);
  expect(valueFor('X-Hasura-Id', int, '_in')).toBe('X-Hasura-Id');
  expect(valueFor(5, text, '_eq')).toBe('5');
  expect(valueFor('open', text, '_in')).toEqual(['open']);
  expect(valueFor('open', text, '_is_null')).toBe(true);
  expect(valueFor(true, text, '_eq')).toBe('');
  expect(valueFor(5, int, '_ceq')).toBe('');
});
