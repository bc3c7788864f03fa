import { expect, test } from 'vitest';
import type { Metadata, TrackedTable } from '../../kit/api';
import { partDetail, partHolds, partLabel, variablesAsked, type RulePart } from './why';

const part = (some: Partial<RulePart>): RulePart => ({
  path: '$.filter',
  kind: 'comparison',
  rule: {},
  ...some,
});

test('a comparison is told with what it compared', () => {
  const compared = part({
    rule: { customer_id: { _eq: 'X-Hasura-User-Id' } },
    value: false,
    left: 8,
    right: 18,
  });
  expect(partLabel(compared)).toBe('customer_id _eq "X-Hasura-User-Id"');
  expect(partDetail(compared)).toBe('8 and 18');
  expect(partHolds(compared)).toBe(false);
  expect(partHolds(part({ value: null, error: 'missing' }))).toBeUndefined();
});

test('what is asked of other rows is told by how many fit', () => {
  const related = part({
    kind: 'relationship',
    rule: { lines: { quantity: { _gt: 3 } } },
    value: true,
    rows: { found: 4, matching: 1, more: false },
  });
  expect(partLabel(related)).toBe('rows of lines');
  expect(partDetail(related)).toBe('1 of 4 fit');
  const below = part({ values: { true: 0, false: 3, unknown: 1 } });
  expect(partDetail(below)).toBe('holds for 0 of 4');
  expect(partHolds(below)).toBe(false);
  expect(partLabel(part({ kind: 'exists', rule: { _exists: { _table: 'member' } } }))).toBe(
    'a row exists in member',
  );
});

test('an inherited role asks for the variables of its parents', () => {
  const table = {
    select_permissions: [
      { role: 'buyer', permission: { columns: '*', filter: { id: { _eq: 'X-Hasura-User-Id' } } } },
      { role: 'team', permission: { columns: '*', filter: { team: { _eq: 'X-Hasura-Team' } } } },
    ],
  } as unknown as TrackedTable;
  const metadata = {
    inherited_roles: [{ role_name: 'both', role_set: ['buyer', 'team'] }],
  } as unknown as Metadata;
  expect(variablesAsked(metadata, table, 'buyer')).toEqual(['x-hasura-user-id']);
  expect(variablesAsked(metadata, table, 'both')).toEqual(['x-hasura-team', 'x-hasura-user-id']);
});
