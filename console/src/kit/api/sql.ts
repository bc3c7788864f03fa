// SQL through `run_sql`, and SQL text with names and values in their right quotes.
import { post } from './client';

/** The answer of `run_sql`: names of columns, then rows of text. */
export interface SqlResult {
  result_type: 'TuplesOk' | 'CommandOk';
  result: string[][] | null;
}

export interface SqlOptions {
  cascade?: boolean;
  readOnly?: boolean;
  noTransaction?: boolean;
  checkMetadataConsistency?: boolean;
  signal?: AbortSignal;
}

/** Runs statements on a source. */
export function runSql(source: string, sql: string, options: SqlOptions = {}): Promise<SqlResult> {
  return post<SqlResult>(
    'v2/query',
    {
      type: 'run_sql',
      args: {
        source,
        sql,
        cascade: options.cascade ?? false,
        read_only: options.readOnly ?? false,
        ...(options.noTransaction ? { no_transaction: true } : {}),
        ...(options.checkMetadataConsistency === undefined
          ? {}
          : { check_metadata_consistency: options.checkMetadataConsistency }),
      },
    },
    { signal: options.signal },
  );
}

/** Runs a query that gives one value of JSON. */
export async function queryJson<T>(source: string, sql: string, signal?: AbortSignal): Promise<T> {
  const answer = await runSql(source, sql, { readOnly: true, signal });
  const value = answer.result?.[1]?.[0];
  return JSON.parse(value ?? 'null') as T;
}

/** A name as SQL has it. */
export function ident(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** `"schema"."name"`. */
export function qualified(table: { schema: string; name: string }): string {
  return `${ident(table.schema)}.${ident(table.name)}`;
}

/** Text as an SQL literal, whatever `standard_conforming_strings` says. */
export function literal(text: string): string {
  const quoted = text.replaceAll("'", "''");
  return quoted.includes('\\') ? `E'${quoted.replaceAll('\\', '\\\\')}'` : `'${quoted}'`;
}

const plainName = /^[a-z_][a-z0-9_]*$/;
const reserved = new Set(
  'all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate collation column concurrently constraint create cross current_catalog current_date current_role current_schema current_time current_timestamp current_user default deferrable desc distinct do else end except false fetch for foreign freeze from full grant group having ilike in initially inner intersect into is isnull join lateral leading left like limit localtime localtimestamp natural not notnull null offset on only or order outer overlaps placing primary references returning right select session_user similar some symmetric table tablesample then to trailing true union unique user using variadic verbose when where window with'.split(
    ' ',
  ),
);

/** A name for people: quoted only where it has to be. */
export function prettyIdent(name: string): string {
  return plainName.test(name) && !reserved.has(name) ? name : ident(name);
}

/** `public.orders`, quoted only where it has to be. */
export function prettyQualified(table: { schema: string; name: string }): string {
  return `${prettyIdent(table.schema)}.${prettyIdent(table.name)}`;
}
