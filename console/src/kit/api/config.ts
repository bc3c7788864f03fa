// How this console is served: `config.json` beside it, see console/README.md.
import { unreachable } from './errors';

/** What the server or the CLI tells the console at start. */
export interface ConsoleConfig {
  /** `cli`: changes are recorded as migrations and metadata files by the CLI in between. */
  consoleMode: 'server' | 'cli';
  /** Where the API is, relative to the console's own address. */
  apiBase: string;
  /** The server's version. */
  version: string;
  /** Whether an admin secret has to be asked for. */
  needsAdminSecret: boolean;
}

/** The console's own address; the page's `<base>` names it at any depth. */
export const consoleBase = new URL('./', document.baseURI);

let current: ConsoleConfig | undefined;

/** Asks once, before anything is shown. */
export async function loadConfig(): Promise<ConsoleConfig> {
  const response = await fetch(new URL('config.json', consoleBase), { cache: 'no-store' }).catch(
    () => undefined,
  );
  if (!response?.ok) throw unreachable(response?.status);
  current = (await response.json()) as ConsoleConfig;
  return current;
}

/** The configuration, once it is loaded. */
export function config(): ConsoleConfig {
  if (!current) throw new Error('the configuration is not loaded yet');
  return current;
}

/** For tests. */
export function setConfig(value: ConsoleConfig): void {
  current = value;
}

/** The full address of an API path such as `v1/graphql`. */
export function apiUrl(path: string): URL {
  return new URL(path, new URL(config().apiBase, consoleBase));
}
