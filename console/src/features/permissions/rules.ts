// Boolean expressions of permissions as a tree that people edit, and back. Pure.
import {
  qualifiedName,
  type BoolExp,
  type Column,
  type QualifiedName,
  type Relationship,
  type TableDetail,
  type TrackedTable,
} from '../../kit/api';

export type Rule =
  | { kind: 'all' | 'any'; rules: Rule[] }
  | { kind: 'not'; rule: Rule }
  | { kind: 'compare'; column: string; operator: string; value: unknown }
  | { kind: 'related'; name: string; rule: Rule }
  | { kind: 'exists'; table: QualifiedName; rule: Rule }
  /** What the builder has no form for; it is kept as it is. */
  | { kind: 'raw'; expression: BoolExp };

const isObject = (value: unknown): value is BoolExp =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What a name in an expression is. */
export type NameKind = 'column' | 'relationship' | 'unknown';

/** Reads an expression; `kindOf` tells what a name of its table is. */
export function parseRule(expression: BoolExp, kindOf: (name: string) => NameKind): Rule {
  const rules = Object.entries(expression).map(([key, value]) => parseEntry(key, value, kindOf));
  const [only] = rules;
  if (rules.length === 1 && only) return only;
  return { kind: 'all', rules };
}

/** Below a relationship the names are another table's; what they are shows in their values. */
const byShape = (): NameKind => 'unknown';

function parseEntry(key: string, value: unknown, kindOf: (name: string) => NameKind): Rule {
  const raw: Rule = { kind: 'raw', expression: { [key]: value } };
  switch (key.replace(/^\$/, '_')) {
    case '_and':
    case '_or': {
      if (!Array.isArray(value) || !value.every(isObject)) return raw;
      const kind = key.endsWith('and') ? 'all' : 'any';
      return { kind, rules: value.map((item) => parseRule(item, kindOf)) };
    }
    case '_not':
      return isObject(value) ? { kind: 'not', rule: parseRule(value, kindOf) } : raw;
    case '_exists': {
      if (!isObject(value) || !isObject(value._where) || value._table === undefined) return raw;
      return {
        kind: 'exists',
        table: qualifiedName(value._table as QualifiedName | string),
        rule: parseRule(value._where, byShape),
      };
    }
  }
  const kind = kindOf(key);
  if (!isObject(value)) {
    // `{"column": value}` is short for `_eq`.
    return kind === 'relationship' || (kind === 'unknown' && key.startsWith('_'))
      ? raw
      : { kind: 'compare', column: key, operator: '_eq', value };
  }
  const operators = Object.keys(value);
  const compares =
    operators.length > 0 && operators.every((o) => /^[_$]/.test(o) && !isConnective(o));
  if (kind === 'column' || (kind === 'unknown' && compares)) {
    if (!compares) return raw;
    const rules = operators.map((operator): Rule => ({
      kind: 'compare',
      column: key,
      operator,
      value: value[operator],
    }));
    const [only] = rules;
    return rules.length === 1 && only ? only : { kind: 'all', rules };
  }
  return { kind: 'related', name: key, rule: parseRule(value, byShape) };
}

function isConnective(operator: string): boolean {
  return /^[_$](and|or|not|exists)$/.test(operator);
}

/** The expression of a rule. */
export function toExpression(rule: Rule): BoolExp {
  switch (rule.kind) {
    case 'all':
      if (rule.rules.length === 0) return {};
      return { _and: rule.rules.map(toExpression) };
    case 'any':
      return { _or: rule.rules.map(toExpression) };
    case 'not':
      return { _not: toExpression(rule.rule) };
    case 'compare':
      return { [rule.column]: { [rule.operator]: rule.value } };
    case 'related':
      return { [rule.name]: toExpression(rule.rule) };
    case 'exists':
      return { _exists: { _table: rule.table, _where: toExpression(rule.rule) } };
    case 'raw':
      return rule.expression;
  }
}

/** Whether nothing is asked of a row. */
export function isAlways(expression: BoolExp | null | undefined): boolean {
  return !expression || Object.keys(expression).length === 0;
}

/** Names of session variables in an expression, in lower case. */
export function sessionVariablesIn(value: unknown): string[] {
  const found = new Set<string>();
  const walk = (part: unknown) => {
    if (typeof part === 'string') {
      if (/^x-hasura-/i.test(part)) found.add(part.toLowerCase());
    } else if (Array.isArray(part)) part.forEach(walk);
    else if (isObject(part)) Object.values(part).forEach(walk);
  };
  walk(value);
  return [...found].sort();
}

const comparing = ['_eq', '_neq', '_in', '_nin', '_gt', '_lt', '_gte', '_lte', '_is_null'];
const textual = [
  '_like',
  '_nlike',
  '_ilike',
  '_nilike',
  '_similar',
  '_nsimilar',
  '_regex',
  '_iregex',
  '_nregex',
  '_niregex',
];
const json = ['_contains', '_contained_in', '_has_key', '_has_keys_any', '_has_keys_all', '_cast'];
const spatial = ['_st_intersects', '_st_d_within', '_cast'];
const spatialPlane = [
  '_st_contains',
  '_st_crosses',
  '_st_equals',
  '_st_overlaps',
  '_st_touches',
  '_st_within',
  '_st_3d_intersects',
  '_st_3d_d_within',
];
const raster = ['_st_intersects_rast', '_st_intersects_nband_geom', '_st_intersects_geom_nband'];
const paths = [
  '_ancestor',
  '_ancestor_any',
  '_descendant',
  '_descendant_any',
  '_matches',
  '_matches_any',
  '_matches_fulltext',
];
const ofColumns = ['_ceq', '_cne', '_cgt', '_clt', '_cgte', '_clte'];
const lists = [
  '_in',
  '_nin',
  '_has_keys_any',
  '_has_keys_all',
  '_ancestor_any',
  '_descendant_any',
  '_matches_any',
];

const byType: Record<string, string[]> = {
  jsonb: json,
  geometry: [...spatial, ...spatialPlane],
  geography: spatial,
  raster,
  ltree: paths,
};

/** Operators for a column. */
export function operatorsFor(column: Column | undefined): string[] {
  const base = column?.base ?? '';
  const more = /^(text|varchar|bpchar|citext|name)$/.test(base)
    ? textual
    : base.startsWith('_')
      ? ['_contains', '_contained_in']
      : (byType[base] ?? []);
  return [...comparing, ...more, ...ofColumns];
}

/** Operators whose value is the name of another column. */
export function comparesColumns(operator: string): boolean {
  // `$ceq` and `_cneq` are other ways to write them.
  return ofColumns.includes(operator.replace(/^\$/, '_').replace('_cneq', '_cne'));
}

/** What is typed as the value an expression holds. */
export function valueFromText(text: string, column: Column | undefined, operator: string): unknown {
  if (/^x-hasura-/i.test(text.trim())) return text.trim();
  if (operator === '_is_null') return text === 'true';
  const base = column?.base ?? '';
  // Keys are texts, whatever they look like.
  if (lists.includes(operator)) return listFromText(text, operator.startsWith('_has_') ? '' : base);
  // So are paths.
  if (operator === '_has_key' || base === 'ltree') return text;
  const isJson = base === 'json' || base === 'jsonb' || base.startsWith('_');
  return isJson || operator.startsWith('_st_') || operator === '_cast'
    ? (jsonFromText(text) ?? text)
    : scalar(text, base);
}

function jsonFromText(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** A JSON list as it is; anything else is taken apart at its commas. */
function listFromText(text: string, base: string): unknown[] {
  const list = jsonFromText(text);
  // For a column of arrays a list of values is one array.
  if (Array.isArray(list)) {
    return base.startsWith('_') && !list.every(Array.isArray) ? [list] : list;
  }
  const items = text.split(',').map((item) => item.trim());
  return items.filter(Boolean).map((item) => scalar(item, base));
}

function scalar(text: string, base: string): unknown {
  // A number only where nothing of what was typed is lost by it.
  const number = /^(int2|int4|int8|float4|float8)$/.test(base) ? Number(text) : NaN;
  if (Number.isFinite(number) && String(number) === text) return number;
  // In a list each is JSON of its own, where it is JSON.
  if (base === 'json' || base === 'jsonb') return jsonFromText(text) ?? text;
  if (base === 'bool' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}

/** A value as another operator, or another column, takes it. */
export function valueFor(value: unknown, column: Column | undefined, operator: string): unknown {
  if (operator === '_is_null') return typeof value === 'boolean' ? value : true;
  if (comparesColumns(operator)) return typeof value === 'string' ? value : '';
  // One of a list, where one is wanted; a list of one the other way round comes of the text.
  const one = Array.isArray(value) && !lists.includes(operator) && value.length === 1;
  // What `_is_null` says is no value of the column.
  const fits = typeof value !== 'boolean' || column?.base === 'bool';
  const text = fits ? textFromValue(one ? value[0] : value) : '';
  return valueFromText(text, column, operator);
}

/** A value of an expression as text to be typed. */
export function textFromValue(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

export interface RelationshipTarget {
  name: string;
  kind: 'object' | 'array';
  table: QualifiedName;
}

/** The relationships of a table and where they lead. */
export function relationshipTargets(
  tracked: TrackedTable | undefined,
  detail: TableDetail | null | undefined,
): RelationshipTarget[] {
  const targets: RelationshipTarget[] = [];
  const add = (kind: 'object' | 'array', list: Relationship[] | undefined) => {
    for (const relationship of list ?? []) {
      const table = targetOf(relationship, detail);
      if (table) targets.push({ name: relationship.name, kind, table });
    }
  };
  add('object', tracked?.object_relationships);
  add('array', tracked?.array_relationships);
  return targets;
}

function targetOf(
  relationship: Relationship,
  detail: TableDetail | null | undefined,
): QualifiedName | undefined {
  const { foreign_key_constraint_on: by, manual_configuration: manual } = relationship.using;
  if (manual) {
    // What leads to a native query leads to no table.
    return manual.remote_table === undefined ? undefined : qualifiedName(manual.remote_table);
  }
  if (typeof by === 'object' && !Array.isArray(by)) return qualifiedName(by.table);
  const columns = typeof by === 'string' ? [by] : by;
  const key = detail?.foreignKeys.find(
    (f) =>
      columns && f.columns.length === columns.length && columns.every((c) => f.columns.includes(c)),
  );
  return key && { schema: key.refSchema, name: key.refTable };
}
