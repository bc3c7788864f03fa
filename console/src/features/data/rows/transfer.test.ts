import { expect, test } from 'vitest';
import type { Column } from '../../../kit/api';
import { readRows, toCsv, toJson } from './transfer';

const column = (name: string, base: string, nullable = true): Column => ({
  name,
  base,
  type: base,
  category: 'b',
  nullable,
  default: null,
  identity: null,
  generated: false,
  comment: null,
  enumValues: null,
});
const columns = [
  column('id', 'int8'),
  column('name', 'text', false),
  column('data', 'jsonb'),
  column('ok', 'bool'),
];
const rows = [
  ['9007199254740993', 'a "b",\nc', '{"x": [1, 2]}', 'true'],
  ['2', '', null, null],
];

test('what is exported as CSV can be imported again', () => {
  const { objects, unknown } = readRows(toCsv(columns, rows), columns);
  expect(unknown).toEqual([]);
  expect(objects).toEqual([
    { id: '9007199254740993', name: 'a "b",\nc', data: { x: [1, 2] }, ok: true },
    { id: '2', name: '', data: null, ok: null },
  ]);
});

test('JSON keeps every digit', () => {
  const text = toJson(columns, rows);
  expect(text).toContain('"id": 9007199254740993');
  expect((JSON.parse(text) as { data: unknown }[])[0]?.data).toEqual({ x: [1, 2] });
});

test('names that are no columns are told and left out', () => {
  const read = readRows('[{"id": 1, "colour": "red"}]', columns);
  expect(read.unknown).toEqual(['colour']);
  expect(read.objects).toEqual([{ id: 1 }]);
});

test('what is wrong with a file is told with its place', () => {
  expect(() => readRows('id,data\n1,{', columns)).toThrow('Line 2: data is no JSON');
  expect(() => readRows('[1]', columns)).toThrow('Entry 1 is no object');
});
