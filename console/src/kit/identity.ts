// As whom the API is tried: a role with session variables, kept for this tab.
import { useSyncExternalStore } from 'react';
import type { Identity } from './api';
import { session } from './storage';

export interface SessionVariable {
  name: string;
  value: string;
}

const key = 'session-variables';
const listeners = new Set<() => void>();
let variables: SessionVariable[] = read();

function read(): SessionVariable[] {
  try {
    return JSON.parse(session.get(key) ?? '[]') as SessionVariable[];
  } catch {
    return [];
  }
}

/** The session variables of this tab. */
export function useSessionVariables(): SessionVariable[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => variables,
  );
}

export function sessionVariables(): SessionVariable[] {
  return variables;
}

export function setSessionVariables(next: SessionVariable[]): void {
  variables = next;
  session.set(key, JSON.stringify(next));
  for (const listener of listeners) listener();
}

/** A role with variables as a request carries them; none for the administrator. */
export function identityOf(
  role: string | undefined,
  list: SessionVariable[],
): Identity | undefined {
  if (!role || role === 'admin') return undefined;
  return {
    role,
    variables: Object.fromEntries(
      list.filter((v) => v.name.trim()).map((v) => [v.name.trim().toLowerCase(), v.value]),
    ),
  };
}
