// The rows of the tree, flat: what is open is listed, what is folded is not. Pure, so that a
// thousand tables are a matter of one pass.
import type { Relation, SchemaList, Source } from '../../../kit/api';

export type TreeItem =
  | {
      kind: 'source';
      id: string;
      level: 1;
      source: string;
      open: boolean;
      loading: boolean;
      error?: unknown;
    }
  | {
      kind: 'schema';
      id: string;
      level: 2;
      source: string;
      schema: string;
      open: boolean;
      count: number;
    }
  | {
      kind: 'relation';
      id: string;
      level: number;
      source: string;
      relation: Relation;
      tracked: boolean;
      /** Present for what has partitions. */
      open?: boolean;
      parts: number;
    };

export interface SourceContent {
  source: Source;
  list?: SchemaList;
  error?: unknown;
}

interface Options {
  /** Ids of items that are open. */
  open: ReadonlySet<string>;
  /** Text that names must hold; opens everything that matches. */
  search: string;
  /** Leave out what is not tracked. */
  trackedOnly: boolean;
}

export const sourceId = (source: string) => `source:${source}`;
export const schemaId = (source: string, schema: string) => `schema:${source}:${schema}`;
export const relationId = (source: string, schema: string, name: string) =>
  `relation:${source}:${schema}:${name}`;

const key = (r: { schema: string; name: string }) => `${r.schema}\u0000${r.name}`;

export function treeItems(contents: SourceContent[], options: Options): TreeItem[] {
  const search = options.search.trim().toLowerCase();
  const items: TreeItem[] = [];
  for (const { source, list, error } of contents) {
    const id = sourceId(source.name);
    const open = search !== '' || options.open.has(id);
    items.push({
      kind: 'source',
      id,
      level: 1,
      source: source.name,
      open,
      loading: open && !list && error === undefined,
      error,
    });
    if (open && list) schemaItems(items, source, list, options, search);
  }
  return items;
}

function schemaItems(
  items: TreeItem[],
  source: Source,
  list: SchemaList,
  options: Options,
  search: string,
): void {
  const tracked = new Set(source.tables.map((table) => key(table.table)));
  const parts = new Map<string, Relation[]>();
  const roots = new Map<string, Relation[]>();
  for (const relation of list.relations) {
    if (options.trackedOnly && !tracked.has(key(relation))) continue;
    if (search && !relation.name.toLowerCase().includes(search)) continue;
    // Partitions are folded below their table; a found one stands for itself.
    if (relation.parent && !search) push(parts, key(relation.parent), relation);
    else push(roots, relation.schema, relation);
  }
  for (const schema of list.schemas) {
    const relations = roots.get(schema) ?? [];
    if (relations.length === 0 && (search || options.trackedOnly)) continue;
    const id = schemaId(source.name, schema);
    const open = search !== '' || options.open.has(id);
    items.push({
      kind: 'schema',
      id,
      level: 2,
      source: source.name,
      schema,
      open,
      count: relations.length,
    });
    if (!open) continue;
    for (const relation of relations) {
      relationItem(items, source.name, relation, 3, tracked, parts, options.open);
    }
  }
}

function relationItem(
  items: TreeItem[],
  source: string,
  relation: Relation,
  level: number,
  tracked: ReadonlySet<string>,
  parts: ReadonlyMap<string, Relation[]>,
  openIds: ReadonlySet<string>,
): void {
  const id = relationId(source, relation.schema, relation.name);
  const below = parts.get(key(relation)) ?? [];
  const open = below.length > 0 ? openIds.has(id) : undefined;
  items.push({
    kind: 'relation',
    id,
    level,
    source,
    relation,
    tracked: tracked.has(key(relation)),
    open,
    parts: below.length,
  });
  if (!open) return;
  for (const part of below) {
    relationItem(items, source, part, level + 1, tracked, parts, openIds);
  }
}

function push<K, V>(map: Map<K, V[]>, at: K, value: V): void {
  const list = map.get(at);
  if (list) list.push(value);
  else map.set(at, [value]);
}
