/**
 * Given to Node by `--import` in the processes that a test starts, their worker threads included:
 * wall clock, monotonic clock and timers of the process run ahead by as many milliseconds as the
 * file in SHIFTED_CLOCK says at the moment. So ten minutes of standing still take none. Node's own
 * timers (sockets, `node:timers/promises`, `AbortSignal.timeout`) stay as they are.
 */
import { AsyncResource } from 'node:async_hooks';
import { openSync, readSync } from 'node:fs';

/** How often timers are looked at that a shift has made due. */
const LOOK_EVERY_MS = 5;

const file = openSync(process.env.SHIFTED_CLOCK ?? '', 'r');
const digits = Buffer.alloc(16);
const aheadMs = () => Number(digits.toString('latin1', 0, readSync(file, digits, 0, digits.length, 0)));

const RealDate = Date;
const monotonic = performance.now.bind(performance);
const now = () => RealDate.now() + aheadMs();
globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, newTarget) => Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
  get: (target, key) => (key === 'now' ? now : Reflect.get(target, key)),
});
performance.now = () => monotonic() + aheadMs();

const { setTimeout: start, clearTimeout: cancel } = globalThis;
const pending = new Map<unknown, { dueAt: number; fire: () => void }>();

function shiftedTimeout(callback: (...args: unknown[]) => void, ms = 0, ...args: unknown[]): NodeJS.Timeout {
  // Runs in the scope that it was set in, in whatever scope it is called.
  const run = AsyncResource.bind(() => callback(...args));
  const fire = () => {
    if (pending.delete(handle)) run();
  };
  const handle = start(fire, ms);
  pending.set(handle, { dueAt: performance.now() + ms, fire });
  return handle;
}
// Node's type also declares what promisify finds on it, and that is taken over.
globalThis.setTimeout = Object.assign(shiftedTimeout, {
  ...Object.fromEntries(Object.getOwnPropertySymbols(start).map((key) => [key, Reflect.get(start, key)])),
}) as typeof setTimeout;
globalThis.clearTimeout = (handle) => {
  pending.delete(handle);
  cancel(handle);
};
setInterval(() => {
  const at = performance.now();
  for (const [handle, { dueAt, fire }] of pending) {
    if (dueAt > at) continue;
    cancel(handle as NodeJS.Timeout); // what shiftedTimeout put there
    fire();
  }
}, LOOK_EVERY_MS).unref();
