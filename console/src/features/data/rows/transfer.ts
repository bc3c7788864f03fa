// Rows in files: CSV and JSON, out and in. Pure, but for the CSV library.
import Papa from 'papaparse';
import type { Column } from '../../../kit/api';
import { csvText } from '../../../kit/files';
import { kindOfType } from '../../../kit/grid/Value';
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

function readJson(text: string, columns: Column[]): Incoming {
  const value = JSON.parse(text) as unknown;
  const list = Array.isArray(value) ? value : [value];
  for (const [index, item] of list.entries()) {
    if (typeof item !== 'object' || item === null || Array.isArray(item)) {
      throw new Error(`Entry ${index + 1} is no object`);
    }
  }
  const records = list as Record<string, unknown>[];
  const [used, unknown] = sortNames(records.flatMap(Object.keys), columns);
  const objects = records.map((record) =>
    Object.fromEntries(Object.entries(record).filter(([name]) => used.includes(name))),
  );
  return { used, unknown, objects };
}

function readCsv(text: string, columns: Column[]): Incoming {
  const { data, errors, meta } = Papa.parse<Record<string, string>>(text.replace(/^\uFEFF/, ''), {
    header: true,
    skipEmptyLines: 'greedy',
  });
  const first = errors.find((e) => e.code !== 'UndetectableDelimiter');
  if (first) throw new Error(`Line ${(first.row ?? 0) + 2}: ${first.message}`);
  const [used, unknown] = sortNames(meta.fields ?? [], columns);
  const byName = new Map(columns.map((c) => [c.name, c]));
  const objects = data.map((record, index) =>
    Object.fromEntries(
      used.map((name) => [name, csvValue(record[name] ?? '', byName.get(name), index)] as const),
    ),
  );
  return { used, unknown, objects };
}

function csvValue(text: string, column: Column | undefined, index: number): unknown {
  if (!column) return text;
  const kind = kindOfType(column.base);
  // CSV does not tell an empty text from nothing; a text column that must have one gets it.
  if (text === '') return kind === 'text' && !column.nullable ? '' : null;
  if (kind === 'json') {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      throw new Error(`Line ${index + 2}: ${column.name} is no JSON`);
    }
  }
  if (kind === 'boolean') return /^(t|true|1|yes|y|on)$/i.test(text);
  return text;
}
