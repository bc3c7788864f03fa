import { expect, test } from 'vitest';
import type { Column } from '../../../kit/api';
import { isComplete, listValues, orderSql, whereExpression, whereSql } from './filters';

const column = (name: string, base: string): Column => ({
  name,
  base,
  type: base,
  category: 'b',
  nullable: true,
  default: null,
  identity: null,
  generated: false,
  comment: null,
  enumValues: null,
});

test('values cannot leave their quotes', () => {
  expect(whereSql([{ c: 'na"me', o: '=', v: "x' or 1=1 --" }])).toBe(
    ` where "na""me" = 'x'' or 1=1 --'`,
  );
  expect(whereSql([{ c: 'a', o: '=', v: "\\'; drop table t" }])).toBe(
    ` where "a" = E'\\\\''; drop table t'`,
  );
});

test('what has a meaning in patterns is looked for as it is', () => {
  expect(whereSql([{ c: 'a', o: 'contains', v: '50%_' }])).toBe(
    ` where "a"::text ilike E'%50\\\\%\\\\_%'`,
  );
});

test('lists are split at commas outside of quotes', () => {
  expect(listValues('a, "b, c" ,3')).toEqual(['a', 'b, c', '3']);
  expect(whereSql([{ c: 'a', o: 'in', v: '' }])).toBe(' where false');
});

test('pages are kept apart by the key', () => {
  expect(orderSql([], ['id'])).toBe(' order by "id"');
  expect(orderSql([{ c: 'id', d: 'desc' }], ['id'])).toBe(' order by "id" desc nulls last');
});

test('a role is asked by the same filters', () => {
  const columns = [column('n', 'int4'), column('s', 'text'), column('j', 'jsonb')];
  expect(
    whereExpression(
      [
        { c: 'n', o: '>=', v: '3' },
        { c: 's', o: 'contains', v: 'x' },
        { c: 'j', o: 'json contains', v: '{"a":1}' },
      ],
      columns,
    ),
  ).toEqual({
    _and: [{ n: { _gte: '3' } }, { s: { _ilike: '%x%' } }, { j: { _contains: { a: 1 } } }],
  });
  expect(whereExpression([], columns)).toEqual({});
});

test('a filter without its value waits', () => {
  expect(isComplete({ c: 'j', o: 'json contains', v: '{' }, column('j', 'jsonb'))).toBe(false);
  expect(isComplete({ c: 'n', o: 'in', v: '' }, column('n', 'int4'))).toBe(false);
  expect(isComplete({ c: 'n', o: 'is null', v: '' }, column('n', 'int4'))).toBe(true);
  expect(isComplete({ c: 'gone', o: '=', v: '1' }, undefined)).toBe(false);
});
