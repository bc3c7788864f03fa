// How GraphiQL's operations reach the server: requests by HTTP, subscriptions by websocket, both
// as the identity that is chosen at that moment.
import type { Fetcher } from '@graphiql/toolkit';
import { getOperationAST, parse } from 'graphql';
import { createClient, type Client } from 'graphql-ws';
import { apiUrl, asApiError, headersFor, post, type Identity } from '../../kit/api';

function websocketUrl(): string {
  const url = apiUrl('v1/graphql');
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url.href;
}

function isSubscription(query: string, operationName: string | undefined): boolean {
  try {
    return getOperationAST(parse(query), operationName)?.operation === 'subscription';
  } catch {
    // The server says what is wrong with it.
    return false;
  }
}

export function makeFetcher(identity: () => Identity | undefined): Fetcher {
  let client: Client | undefined;
  let clientFor = '';
  const websocket = (headers: Record<string, string>): Client => {
    const wanted = JSON.stringify(headers);
    if (!client || clientFor !== wanted) {
      void client?.dispose();
      clientFor = wanted;
      client = createClient({
        url: websocketUrl(),
        lazy: true,
        lazyCloseTimeout: 5_000,
        connectionParams: () => ({ headers }),
      });
    }
    return client;
  };

  return (params, options) => {
    const extra = (options?.headers ?? {}) as Record<string, string>;
    const body = {
      query: params.query,
      variables: params.variables as Record<string, unknown> | undefined,
      operationName: params.operationName ?? undefined,
    };
    if (isSubscription(params.query, body.operationName)) {
      const headers = { ...headersFor(identity()), ...extra };
      return websocket(headers).iterate(body) as unknown as ReturnType<Fetcher>;
    }
    return post('v1/graphql', body, {
      identity: identity(),
      keepErrors: true,
      headers: extra,
    }).catch((error: unknown) => {
      const known = asApiError(error);
      return { errors: [{ message: known.message, extensions: { code: known.code } }] };
    }) as ReturnType<Fetcher>;
  };
}
