// Requests to the public API. Nothing else in the console talks to the network.
import { parseExact } from '../json';
import { apiUrl } from './config';
import { errorIn, unreachable } from './errors';
import { noteAnswer, noteSilence } from './reachability';
import { adminSecret, setAdminSecret } from './secret';

/** As whom a request is made; without it, as administrator. */
export interface Identity {
  role: string;
  /** Session variables by name (`x-hasura-user-id`). */
  variables: Record<string, string>;
}

/** Headers of a request: the secret and, where given, the role. */
export function headersFor(identity?: Identity): Record<string, string> {
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  const secret = adminSecret();
  if (secret !== undefined) headers['x-hasura-admin-secret'] = secret;
  if (identity) {
    headers['x-hasura-role'] = identity.role;
    for (const [name, value] of Object.entries(identity.variables)) {
      if (name.trim()) headers[name.trim().toLowerCase()] = value;
    }
  }
  return headers;
}

export interface Options {
  identity?: Identity;
  signal?: AbortSignal;
  /** Leave GraphQL errors in the answer rather than throw them. */
  keepErrors?: boolean;
  /** Numbers that JavaScript cannot hold keep their digits. */
  exactNumbers?: boolean;
  /** Sent besides. */
  headers?: Record<string, string>;
}

/** Sends a body and gives the answer; throws [`ApiError`]. */
export async function post<T>(path: string, body: unknown, options: Options = {}): Promise<T> {
  return send<T>(path, { method: 'POST', body: JSON.stringify(body) }, options);
}

/** Gets a path. */
export async function get<T>(path: string, options: Options = {}): Promise<T> {
  return send<T>(path, { method: 'GET' }, options);
}

async function send<T>(path: string, init: RequestInit, options: Options): Promise<T> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(apiUrl(path), {
      ...init,
      headers: { ...headersFor(options.identity), ...options.headers },
      signal: options.signal,
    });
    text = await response.text();
  } catch (error) {
    if (options.signal?.aborted) throw error;
    noteSilence();
    throw unreachable();
  }
  const answer = parse(text, options.exactNumbers);
  const error = errorIn(response.status, answer);
  if (error?.isUnreachable) noteSilence();
  else noteAnswer();
  if (error && !(options.keepErrors && response.ok)) {
    // A secret that was right and is so no longer leads back to the login.
    if (error.isDenied && !options.identity) setAdminSecret(undefined);
    throw error;
  }
  return answer as T;
}

function parse(text: string, exactNumbers = false): unknown {
  try {
    return exactNumbers ? parseExact(text) : (JSON.parse(text) as unknown);
  } catch {
    return text;
  }
}

/** A command of the metadata API. */
export function metadataCommand<T = { message: string }>(
  type: string,
  args: unknown,
  extra: Record<string, unknown> = {},
): Promise<T> {
  return post<T>('v1/metadata', { type, args, ...extra });
}

/** One command inside a bulk. */
export interface Command {
  type: string;
  args: unknown;
}

/** Several commands: all or, at the first failure, none after it. */
export function bulk<T = unknown[]>(commands: Command[]): Promise<T> {
  const only = commands.length === 1 ? commands[0] : undefined;
  return only ? metadataCommand<T>(only.type, only.args) : metadataCommand<T>('bulk', commands);
}

/** Asks whether a secret is right. */
export async function checkSecret(secret: string): Promise<void> {
  const response = await fetch(apiUrl('v1/metadata'), {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-hasura-admin-secret': secret },
    body: JSON.stringify({ type: 'get_inconsistent_metadata', args: {} }),
  }).catch(() => {
    throw unreachable();
  });
  const error = errorIn(response.status, parse(await response.text()));
  if (error) throw error;
}
