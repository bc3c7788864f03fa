import { expect, test } from 'vitest';
import { accessOf, cleaned, emptyPermission, saveCommands } from './model';

test('access is full only without any bound', () => {
  expect(accessOf(undefined, 'select')).toBe('none');
  expect(accessOf({ columns: '*', filter: {} }, 'select')).toBe('full');
  expect(accessOf({ columns: '*', filter: {}, limit: 10 }, 'select')).toBe('partial');
  expect(accessOf({ columns: ['a'], filter: {} }, 'select', 2)).toBe('partial');
  expect(accessOf({ columns: ['a', 'b'], filter: {} }, 'select', 2)).toBe('full');
  expect(accessOf({ columns: '*', filter: {}, check: { a: { _eq: 1 } } }, 'update')).toBe(
    'partial',
  );
  expect(accessOf({ filter: {} }, 'delete')).toBe('full');
});

test('a new permission allows no column', () => {
  expect(emptyPermission('select').columns).toEqual([]);
});

test('a permission is saved with the keys of its kind only', () => {
  const all = {
    columns: ['a'],
    filter: { a: { _eq: 1 } },
    check: null,
    set: {},
    allow_aggregations: false,
    backend_only: false,
  };
  expect(cleaned('select', all)).toEqual({ columns: ['a'], filter: { a: { _eq: 1 } } });
  expect(cleaned('insert', all)).toEqual({ columns: ['a'], check: {} });
  expect(cleaned('update', all)).toEqual({
    columns: ['a'],
    filter: { a: { _eq: 1 } },
    check: null,
  });
  expect(cleaned('delete', all)).toEqual({ filter: { a: { _eq: 1 } } });
});

test('no root field is not the same as every root field', () => {
  expect(cleaned('select', { columns: [], filter: {}, query_root_fields: [] })).toHaveProperty(
    'query_root_fields',
    [],
  );
});

test('what is there is replaced in one request', () => {
  const commands = saveCommands(
    'default',
    { schema: 'public', name: 't' },
    'delete',
    'r',
    { filter: {} },
    '',
    true,
  );
  expect(commands.map((c) => c.type)).toEqual([
    'pg_drop_delete_permission',
    'pg_create_delete_permission',
  ]);
});
