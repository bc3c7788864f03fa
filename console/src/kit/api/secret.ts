// The admin secret: in memory, and in the session's storage only where the person wished it.
import { session } from '../storage';

const key = 'admin-secret';
const listeners = new Set<() => void>();
let secret: string | undefined = session.get(key);

/** The secret that requests carry. */
export function adminSecret(): string | undefined {
  return secret;
}

/** Takes a secret; `remember` keeps it until the tab is closed. */
export function setAdminSecret(value: string | undefined, remember = false): void {
  secret = value;
  session.set(key, remember ? value : undefined);
  for (const listener of listeners) listener();
}

/** For `useSyncExternalStore`. */
export function onSecretChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
