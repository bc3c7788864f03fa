import { expect, test } from 'vitest';
import { parsePlan } from './plan';

test('a plan is read as a tree with its conditions', () => {
  const [root, ...others] = parsePlan([
    'Aggregate  (cost=35.51..35.52 rows=1 width=32)',
    '  ->  Hash Join  (cost=1.09..30.00 rows=10 width=64)',
    '        Hash Cond: (a.id = b.id)',
    '        ->  Seq Scan on a  (cost=0.00..25.00 rows=1500 width=36)',
    '              Filter: (x > 1)',
    '        ->  Hash  (cost=1.04..1.04 rows=4 width=36)',
    '              ->  Seq Scan on b  (cost=0.00..1.04 rows=4 width=36)',
    '  SubPlan 1',
    '    ->  Result  (cost=0.00..0.01 rows=1 width=32)',
  ]);
  expect(others).toEqual([]);
  expect(root?.title).toBe('Aggregate');
  expect(root?.cost).toEqual({ start: 35.51, total: 35.52 });
  expect(root?.details).toEqual(['SubPlan 1']);
  expect(root?.children.map((c) => c.title)).toEqual(['Hash Join', 'Result']);
  const join = root?.children[0];
  expect(join?.details).toEqual(['Hash Cond: (a.id = b.id)']);
  expect(join?.children.map((c) => c.title)).toEqual(['Seq Scan on a', 'Hash']);
  expect(join?.children[0]?.details).toEqual(['Filter: (x > 1)']);
  expect(join?.children[1]?.children[0]?.rows).toBe(4);
});

test('lines that are no plan are passed over', () => {
  expect(parsePlan([])).toEqual([]);
  expect(parsePlan(['something else'])).toEqual([]);
});
