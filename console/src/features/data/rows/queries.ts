// Reading rows, counting them within bounds, and writing them.
import { queryOptions } from '@tanstack/react-query';
import {
  ident,
  keys,
  literal,
  post,
  qualified,
  queryJson,
  runSql,
  type Column,
  type Identity,
  type TableDetail,
} from '../../../kit/api';
import { parseExact } from '../../../kit/json';
import { orderSql, whereExpression, whereSql, type Filter, type Order } from './filters';

/** A row as text per column; null is null. */
export type Row = (string | null)[];

export interface View {
  filters: Filter[];
  orders: Order[];
  page: number;
  size: number;
}

/** Longer values are cut in the grid and read whole where they are edited. */
export const cut = 600;
/** Rows are counted one by one up to here; beyond it PostgreSQL's estimate is shown. */
export const countLimit = 10_000;

/** Columns to read, numbered: names may be anything. */
function selectList(columns: Column[], whole: boolean): string {
  return columns
    .map((c, i) => {
      const text = `${ident(c.name)}::text`;
      return `${whole ? text : `left(${text}, ${cut + 1})`} as c${i}`;
    })
    .join(', ');
}

function rowsSql(detail: TableDetail, view: View, whole: boolean): string {
  const order = orderSql(view.orders, detail.primaryKey?.columns ?? []);
  return `select coalesce(json_agg(t), '[]')::text from (select ${selectList(detail.columns, whole)}
    from ${qualified(detail)}${whereSql(view.filters)}${order}
    limit ${view.size} offset ${view.page * view.size}) t`;
}

function asRow(columns: Column[], record: Record<string, string | null>): Row {
  return columns.map((_, i) => record[`c${i}`] ?? null);
}

/** JSON as text, other values as PostgreSQL would write them. */
function textOf(value: unknown, column: Column): string | null {
  if (value === null || value === undefined) return null;
  if (column.base === 'json' || column.base === 'jsonb') return JSON.stringify(value);
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (typeof value === 'object') return JSON.stringify(value);
  return String(value);
}

export interface RowsPage {
  columns: Column[];
  rows: Row[];
  milliseconds: number;
}

/** One page of rows, as administrator by SQL, as a role by what the role may ask. */
export const rowsQuery = (
  source: string,
  detail: TableDetail,
  view: View,
  identity: Identity | undefined,
) =>
  queryOptions({
    queryKey: [
      ...keys.rows(source, detail.schema, detail.name),
      'page',
      view,
      identity ?? null,
      // Other columns are other rows.
      detail.columns.map((column) => [column.name, column.type]),
    ],
    staleTime: 0,
    queryFn: async ({ signal }): Promise<RowsPage> => {
      const started = performance.now();
      const elapsed = () => Math.round(performance.now() - started);
      if (!identity) {
        const records = await queryJson<Record<string, string | null>[]>(
          source,
          rowsSql(detail, view, false),
          signal,
        );
        return {
          columns: detail.columns,
          rows: records.map((record) => asRow(detail.columns, record)),
          milliseconds: elapsed(),
        };
      }
      const records = await post<Record<string, unknown>[]>(
        'v2/query',
        {
          type: 'select',
          args: {
            source,
            table: { schema: detail.schema, name: detail.name },
            columns: ['*'],
            where: whereExpression(view.filters, detail.columns),
            order_by: view.orders.map((o) => ({ column: o.c, type: o.d })),
            limit: view.size,
            offset: view.page * view.size,
          },
        },
        { identity, signal, exactNumbers: true },
      );
      const seen = new Set(records.flatMap((record) => Object.keys(record)));
      const columns = detail.columns.filter((c) => records.length === 0 || seen.has(c.name));
      return {
        columns,
        rows: records.map((record) => columns.map((c) => textOf(record[c.name], c))),
        milliseconds: elapsed(),
      };
    },
  });

export interface Count {
  value: number;
  exact: boolean;
}

/** How many rows there are: exact while there are few, an estimate beyond. Never unbounded. */
export const countQuery = (
  source: string,
  detail: TableDetail,
  filters: Filter[],
  identity: Identity | undefined,
) =>
  queryOptions({
    queryKey: [
      ...keys.rows(source, detail.schema, detail.name),
      'count',
      filters,
      identity ?? null,
    ],
    queryFn: async ({ signal }): Promise<Count | null> => {
      if (identity) return null;
      const from = `${qualified(detail)}${whereSql(filters)}`;
      const counted = await runSql(
        source,
        `select count(*) from (select from ${from} limit ${countLimit + 1}) t`,
        { readOnly: true, signal },
      );
      const value = Number(counted.result?.[1]?.[0] ?? 0);
      if (value <= countLimit) return { value, exact: true };
      if (filters.length === 0 && detail.rows !== null && detail.rows > countLimit) {
        return { value: detail.rows, exact: false };
      }
      const plan = await queryJson<[{ Plan: { 'Plan Rows': number } }]>(
        source,
        `explain (format json) select from ${from}`,
        signal,
      );
      return { value: Math.max(plan[0].Plan['Plan Rows'], value), exact: false };
    },
  });

/** What singles a row out. */
export function keyOf(
  detail: TableDetail,
  row: Row,
  columns = detail.columns,
): Record<string, string> | undefined {
  const key = detail.primaryKey?.columns ?? [];
  if (key.length === 0) return undefined;
  const entries: [string, string][] = [];
  for (const name of key) {
    const value = row[columns.findIndex((c) => c.name === name)];
    if (value === null || value === undefined) return undefined;
    entries.push([name, value]);
  }
  return Object.fromEntries(entries);
}

const keySql = (key: Record<string, string>): string =>
  Object.entries(key)
    .map(([name, value]) => `${ident(name)} = ${literal(value)}`)
    .join(' and ');

/** The whole value of one cell. */
export async function wholeValue(
  source: string,
  detail: TableDetail,
  key: Record<string, string>,
  column: string,
): Promise<string | null> {
  return queryJson<string | null>(
    source,
    `select coalesce((select to_json(${ident(column)}::text) from ${qualified(detail)} where ${keySql(key)}), 'null')::text`,
  );
}

/** Rows whole, a page at a time, for exports. */
export async function exportRows(
  source: string,
  detail: TableDetail,
  view: Omit<View, 'page' | 'size'>,
  limit: number,
): Promise<Row[]> {
  const size = 1000;
  const all: Row[] = [];
  for (let page = 0; all.length < limit; page += 1) {
    const records = await queryJson<Record<string, string | null>[]>(
      source,
      rowsSql(detail, { ...view, page, size }, true),
    );
    all.push(...records.map((record) => asRow(detail.columns, record)));
    if (records.length < size) break;
  }
  return all.slice(0, limit);
}

/** Certain rows whole, in the order of their key. */
export async function rowsOf(
  source: string,
  detail: TableDetail,
  rowKeys: Record<string, string>[],
): Promise<Row[]> {
  const any = rowKeys.map((key) => `(${keySql(key)})`).join(' or ');
  const order = orderSql([], detail.primaryKey?.columns ?? []);
  const records = await queryJson<Record<string, string | null>[]>(
    source,
    `select coalesce(json_agg(t), '[]')::text from (select ${selectList(detail.columns, true)}
    from ${qualified(detail)} where ${any || 'false'}${order}) t`,
  );
  return records.map((record) => asRow(detail.columns, record));
}

/** Text of a form as the value the API takes. */
export function inputValue(text: string | null, column: Column): unknown {
  if (text === null) return null;
  if (column.base === 'json' || column.base === 'jsonb') return parseExact(text);
  if (column.base === 'bool') return text === 'true' || text === 't';
  return text;
}

const tableOf = (detail: TableDetail) => ({ schema: detail.schema, name: detail.name });
const equal = (key: Record<string, string>) =>
  Object.fromEntries(Object.entries(key).map(([name, value]) => [name, { _eq: value }]));

interface Written {
  affected_rows: number;
}

export async function updateRow(
  source: string,
  detail: TableDetail,
  key: Record<string, string>,
  set: Record<string, unknown>,
): Promise<void> {
  if ((await updateRows(source, detail, [key], set)) === 0) {
    throw new Error('No row has this key any more: somebody else deleted or changed it.');
  }
}

/** Gives rows the same values, all or none; tells how many there were. */
export async function updateRows(
  source: string,
  detail: TableDetail,
  rowKeys: Record<string, string>[],
  set: Record<string, unknown>,
): Promise<number> {
  const { affected_rows } = await post<Written>('v2/query', {
    type: 'update',
    args: { source, table: tableOf(detail), $set: set, where: { _or: rowKeys.map(equal) } },
  });
  return affected_rows;
}

export async function insertRows(
  source: string,
  detail: TableDetail,
  objects: Record<string, unknown>[],
): Promise<number> {
  const { affected_rows } = await post<Written>('v2/query', {
    type: 'insert',
    args: { source, table: tableOf(detail), objects },
  });
  return affected_rows;
}

export async function deleteRows(
  source: string,
  detail: TableDetail,
  rowKeys: Record<string, string>[],
): Promise<number> {
  const { affected_rows } = await post<Written>('v2/query', {
    type: 'delete',
    args: { source, table: tableOf(detail), where: { _or: rowKeys.map(equal) } },
  });
  return affected_rows;
}
