// Errors of the API in one shape, whatever envelope they came in.

/** What went wrong with a request. */
export class ApiError extends Error {
  constructor(
    message: string,
    /** HTTP status; 0 where no answer came. */
    readonly status: number,
    /** The error's code, such as `parse-failed`. */
    readonly code: string,
    /** Where in the request, such as `$.args.table`. */
    readonly path?: string,
    /** What PostgreSQL or the engine said in detail. */
    readonly internal?: unknown,
  ) {
    super(message);
    this.name = 'ApiError';
  }

  /** No answer came: the server is away or the network is. */
  get isUnreachable(): boolean {
    return this.code === 'unreachable';
  }

  /** The admin secret is missing or wrong. */
  get isDenied(): boolean {
    return (
      this.status === 401 ||
      (this.code === 'access-denied' && /admin-secret|access-key|admin secret/i.test(this.message))
    );
  }
}

/** Gateways say so when nobody stands behind them. */
export function isGatewayStatus(status: number): boolean {
  return status === 502 || status === 503 || status === 504;
}

/** The error of a request that found nobody. */
export function unreachable(status = 0, said = 'The server cannot be reached'): ApiError {
  return new ApiError(said, status, 'unreachable');
}

interface Flat {
  error?: unknown;
  code?: unknown;
  path?: unknown;
  internal?: unknown;
}
interface Graphql {
  errors?: {
    message?: string;
    extensions?: { code?: string; path?: string; internal?: unknown };
  }[];
}

/** The error in an answer, if it is one. */
export function errorIn(status: number, body: unknown): ApiError | undefined {
  if (typeof body === 'object' && body !== null) {
    const flat = body as Flat;
    if (typeof flat.error === 'string') {
      // The CLI's way of saying that the server behind it is away.
      if (status === 502) return unreachable(status, flat.error);
      return new ApiError(
        flat.error,
        status,
        String(flat.code ?? 'unexpected'),
        flat.path === undefined ? undefined : String(flat.path),
        flat.internal,
      );
    }
    const first = (body as Graphql).errors?.[0];
    if (first) {
      return new ApiError(
        first.message ?? 'unknown error',
        status,
        first.extensions?.code ?? 'unexpected',
        first.extensions?.path,
        first.extensions?.internal,
      );
    }
  }
  if (isGatewayStatus(status)) return unreachable(status);
  if (status >= 400) return new ApiError(`HTTP status ${status}`, status, 'unexpected');
  return undefined;
}

interface PostgresError {
  error?: {
    message?: string;
    description?: string | null;
    hint?: string | null;
    status_code?: string;
  };
}

/** What lies behind an error: the reasons of inconsistent objects, or PostgreSQL's own words. */
export function detailOf(error: ApiError): string | undefined {
  // Objects that are wrong together may stand in a list of their own.
  const internals = Array.isArray(error.internal)
    ? (error.internal as unknown[]).flat()
    : [error.internal];
  const reasons = internals.flatMap((internal) => {
    const { reason, message } = (internal ?? {}) as { reason?: unknown; message?: unknown };
    if (typeof reason !== 'string') return [];
    return [reason, ...(typeof message === 'string' ? [message] : (postgresWords(message) ?? []))];
  });
  if (reasons.length > 0) return reasons.join('\n');
  return postgresWords(internals[0])?.join('\n');
}

function postgresWords(internal: unknown): string[] | undefined {
  const said = (internal as PostgresError | null | undefined)?.error;
  if (!said?.message) return undefined;
  return [said.message, said.description, said.hint].filter((text) => typeof text === 'string');
}

/** Anything thrown as an [`ApiError`]. */
export function asApiError(thrown: unknown): ApiError {
  if (thrown instanceof ApiError) return thrown;
  return new ApiError(thrown instanceof Error ? thrown.message : String(thrown), -1, 'console');
}
