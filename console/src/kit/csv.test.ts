import { expect, test } from 'vitest';
import { parseCsv } from './csv';

const texts = (text: string) => parseCsv(text).map((r) => r.fields.map((f) => f.text));

test('quotes hold delimiters, quotes and lines', () => {
  expect(texts('a,b\r\n"1,5","say ""hi""\nagain"\r\n')).toEqual([
    ['a', 'b'],
    ['1,5', 'say "hi"\nagain'],
  ]);
  const [, , third] = parseCsv('a\n"x\ny"\nz');
  expect(third?.line).toBe(4);
});

test('the delimiter is found', () => {
  expect(texts('a;b\n1,5;2')).toEqual([
    ['a', 'b'],
    ['1,5', '2'],
  ]);
  expect(texts('a\tb\n1\t2')[1]).toEqual(['1', '2']);
  expect(texts('"x;y;z",b\n1,2')[1]).toEqual(['1', '2']);
});

test('an empty field is told from an empty text, and blank lines are left out', () => {
  expect(parseCsv('a,b\n,""\n\n  \n')[1]?.fields).toEqual([
    { text: '', quoted: false },
    { text: '', quoted: true },
  ]);
  expect(parseCsv('a,b\n,""\n\n  \n')).toHaveLength(2);
  expect(texts('a,b\n1,')).toEqual([
    ['a', 'b'],
    ['1', ''],
  ]);
});

test('what is broken is told with its line', () => {
  expect(() => parseCsv('a,b\n1,"x')).toThrow('Line 2: a quote is never closed');
  expect(() => parseCsv('a\n"x"y')).toThrow('Line 2: something stands behind a closing quote');
});
