// Whether the server answers. Once a request found nobody, the server is asked again and again until
// it is back; whoever waits for that is told.
import { apiUrl } from './config';
import { isGatewayStatus } from './errors';

/** Between two questions, in milliseconds: sooner at first, later as time goes by. */
const soonest = 1_000;
const latest = 8_000;

let away = false;
let wait = soonest;
let timer: ReturnType<typeof setTimeout> | undefined;
const watchers = new Set<() => void>();
const waiting = new Set<() => void>();

function set(value: boolean): void {
  if (away === value) return;
  away = value;
  for (const watcher of watchers) watcher();
}

/** Whether the last request found nobody. */
export function serverIsAway(): boolean {
  return away;
}

/** For `useSyncExternalStore`. */
export function onReachability(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

/** Calls back whenever the server is back after it was away. */
export function onServerBack(listener: () => void): () => void {
  waiting.add(listener);
  return () => waiting.delete(listener);
}

/** A request was answered. */
export function noteAnswer(): void {
  wait = soonest;
  if (away) back();
}

/** A request found nobody. */
export function noteSilence(): void {
  set(true);
  timer ??= setTimeout(() => void askAgain(), wait);
}

/** Asks at once whether the server is back. */
export async function askAgain(): Promise<void> {
  clearTimeout(timer);
  timer = undefined;
  // It is not reset before a real request is answered: a gateway that answers for a server which
  // then does not would be asked every second.
  wait = Math.min(wait * 2, latest);
  const answer = await fetch(apiUrl('healthz'), { cache: 'no-store' }).catch(() => undefined);
  if (answer && !isGatewayStatus(answer.status)) back();
  else noteSilence();
}

function back(): void {
  clearTimeout(timer);
  timer = undefined;
  if (!away) return;
  set(false);
  for (const listener of waiting) listener();
}
