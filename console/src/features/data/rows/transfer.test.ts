import { expect, test } from 'vitest';
import type { Column } from '../../../kit/api';
import { decodeText, readRows, toCsv, toJson } from './transfer';

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

test('an empty text of a column that may be null is not taken for nothing', () => {
  const notes = [column('id', 'int4'), column('note', 'text')];
  const { objects } = readRows(
    toCsv(notes, [
      ['1', ''],
      ['2', null],
    ]),
    notes,
  );
  expect(objects).toEqual([
    { id: '1', note: '' },
    { id: '2', note: null },
  ]);
});

// Node.js 20 has no such numbers; the browser tests look at this too.
test.skipIf(!('rawJSON' in JSON))('numbers of JSON keep their digits, nested ones too', () => {
  const { objects } = readRows('[{"id": 9007199254740993, "data": {"n": [1.0, 2]}}]', columns);
  expect(JSON.stringify(objects)).toBe('[{"id":9007199254740993,"data":{"n":[1.0,2]}}]');
});

test('an object a line is JSON too', () => {
  const read = readRows('{"id": 1}\n\n{"id": 2, "name": "x"}\n', columns);
  expect(read.objects).toEqual([{ id: 1 }, { id: 2, name: 'x' }]);
  expect(() => readRows('{"id": 1}\n{"id": }\n', columns)).toThrow('Line 2 is no JSON');
});

test('files of spreadsheets are read in their encoding', () => {
  const utf16 = new Uint8Array([0xff, 0xfe, 0x61, 0, 0xe4, 0]);
  expect(decodeText(utf16)).toEqual({ text: 'aä', encoding: 'utf-16le' });
  expect(decodeText(new Uint8Array([0x61, 0xe4]))).toEqual({
    text: 'aä',
    encoding: 'windows-1252',
  });
  expect(decodeText(new TextEncoder().encode('aä'))).toEqual({ text: 'aä', encoding: 'utf-8' });
  expect(readRows('\uFEFFid;name\n1;x', columns).objects).toEqual([{ id: '1', name: 'x' }]);
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
  expect(() => readRows('id,ok\n1,maybe', columns)).toThrow('Line 2: ok is neither true nor false');
  expect(() => readRows('id,id\n1,2', columns)).toThrow('The name id stands twice');
  expect(() => readRows('id,name\n1,"a\nb"\n2', columns)).toThrow(
    'Line 4 has 1 fields, the first line has 2',
  );
  expect(readRows('id,\n1,x', columns).unknown).toEqual(['(no name)']);
});
