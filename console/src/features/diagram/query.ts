// Tables, columns and keys of a whole source in one question, for the diagram only.
import { queryOptions } from '@tanstack/react-query';
import { keys, queryJson } from '../../kit/api';
import type { Diagram } from './graph';

const hidden = `n.nspname not in ('information_schema', 'hdb_catalog', 'hdb_views') and n.nspname !~ '^pg_'`;

const sql = `select json_build_object(
  'tables', coalesce((select json_agg(t) from (select n.nspname || '.' || c.relname as id,
      n.nspname as schema, c.relname as name,
      (select coalesce(json_agg(json_build_object('name', a.attname,
          'type', format_type(a.atttypid, a.atttypmod),
          'key', exists (select from pg_constraint k where k.conrelid = c.oid and k.contype = 'p' and a.attnum = any (k.conkey)),
          'foreign', exists (select from pg_constraint k where k.conrelid = c.oid and k.contype = 'f' and a.attnum = any (k.conkey)))
          order by a.attnum), '[]')
        from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and not c.relispartition and ${hidden}
      and not exists (select from pg_depend e where e.classid = 'pg_class'::regclass and e.objid = c.oid and e.deptype = 'e')
    order by 1) t), '[]'),
  'edges', coalesce((select json_agg(json_build_object('id', k.oid::text,
      'from', n.nspname || '.' || c.relname, 'to', rn.nspname || '.' || r.relname,
      'label', pg_get_constraintdef(k.oid)))
    from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
    join pg_class r on r.oid = k.confrelid join pg_namespace rn on rn.oid = r.relnamespace
    where k.contype = 'f' and k.conparentid = 0 and not c.relispartition and ${hidden}), '[]')
)::text`;

export const diagramQuery = (source: string) =>
  queryOptions({
    queryKey: [...keys.catalog(source), 'diagram'],
    queryFn: ({ signal }) => queryJson<Diagram>(source, sql, signal),
  });
