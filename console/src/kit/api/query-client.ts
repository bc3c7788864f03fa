// What is cached of the server, and for how long.
import { QueryClient, type EnsureQueryDataOptions, type QueryKey } from '@tanstack/react-query';
import { asApiError } from './errors';
import { onServerBack } from './reachability';

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      refetchOnWindowFocus: false,
      // A lost connection is tried again at once; a server that is away is watched until it is back.
      retry: (failures, error) => asApiError(error).isUnreachable && failures < 1,
      retryDelay: 300,
      // The server may be this very machine: a browser without a network has no say in it.
      networkMode: 'always',
    },
    mutations: { retry: false, networkMode: 'always' },
  },
});

onServerBack(() => void queryClient.invalidateQueries());

/**
 * Reads what a page shows before the router changes to it, for loaders of routes. A page that waits by
 * itself shows a placeholder first, which React then keeps for 300 ms, however fast the answer is.
 * What goes wrong is told by the page, which asks again.
 */
export async function readFirst<T, K extends QueryKey>(
  options: EnsureQueryDataOptions<T, Error, T, K>,
): Promise<void> {
  await queryClient.ensureQueryData({ ...options, retry: false }).catch(() => undefined);
}

/** Keys of everything cached, so that whoever changes something knows what to ask for anew. */
export const keys = {
  metadata: ['metadata'] as const,
  inconsistent: ['inconsistent'] as const,
  serverConfig: ['server-config'] as const,
  catalog: (source: string) => ['catalog', source] as const,
  tables: (source: string) => ['catalog', source, 'tables'] as const,
  table: (source: string, schema: string, name: string) =>
    ['catalog', source, 'table', schema, name] as const,
  functions: (source: string) => ['catalog', source, 'functions'] as const,
  types: (source: string) => ['catalog', source, 'types'] as const,
  suggestions: (source: string) => ['catalog', source, 'suggestions'] as const,
  rows: (source: string, schema: string, name: string) => ['rows', source, schema, name] as const,
};

/** After a change of metadata. */
export async function metadataChanged(): Promise<void> {
  await Promise.all([
    queryClient.invalidateQueries({ queryKey: keys.metadata }),
    queryClient.invalidateQueries({ queryKey: keys.inconsistent }),
    queryClient.invalidateQueries({ predicate: (q) => q.queryKey[2] === 'suggestions' }),
  ]);
}

/** After a change of a database's structure, which may have changed the metadata too. */
export async function structureChanged(source: string): Promise<void> {
  await Promise.all([
    metadataChanged(),
    queryClient.invalidateQueries({ queryKey: keys.catalog(source) }),
    queryClient.invalidateQueries({ queryKey: ['rows', source] }),
  ]);
}
