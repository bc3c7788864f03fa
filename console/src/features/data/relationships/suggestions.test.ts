import { expect, test } from 'vitest';
import type { Source, Suggestion } from '../../../kit/api';
import { createCommand, named } from './suggestions';

const table = (name: string) => ({ schema: 'public', name });
const source: Source = {
  name: 'default',
  kind: 'postgres',
  configuration: {},
  tables: [
    { table: table('book'), object_relationships: [{ name: 'author', using: {} }] },
    { table: table('author') },
  ],
};
const forward = (column: string): Suggestion => ({
  type: 'object',
  from: { table: table('book'), columns: [column], constraint_name: `book_${column}_fkey` },
  to: { table: table('author'), columns: ['id'] },
});
const backward = (column: string): Suggestion => ({
  type: 'array',
  from: { table: table('author'), columns: ['id'] },
  to: { table: table('book'), columns: [column], constraint_name: `book_${column}_fkey` },
});

test('a key that ends in _id gives its relationship the rest of the name', () => {
  expect(named([forward('editor_id')], source)[0]?.name).toBe('editor');
});

test('names that are taken are told apart by the column', () => {
  expect(named([forward('author_id')], source)[0]?.name).toBe('author_by_author_id');
  const names = named([backward('author_id'), backward('editor_id')], source).map((s) => s.name);
  expect(names).toEqual(['book', 'book_by_editor_id']);
});

test('a relationship is created by the key, from either side', () => {
  const [one, many] = named([forward('editor_id'), backward('editor_id')], source);
  expect(createCommand('default', one!)).toEqual({
    type: 'pg_create_object_relationship',
    args: {
      source: 'default',
      table: table('book'),
      name: 'editor',
      using: { foreign_key_constraint_on: 'editor_id' },
    },
  });
  expect(createCommand('default', many!).args).toMatchObject({
    using: { foreign_key_constraint_on: { table: table('book'), column: 'editor_id' } },
  });
});
