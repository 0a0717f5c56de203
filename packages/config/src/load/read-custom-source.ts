import type { FaultReason } from '../errors/config-fault.ts';
import type { CustomSource, SourceRequest } from '../sources/sources.ts';

export interface CustomContent {
  readonly source: CustomSource;
  readonly values: Readonly<Record<string, unknown>>;
  /** The reason why the values of the requested keys are unknown. */
  readonly fault?: { readonly reason: FaultReason; readonly detail: string; readonly cause: Error };
  readonly requested: ReadonlySet<string>;
}

/**
 * Asks a user's source. A fault shows the class and the code of an error only: its message may
 * quote a value.
 */
export async function readCustomSource(source: CustomSource, request: SourceRequest): Promise<CustomContent> {
  const requested = new Set(request.keys);
  try {
    return { source, requested, values: request.keys.length === 0 ? {} : await source.read(request) };
  } catch (error) {
    request.signal?.throwIfAborted();
    const { name, code, retryable } = error as { name?: unknown; code?: unknown; retryable?: unknown }; // whatever was thrown
    const detail = `${source.name} failed: ${[name, code].filter((part) => typeof part === 'string').join(' ') || 'unknown error'}`;
    const cause = error instanceof Error ? error : new TypeError(`${source.name} threw a value that is not an error`);
    return {
      source,
      requested,
      values: {},
      fault: { reason: retryable === true ? 'unreachable' : 'denied', detail, cause },
    };
  }
}
