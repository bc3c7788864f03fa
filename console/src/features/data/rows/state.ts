// What is looked at on the rows page: the address, as whom, and what the server answered.
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import {
  keys,
  queryClient,
  trackedTable,
  useMetadata,
  useSource,
  visibleColumns,
  type TableDetail,
} from '../../../kit/api';
import { identityOf, useSessionVariables } from '../../../kit/identity';
import { isComplete } from './filters';
import { countQuery, keyOf, rowsQuery, type View } from './queries';

const route = getRouteApi('/data/$source/$schema/$table/rows');

export function useRows(source: string, detail: TableDetail) {
  const search = route.useSearch();
  const navigate = useNavigate();
  const variables = useSessionVariables();
  const metadata = useMetadata();
  const tracked = trackedTable(useSource(source), detail.schema, detail.name);
  const identity = useMemo(() => identityOf(search.role, variables), [search.role, variables]);

  const find = (name: string) => detail.columns.find((c) => c.name === name);
  const filters = (search.filters ?? []).filter((f) => isComplete(f, find(f.c)));
  const view: View = {
    filters,
    orders: (search.sort ?? []).filter((o) => find(o.c)),
    page: search.page ?? 0,
    size: search.size ?? 50,
  };
  const page = useQuery({
    ...rowsQuery(source, detail, view, identity),
    placeholderData: keepPreviousData,
    retry: false,
  });
  const count = useQuery({ ...countQuery(source, detail, filters, identity), retry: false });
  const rows = page.data?.rows ?? [];
  const allowed = identity && tracked && visibleColumns(metadata, tracked, identity.role);
  // Where there are rows, they tell which columns there are.
  const columns =
    rows.length > 0 && page.data
      ? page.data.columns
      : detail.columns.filter((c) => !allowed || allowed.has(c.name));
  const hasKey = detail.primaryKey !== null;

  return {
    source,
    detail,
    search,
    identity,
    tracked,
    filters,
    view,
    page,
    count: count.data ?? undefined,
    rows,
    columns,
    /** What one may do with rows here. */
    can: {
      write: tracked !== undefined && !identity && hasKey,
      choose: !identity && hasKey,
      insert: tracked !== undefined && !identity && detail.kind !== 'materialized',
    },
    /** Looks at something else: what is given of the address is replaced. */
    look: (part: Partial<typeof search>) =>
      void navigate({ to: '.', search: (before: typeof search) => ({ ...before, ...part }) }),
    refresh: () =>
      queryClient.invalidateQueries({ queryKey: keys.rows(source, detail.schema, detail.name) }),
    /** The key of a row by its number. */
    keyAt: (row: number) => {
      const values = rows[row];
      return values && keyOf(detail, values, columns);
    },
  };
}

export type Rows = ReturnType<typeof useRows>;
export type RowKey = Record<string, string>;

/** Keys as texts, for sets of chosen rows. */
export const keyText = (key: RowKey | undefined, row: number) =>
  key ? JSON.stringify(key) : `#${row}`;
export const keysOf = (chosen: Set<string>): RowKey[] =>
  [...chosen].filter((text) => text.startsWith('{')).map((text) => JSON.parse(text) as RowKey);
