// The only place that keeps things in the browser. What is private (the admin secret) lies in the
// session's storage and only if that was asked for; preferences lie in the local one.

const prefix = 'howdah.';

function read(storage: Storage, key: string): string | undefined {
  try {
    return storage.getItem(prefix + key) ?? undefined;
  } catch {
    return undefined;
  }
}

function write(storage: Storage, key: string, value: string | undefined): void {
  try {
    if (value === undefined) storage.removeItem(prefix + key);
    else storage.setItem(prefix + key, value);
  } catch {
    // A browser without storage forgets; nothing else depends on it.
  }
}

/** Kept until the tab is closed. */
export const session = {
  get: (key: string) => read(window.sessionStorage, key),
  set: (key: string, value: string | undefined) => write(window.sessionStorage, key, value),
};

/** Kept on this machine. */
export const preferences = {
  get<T>(key: string, otherwise: T): T {
    const text = read(window.localStorage, key);
    if (text === undefined) return otherwise;
    try {
      return JSON.parse(text) as T;
    } catch {
      return otherwise;
    }
  },
  set(key: string, value: unknown) {
    write(window.localStorage, key, value === undefined ? undefined : JSON.stringify(value));
  },
};
