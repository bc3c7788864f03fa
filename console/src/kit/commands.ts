// Commands of the page that is open, for the command palette.
import { useEffect, useSyncExternalStore } from 'react';

export interface PageCommand {
  id: string;
  label: string;
  /** What the palette shows below the label. */
  hint?: string;
  run: () => void;
}

let groups: PageCommand[][] = [];
let all: PageCommand[] = [];
const listeners = new Set<() => void>();

function changed() {
  all = groups.flat();
  for (const listener of listeners) listener();
}

/** Offers commands while the component is shown; the list must be memoised. */
export function usePageCommands(commands: PageCommand[]): void {
  useEffect(() => {
    groups = [...groups, commands];
    changed();
    return () => {
      groups = groups.filter((group) => group !== commands);
      changed();
    };
  }, [commands]);
}

/** Everything that is offered now. */
export function useOfferedCommands(): PageCommand[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => all,
  );
}
