// Rows in files: CSV and JSON, out and in. Pure.
import type { Column } from '../../../kit/api';
import { parseCsv, type CsvField, type CsvRecord } from '../../../kit/csv';
import { csvText } from '../../../kit/files';
import { kindOfType } from '../../../kit/grid/Value';
import { t } from '../../../kit/i18n';
import { parseExact } from '../../../kit/json';
import type { Row } from './queries';

/** CSV with a head. */
export const toCsv = (columns: Column[], rows: Row[]): string =>
  csvText([columns.map((c) => c.name), ...rows]);

/** An array of objects; numbers that JavaScript cannot hold keep their digits. */
export function toJson(columns: Column[], rows: Row[]): string {
  const value = (text: string | null, column: Column): string => {
    if (text === null) return 'null';
    switch (kindOfType(column.base)) {
      case 'number':
        return /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text) ? text : JSON.stringify(text);
      case 'boolean':
        return text === 'true' || text === 't' ? 'true' : 'false';
      case 'json':
        return text;
      default:
        return JSON.stringify(text);
    }
  };
  const objects = rows.map((row) => {
    const fields = columns.map(
      (column, i) => `${JSON.stringify(column.name)}: ${value(row[i] ?? null, column)}`,
    );
    return `  {${fields.join(', ')}}`;
  });
  return `[\n${objects.join(',\n')}\n]\n`;
}

/** What a file holds, before it is written. */
export interface Incoming {
  /** Names of the file that are columns of the table. */
  used: string[];
  /** Names of the file that are not. */
  unknown: string[];
  objects: Record<string, unknown>[];
}

/** Text of a file, and the encoding it was in. */
export interface FileText {
  text: string;
  encoding: 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';
}

/** Bytes as text: by their mark, as UTF-8, or else as spreadsheets in the West wrote them. */
export function decodeText(bytes: Uint8Array): FileText {
  const decode = (encoding: FileText['encoding'], fatal = false): FileText => ({
    text: new TextDecoder(encoding, { fatal }).decode(bytes),
    encoding,
  });
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return decode('utf-16le');
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return decode('utf-16be');
  try {
    return decode('utf-8', true);
  } catch {
    return decode('windows-1252');
  }
}

/** Reads a file by its content; throws with the place of what is wrong. */
export function readRows(text: string, columns: Column[]): Incoming {
  const start = text.trimStart()[0];
  return start === '[' || start === '{' ? readJson(text, columns) : readCsv(text, columns);
}

function sortNames(names: Iterable<string>, columns: Column[]): [string[], string[]] {
  const known = new Set(columns.map((c) => c.name));
  const all = [...new Set(names)];
  return [all.filter((n) => known.has(n)), all.filter((n) => !known.has(n))];
}

/** An array of objects, one object, or an object a line. */
function jsonEntries(text: string): unknown[] {
  try {
    const value = parseExact(text);
    return Array.isArray(value) ? value : [value];
  } catch (error) {
    const lines = text.split('\n').map((line, index) => ({ line: line.trim(), index }));
    const full = lines.filter(({ line }) => line !== '');
    // A document of several lines that is broken is no list of lines.
    if (full.length < 2 || !full.every(({ line }) => /^\{.*\}$/.test(line))) throw error;
    return full.map(({ line, index }) => {
      try {
        return parseExact(line);
      } catch {
        throw new Error(t('Line {{line}} is no JSON', { line: index + 1 }));
      }
    });
  }
}

function readJson(text: string, columns: Column[]): Incoming {
  const list = jsonEntries(text);
  for (const [index, item] of list.entries()) {
    if (typeof item !== 'object' || item === null || Array.isArray(item)) {
      throw new Error(t('Entry {{number}} is no object', { number: index + 1 }));
    }
  }
  const records = list as Record<string, unknown>[];
  const [used, unknown] = sortNames(records.flatMap(Object.keys), columns);
  const known = new Set(used);
  const objects = records.map((record) =>
    Object.fromEntries(Object.entries(record).filter(([name]) => known.has(name))),
  );
  return { used, unknown, objects };
}

function readCsv(text: string, columns: Column[]): Incoming {
  const [head, ...records] = parseCsv(text.replace(/^\uFEFF/, ''));
  const names = (head?.fields ?? []).map((field) => field.text.trim());
  const double = names.find((name, index) => name !== '' && names.indexOf(name) !== index);
  if (double !== undefined) {
    throw new Error(t('The name {{name}} stands twice in the first line', { name: double }));
  }
  const [used, unknown] = sortNames(names, columns);
  const places = used.flatMap((name) => {
    const column = columns.find((c) => c.name === name);
    return column ? [{ column, index: names.indexOf(name) }] : [];
  });
  const objects = records.map((record) => {
    if (record.fields.length !== names.length) throw new Error(wrongCount(record, names.length));
    return Object.fromEntries(
      places.map(({ column, index }) => {
        const field = record.fields[index] ?? { text: '', quoted: false };
        return [column.name, csvValue(field, column, record.line)] as const;
      }),
    );
  });
  return { used, unknown: unknown.map((name) => name || t('(no name)')), objects };
}

const wrongCount = (record: CsvRecord, wanted: number) =>
  t('Line {{line}} has {{count}} fields, the first line has {{wanted}}', {
    line: record.line,
    count: record.fields.length,
    wanted,
  });

function csvValue({ text, quoted }: CsvField, column: Column, line: number): unknown {
  const kind = kindOfType(column.base);
  // A text column that must have a text gets the empty one.
  if (text === '') return kind === 'text' && (quoted || !column.nullable) ? '' : null;
  const wrong = (what: string) =>
    new Error(t('Line {{line}}: {{name}} is {{what}}', { line, name: column.name, what }));
  if (kind === 'json') {
    try {
      return parseExact(text);
    } catch {
      throw wrong(t('no JSON'));
    }
  }
  if (kind === 'boolean') {
    if (/^(t|true|1|yes|y|on)$/i.test(text.trim())) return true;
    if (/^(f|false|0|no|n|off)$/i.test(text.trim())) return false;
    throw wrong(t('neither true nor false'));
  }
  return text;
}
