// Filters and orders of the rows page, as they stand in the URL, and what they are in SQL and in
// the language of permissions. Pure.
import * as v from 'valibot';
import { ident, literal, type Column } from '../../../kit/api';

export const operators = [
  '=',
  '!=',
  '<',
  '<=',
  '>',
  '>=',
  'contains',
  'starts with',
  'in',
  'is null',
  'is not null',
  'json contains',
  'has key',
] as const;
export type Operator = (typeof operators)[number];

export const filterSchema = v.object({
  /** Column. */
  c: v.string(),
  /** Operator. */
  o: v.picklist(operators),
  /** Value. */
  v: v.optional(v.string(), ''),
});
export type Filter = v.InferOutput<typeof filterSchema>;

export const orderSchema = v.object({ c: v.string(), d: v.picklist(['asc', 'desc']) });
export type Order = v.InferOutput<typeof orderSchema>;

/** Whether an operator is followed by a value. */
export function takesValue(operator: Operator): boolean {
  return operator !== 'is null' && operator !== 'is not null';
}

const jsonTypes = new Set(['json', 'jsonb']);

/** Operators that make sense for a column. */
export function operatorsFor(column: Column | undefined): Operator[] {
  if (column?.base === 'jsonb')
    return ['json contains', 'has key', 'contains', 'is null', 'is not null'];
  if (column?.base === 'json') return ['contains', 'is null', 'is not null'];
  if (column?.base === 'bool') return ['=', '!=', 'is null', 'is not null'];
  return operators.filter((o) => o !== 'json contains' && o !== 'has key');
}

/** Values of a list: separated by commas, quoted where they hold one. */
export function listValues(text: string): string[] {
  const values: string[] = [];
  for (const match of text.matchAll(/\s*(?:"((?:[^"\\]|\\.)*)"\s*(?=,|$)|([^,]+))/g)) {
    const [, quoted, plain] = match;
    if (quoted !== undefined) values.push(quoted.replaceAll(/\\(.)/g, '$1'));
    else if (plain?.trim()) values.push(plain.trim());
  }
  return values;
}

/** Text inside a pattern of LIKE. */
function pattern(text: string): string {
  return text.replaceAll(/([\\%_])/g, '\\$1');
}

function condition(filter: Filter): string | undefined {
  const column = ident(filter.c);
  switch (filter.o) {
    case 'is null':
      return `${column} is null`;
    case 'is not null':
      return `${column} is not null`;
    case 'contains':
      return `${column}::text ilike ${literal(`%${pattern(filter.v)}%`)}`;
    case 'starts with':
      return `${column}::text ilike ${literal(`${pattern(filter.v)}%`)}`;
    case 'in': {
      const values = listValues(filter.v);
      return values.length === 0 ? 'false' : `${column} in (${values.map(literal).join(', ')})`;
    }
    case 'json contains':
      return `${column} @> ${literal(filter.v)}::jsonb`;
    case 'has key':
      return `${column} ? ${literal(filter.v)}`;
    case '!=':
      return `${column} <> ${literal(filter.v)}`;
    default:
      return `${column} ${filter.o} ${literal(filter.v)}`;
  }
}

/** ` where …`, or nothing. */
export function whereSql(filters: Filter[]): string {
  const conditions = filters.map(condition).filter((c) => c !== undefined);
  return conditions.length === 0 ? '' : ` where ${conditions.join(' and ')}`;
}

/** ` order by …`; without a wish by the key, so that pages do not overlap. */
export function orderSql(orders: Order[], key: string[]): string {
  const parts = orders.map((o) => `${ident(o.c)} ${o.d}${o.d === 'desc' ? ' nulls last' : ''}`);
  for (const column of key) {
    if (!orders.some((o) => o.c === column)) parts.push(ident(column));
  }
  return parts.length === 0 ? '' : ` order by ${parts.join(', ')}`;
}

const graphqlOperators: Partial<Record<Operator, string>> = {
  '=': '_eq',
  '!=': '_neq',
  '<': '_lt',
  '<=': '_lte',
  '>': '_gt',
  '>=': '_gte',
};

/** The filter as a boolean expression, for requests of a role. */
export function whereExpression(filters: Filter[], columns: Column[]): Record<string, unknown> {
  const parts = filters.map((filter) => {
    const isText = /^(text|varchar|bpchar|citext|name)$/.test(
      columns.find((c) => c.name === filter.c)?.base ?? '',
    );
    const direct = graphqlOperators[filter.o];
    if (direct) return { [filter.c]: { [direct]: filter.v } };
    switch (filter.o) {
      case 'is null':
        return { [filter.c]: { _is_null: true } };
      case 'is not null':
        return { [filter.c]: { _is_null: false } };
      case 'in':
        return { [filter.c]: { _in: listValues(filter.v) } };
      case 'json contains':
        return { [filter.c]: { _contains: JSON.parse(filter.v) as unknown } };
      case 'has key':
        return { [filter.c]: { _has_key: filter.v } };
      default:
        if (!isText) throw new Error(`"${filter.o}" is for text only when one looks as a role`);
        return {
          [filter.c]: {
            _ilike: `${filter.o === 'contains' ? '%' : ''}${pattern(filter.v)}%`,
          },
        };
    }
  });
  return parts.length === 0 ? {} : { _and: parts };
}

/** Whether a filter can be applied: a value is there, and JSON is JSON. */
export function isComplete(filter: Filter, column: Column | undefined): boolean {
  if (!column) return false;
  if (!takesValue(filter.o)) return true;
  if (filter.o === 'json contains') {
    try {
      JSON.parse(filter.v);
      return true;
    } catch {
      return false;
    }
  }
  return filter.v !== '' || (filter.o !== 'in' && !jsonTypes.has(column.base));
}
