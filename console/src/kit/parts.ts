// Parts of the console that are fetched when they are first needed: pages and editors. One that could
// not be fetched is an error like any other of its page, and is fetched anew when that is tried again.
import type { AsyncRouteComponent } from '@tanstack/react-router';
import { createElement, use, type ComponentType } from 'react';
import { ApiError, loadConfig, noteSilence, onServerBack, unreachable } from './api';
import { t } from './i18n';

/** The code of the error that only loading the page anew mends. */
export const outdated = 'console-outdated';

const failures = new Set<() => void>();

/** Forgets what could not be fetched, so that it is asked for again. */
export function retryParts(): void {
  for (const forget of failures) forget();
}
onServerBack(retryParts);

/* eslint-disable @typescript-eslint/no-explicit-any -- components of every kind of properties; a closer
   type than `any` would have the types of pages depend on those of their addresses, and these on them */
type AnyComponent = ComponentType<any>;
type Part<C> = C extends (props: infer P) => any ? AsyncRouteComponent<P> : never;
/* eslint-enable */

/** A component out of a module that is fetched with its first use, or by `preload` before. */
export function lazyPart<M, K extends keyof M>(load: () => Promise<M>, name: K): Part<M[K]> {
  let loaded: AnyComponent | undefined;
  let pending: Promise<void> | undefined;
  const forget = () => {
    pending = undefined;
    failures.delete(forget);
  };
  const fetchPart = () =>
    (pending ??= load().then(
      (module) => {
        loaded = module[name] as AnyComponent;
      },
      async (reason: unknown) => {
        failures.add(forget);
        throw await explain(reason);
      },
    ));
  function Lazy(props: object) {
    if (!loaded) use(fetchPart());
    return loaded ? createElement(loaded, props) : null;
  }
  return Object.assign(Lazy, {
    preload: () => {
      if (loaded) return Promise.resolve();
      if (failures.has(forget)) forget();
      // Whether it worked is seen where the part is drawn.
      return fetchPart().catch(() => undefined);
    },
  }) as Part<M[K]>;
}

/**
 * Why a part cannot be fetched: nobody answers, or a newer console took the place of this one, whose
 * files are gone.
 */
async function explain(reason: unknown): Promise<unknown> {
  const isFetch = reason instanceof TypeError || String(reason).includes('Unable to preload CSS');
  if (!isFetch) return reason;
  try {
    await loadConfig();
  } catch {
    noteSilence();
    return unreachable();
  }
  const text = t('The server has another console by now. Load the page anew.');
  return new ApiError(text, 0, outdated);
}
