// What PostgreSQL's catalogue says of a source: relations, columns, keys, functions, types. Read by
// `run_sql`, one statement per question; the list of relations says nothing of columns, so that a
// database with thousands of tables opens at once.
import { queryOptions } from '@tanstack/react-query';
import { keys } from './query-client';
import { literal, queryJson } from './sql';

export type RelationKind = 'table' | 'partitioned' | 'view' | 'materialized' | 'foreign';

/** A table or something that reads like one. */
export interface Relation {
  schema: string;
  name: string;
  kind: RelationKind;
  comment: string | null;
  /** PostgreSQL's estimate; null where it was never analysed. */
  rows: number | null;
  /** The partitioned table that this is a part of. */
  parent: { schema: string; name: string } | null;
  columns: number;
}

export interface Column {
  name: string;
  /** With length or precision: `numeric(10,2)`. */
  type: string;
  /** Without them, as PostgreSQL's catalogue names it: `numeric`, `_text` for arrays. */
  base: string;
  /** `b`ase, `e`num, `d`omain, `c`omposite, `r`ange … */
  category: string;
  nullable: boolean;
  default: string | null;
  identity: 'always' | 'default' | null;
  generated: boolean;
  comment: string | null;
  enumValues: string[] | null;
}

export interface Key {
  name: string;
  columns: string[];
}
export interface ForeignKey extends Key {
  refSchema: string;
  refTable: string;
  refColumns: string[];
  onUpdate: string;
  onDelete: string;
}
export interface Check {
  name: string;
  definition: string;
}
export interface Index {
  name: string;
  definition: string;
  unique: boolean;
  constraint: boolean;
  size: string;
}

export interface TableDetail {
  schema: string;
  name: string;
  kind: RelationKind;
  comment: string | null;
  rows: number | null;
  columns: Column[];
  primaryKey: Key | null;
  uniqueKeys: Key[];
  foreignKeys: ForeignKey[];
  /** Keys of other tables that point here. */
  referencedBy: (ForeignKey & { schema: string; table: string })[];
  checks: Check[];
  indexes: Index[];
  triggers: { name: string; definition: string }[];
  viewDefinition: string | null;
}

const hidden = `n.nspname not in ('information_schema', 'hdb_catalog', 'hdb_views') and n.nspname !~ '^pg_'`;
const kindOf = `case c.relkind when 'r' then 'table' when 'p' then 'partitioned' when 'v' then 'view'
  when 'm' then 'materialized' else 'foreign' end`;
// Extensions bring tables of their own (spatial_ref_sys); nobody tracks those.
const notOfExtension = `not exists (select from pg_depend e where e.classid = 'pg_class'::regclass
  and e.objid = c.oid and e.deptype = 'e')`;

const relationsSql = `select coalesce(json_agg(r order by r.schema, r.name), '[]')::text from (
  select n.nspname as schema, c.relname as name, ${kindOf} as kind,
    obj_description(c.oid, 'pg_class') as comment,
    case when c.reltuples < 0 then null else c.reltuples::bigint end as rows,
    c.relnatts as columns,
    (select json_build_object('schema', pn.nspname, 'name', p.relname) from pg_inherits i
      join pg_class p on p.oid = i.inhparent join pg_namespace pn on pn.oid = p.relnamespace
      where i.inhrelid = c.oid and c.relispartition limit 1) as parent
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'v', 'm', 'f') and ${hidden} and ${notOfExtension}) r`;

export interface SchemaList {
  relations: Relation[];
  schemas: string[];
}

const schemasSql = `select coalesce(json_agg(n.nspname order by n.nspname), '[]')::text
  from pg_namespace n where ${hidden}`;

/** All relations and schemas of a source. */
export const relationsQuery = (source: string) =>
  queryOptions({
    queryKey: keys.tables(source),
    queryFn: async ({ signal }): Promise<SchemaList> => {
      const [relations, schemas] = await Promise.all([
        queryJson<Relation[]>(source, relationsSql, signal),
        queryJson<string[]>(source, schemasSql, signal),
      ]);
      return { relations, schemas };
    },
  });

const columnNames = (oid: string, numbers: string) =>
  `(select json_agg(u_a.attname order by u.ord) from unnest(${numbers}) with ordinality u(num, ord)
    join pg_attribute u_a on u_a.attrelid = ${oid} and u_a.attnum = u.num)`;

const action = (column: string) =>
  `case ${column} when 'a' then 'no action' when 'r' then 'restrict' when 'c' then 'cascade'
    when 'n' then 'set null' else 'set default' end`;

function detailSql(schema: string, name: string): string {
  return `select json_build_object(
  'schema', n.nspname, 'name', c.relname, 'kind', ${kindOf},
  'comment', obj_description(c.oid, 'pg_class'),
  'rows', case when c.reltuples < 0 then null else c.reltuples::bigint end,
  'columns', coalesce((select json_agg(json_build_object(
      'name', a.attname, 'type', format_type(a.atttypid, a.atttypmod), 'base', t.typname,
      'category', t.typtype, 'nullable', not a.attnotnull,
      'default', case when a.attgenerated = '' then pg_get_expr(d.adbin, d.adrelid) end,
      'identity', case a.attidentity when 'a' then 'always' when 'd' then 'default' end,
      'generated', a.attgenerated <> '',
      'comment', col_description(c.oid, a.attnum),
      'enumValues', (select json_agg(e.enumlabel order by e.enumsortorder) from pg_enum e
        where e.enumtypid = t.oid)) order by a.attnum)
    from pg_attribute a join pg_type t on t.oid = a.atttypid
    left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped), '[]'),
  'primaryKey', (select json_build_object('name', k.conname, 'columns', ${columnNames('c.oid', 'k.conkey')})
    from pg_constraint k where k.conrelid = c.oid and k.contype = 'p'),
  'uniqueKeys', coalesce((select json_agg(json_build_object('name', k.conname,
      'columns', ${columnNames('c.oid', 'k.conkey')}) order by k.conname)
    from pg_constraint k where k.conrelid = c.oid and k.contype = 'u'), '[]'),
  'foreignKeys', coalesce((select json_agg(json_build_object('name', k.conname,
      'columns', ${columnNames('c.oid', 'k.conkey')},
      'refSchema', rn.nspname, 'refTable', r.relname,
      'refColumns', ${columnNames('k.confrelid', 'k.confkey')},
      'onUpdate', ${action('k.confupdtype')}, 'onDelete', ${action('k.confdeltype')}) order by k.conname)
    from pg_constraint k join pg_class r on r.oid = k.confrelid
    join pg_namespace rn on rn.oid = r.relnamespace
    where k.conrelid = c.oid and k.contype = 'f' and k.conparentid = 0), '[]'),
  'referencedBy', coalesce((select json_agg(json_build_object('name', k.conname,
      'schema', sn.nspname, 'table', s.relname,
      'columns', ${columnNames('k.conrelid', 'k.conkey')},
      'refSchema', n.nspname, 'refTable', c.relname,
      'refColumns', ${columnNames('c.oid', 'k.confkey')},
      'onUpdate', ${action('k.confupdtype')}, 'onDelete', ${action('k.confdeltype')}) order by sn.nspname, s.relname)
    from pg_constraint k join pg_class s on s.oid = k.conrelid
    join pg_namespace sn on sn.oid = s.relnamespace
    where k.confrelid = c.oid and k.contype = 'f' and k.conparentid = 0), '[]'),
  'checks', coalesce((select json_agg(json_build_object('name', k.conname,
      'definition', pg_get_constraintdef(k.oid)) order by k.conname)
    from pg_constraint k where k.conrelid = c.oid and k.contype = 'c'), '[]'),
  'indexes', coalesce((select json_agg(json_build_object('name', ic.relname,
      'definition', pg_get_indexdef(i.indexrelid), 'unique', i.indisunique,
      'constraint', exists (select from pg_constraint k where k.conindid = i.indexrelid
        and k.contype in ('p', 'u', 'x')),
      'size', pg_size_pretty(pg_relation_size(i.indexrelid))) order by ic.relname)
    from pg_index i join pg_class ic on ic.oid = i.indexrelid where i.indrelid = c.oid), '[]'),
  'triggers', coalesce((select json_agg(json_build_object('name', g.tgname,
      'definition', pg_get_triggerdef(g.oid)) order by g.tgname)
    from pg_trigger g where g.tgrelid = c.oid and not g.tgisinternal), '[]'),
  'viewDefinition', case when c.relkind in ('v', 'm') then pg_get_viewdef(c.oid, true) end
)::text
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname = ${literal(schema)} and c.relname = ${literal(name)}
  and c.relkind in ('r', 'p', 'v', 'm', 'f')`;
}

/** Everything about one relation; null where there is none of that name. */
export const tableQuery = (source: string, schema: string, name: string) =>
  queryOptions({
    queryKey: keys.table(source, schema, name),
    queryFn: ({ signal }) => queryJson<TableDetail | null>(source, detailSql(schema, name), signal),
  });

export interface FunctionInfo {
  schema: string;
  name: string;
  arguments: string;
  returns: string;
  /** `f`unction, `a`ggregate … only functions are listed. */
  volatility: 'immutable' | 'stable' | 'volatile';
  returnsSet: boolean;
  /** The table whose rows it returns. */
  returnsTable: { schema: string; name: string } | null;
  /** Tables whose rows it takes as first argument of composite type. */
  takesTables: { schema: string; name: string }[];
  argumentNames: string[];
  definition: string;
  comment: string | null;
  language: string;
}

const functionsSql = `select coalesce(json_agg(r order by r.schema, r.name), '[]')::text from (
  select n.nspname as schema, p.proname as name,
    pg_get_function_arguments(p.oid) as arguments, pg_get_function_result(p.oid) as returns,
    case p.provolatile when 'i' then 'immutable' when 's' then 'stable' else 'volatile' end as volatility,
    p.proretset as "returnsSet",
    (select json_build_object('schema', tn.nspname, 'name', tc.relname) from pg_type t
      join pg_class tc on tc.oid = t.typrelid join pg_namespace tn on tn.oid = tc.relnamespace
      where t.oid = p.prorettype and tc.relkind in ('r', 'p', 'v', 'm', 'f')) as "returnsTable",
    coalesce((select json_agg(json_build_object('schema', tn.nspname, 'name', tc.relname))
      from unnest(p.proargtypes::oid[]) a(oid) join pg_type t on t.oid = a.oid
      join pg_class tc on tc.oid = t.typrelid join pg_namespace tn on tn.oid = tc.relnamespace), '[]') as "takesTables",
    coalesce(to_json(p.proargnames), '[]') as "argumentNames",
    pg_get_functiondef(p.oid) as definition, obj_description(p.oid, 'pg_proc') as comment,
    l.lanname as language
  from pg_proc p join pg_namespace n on n.oid = p.pronamespace join pg_language l on l.oid = p.prolang
  where p.prokind = 'f' and ${hidden}
    and p.prorettype not in ('trigger'::regtype, 'event_trigger'::regtype)
    and not exists (select from pg_depend e where e.classid = 'pg_proc'::regclass and e.objid = p.oid
      and e.deptype = 'e')) r`;

/** All functions of a source but those of extensions and triggers. */
export const functionsQuery = (source: string) =>
  queryOptions({
    queryKey: keys.functions(source),
    queryFn: ({ signal }) => queryJson<FunctionInfo[]>(source, functionsSql, signal),
  });

const typesSql = `select coalesce(json_agg(r.name order by r.name), '[]')::text from (
  select format_type(t.oid, null) as name from pg_type t join pg_namespace n on n.oid = t.typnamespace
  where t.typtype in ('b', 'd', 'e', 'r', 'm') and t.typname !~ '^_' and t.typelem = 0
    and (n.nspname = 'pg_catalog' or ${hidden})
    and t.typname !~ '^(pg_|reg|_|gtsvector|xid|cid|tid|oidvector|int2vector|aclitem|unknown|cstring|internal|refcursor|txid|smgr)') r`;

/** Names of the types a column can have. */
export const typesQuery = (source: string) =>
  queryOptions({
    queryKey: keys.types(source),
    staleTime: 300_000,
    queryFn: ({ signal }) => queryJson<string[]>(source, typesSql, signal),
  });

export interface Suggestion {
  type: 'object' | 'array';
  from: {
    table: { schema: string; name: string };
    columns: string[];
    constraint_name?: string;
    relationships?: string[];
  };
  to: {
    table: { schema: string; name: string };
    columns: string[];
    constraint_name?: string;
    relationships?: string[];
  };
}
