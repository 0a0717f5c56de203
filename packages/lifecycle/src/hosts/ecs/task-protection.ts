import type { Clock } from '@twelvefold/core';
import { systemClock } from '@twelvefold/core';
import { toError } from '@twelvefold/core/internal';
import type { Resource } from '../../resource.ts';
import type { ProtectionRequest } from './put-protection.ts';
import { putProtection } from './put-protection.ts';

/** The outcome of a request for the task's protection, for the log. */
export type ProtectionEvent =
  | { readonly type: 'protected'; readonly minutes: number }
  | { readonly type: 'released' }
  /**
   * ECS refused with `DEPLOYMENT_BLOCKED`, `TASK_NOT_VALID`, `AccessDeniedException`, ... The
   * request is repeated unless `final`.
   */
  | { readonly type: 'refused'; readonly reason: string; readonly detail: string; readonly final: boolean }
  /** Work went on for longer than `longestMs`: protection is left to run out. */
  | { readonly type: 'overdue'; readonly heldMs: number };

export interface TaskProtectionOptions {
  /** `ECS_AGENT_URI`. */
  agentUri: string;
  /**
   * Minutes of protection per request, 1 to 2880 (ECS's limits); renewed after half of them.
   *
   * @defaultValue 10
   */
  minutes?: number;
  /** Milliseconds without work before the protection is given up. @defaultValue 5000 */
  idleMs?: number;
  /**
   * Milliseconds of unbroken work after which it is not renewed.
   *
   * @defaultValue 172800000, 48 h, the limit of ECS
   */
  longestMs?: number;
  onEvent?: (event: ProtectionEvent) => void;
  clock?: Clock;
  /** Asks the agent. @defaultValue a PUT to `{agentUri}/task-protection/v1/state` */
  put?: (request: ProtectionRequest) => Promise<void>;
}

export interface TaskProtection extends Required<Pick<Resource, 'name' | 'quiesce' | 'stop'>> {
  /** Marks one piece of work; the task is protected while any is marked. Returns the release. */
  hold(): () => void;
}

/** After a refusal, ECS is asked again this much later. */
const RETRY_MS = 30_000;
/** Reasons that no later request changes: the task belongs to no service. */
const FINAL = new Set(['TASK_NOT_VALID']);

/**
 * Keeps ECS from scaling in a task that is at work, by reference count. The first piece of work
 * requests the protection, which is renewed while work goes on, and given up when there has been
 * none for a while or the task drains.
 *
 * Best effort: work does not wait for it, and a refusal is an event, never an error. The task role
 * needs `ecs:UpdateTaskProtection` (AWS documentation: task scale-in protection endpoint).
 */
export function createTaskProtection(options: TaskProtectionOptions): TaskProtection {
  const { agentUri, minutes = 10, idleMs = 5_000, longestMs = 172_800_000, onEvent, clock = systemClock } = options;
  const { put = (request) => putProtection(agentUri, request) } = options;
  if (!(Number.isInteger(minutes) && minutes >= 1 && minutes <= 2_880)) {
    throw new RangeError(`Cannot protect the task for ${minutes} minutes: ECS takes 1 to 2880`);
  }
  let held = 0;
  let closed = false;
  let minding: Promise<void> | undefined;
  let changed = new AbortController();
  const wake = () => {
    changed.abort();
    changed = new AbortController();
  };
  /** Sleeps, unless the count goes to or from zero first. */
  const pause = (ms: number) => clock.sleep(ms, changed.signal).catch(() => undefined);

  const ask = async (enabled: boolean): Promise<'done' | 'again' | 'never'> => {
    try {
      await put(enabled ? { ProtectionEnabled: true, ExpiresInMinutes: minutes } : { ProtectionEnabled: false });
      onEvent?.(enabled ? { type: 'protected', minutes } : { type: 'released' });
      return 'done';
    } catch (error) {
      const { name: reason, message: detail } = toError(error);
      const final = FINAL.has(reason);
      onEvent?.({ type: 'refused', reason, detail, final });
      return final ? 'never' : 'again';
    }
  };

  /** One at a time: lives from the first piece of work until the protection is given up. */
  const mind = async (): Promise<void> => {
    const begun = clock.monotonic();
    let isProtected = false;
    for (let overdue = false; ; ) {
      if (held > 0 && !closed && !overdue) {
        if (clock.monotonic() - begun >= longestMs) {
          overdue = true;
          onEvent?.({ type: 'overdue', heldMs: clock.monotonic() - begun });
          continue;
        }
        const answer = await ask(true);
        if (answer === 'never') {
          closed = true;
          return;
        }
        isProtected ||= answer === 'done';
        if (held > 0 && !closed) await pause(answer === 'done' ? (minutes * 60_000) / 2 : RETRY_MS);
      } else if (held > 0 && !closed) {
        await pause(longestMs);
      } else {
        if (!closed) await pause(idleMs);
        if (held > 0 && !closed) continue;
        if (isProtected && (await ask(false)) === 'again' && !closed) {
          await pause(RETRY_MS);
          continue;
        }
        return;
      }
    }
  };
  const watch = () => {
    minding ??= mind().finally(() => {
      minding = undefined;
      if (held > 0 && !closed) watch();
    });
  };

  return {
    name: 'task protection',
    hold: () => {
      held += 1;
      if (held === 1) wake();
      if (!closed) watch();
      let released = false;
      return () => {
        if (released) return;
        released = true;
        held -= 1;
        if (held === 0) wake();
      };
    },
    // From now on nothing is gained by staying: the task has been told to stop.
    quiesce: () => {
      closed = true;
      wake();
    },
    stop: () => minding,
  };
}
