import type { QueueDefinition } from '@twelvefold/backing';

export interface QueueFacts {
  /** How long one invocation of its function may take, in milliseconds. */
  functionTimeoutMs?: number;
  /** The real queue's attributes, as GetQueueAttributes gives them. */
  attributes?: Readonly<Record<string, string>>;
}

/** Lambda's developer guide: so that a batch that is throttled can be tried again before its messages are seen by another invocation. */
const VISIBILITY_PER_TIMEOUT = 6;

/** What of a queue will lose messages or handle them twice, though nothing refuses it: said once when its consumer starts. */
export function queueWarnings(definition: QueueDefinition, { functionTimeoutMs, attributes }: QueueFacts): string[] {
  const { name, visibilityMs } = definition;
  const warnings: string[] = [];
  const redrive = redriveOf(attributes);
  const has = attributes === undefined ? definition.deadLetter !== undefined : redrive !== undefined;
  const maxReceives = redrive?.maxReceiveCount ?? definition.deadLetter?.maxReceives;
  if (!has) {
    warnings.push(
      `Queue '${name}' has no dead-letter queue: what can never be handled comes again until its retention ends, and is lost then`,
    );
  } else if (maxReceives === 1) {
    warnings.push(
      `Queue '${name}' gives a message one receive: no failure is retried, and a process that dies sends what it held to the dead-letter queue`,
    );
  }
  if (functionTimeoutMs === undefined) return warnings;
  if (visibilityMs < functionTimeoutMs) {
    warnings.push(
      `Queue '${name}' shows a message again after ${visibilityMs} ms, while its function may work on it for ${functionTimeoutMs} ms: raise its visibility`,
    );
  } else if (visibilityMs < VISIBILITY_PER_TIMEOUT * functionTimeoutMs) {
    warnings.push(
      `Queue '${name}' has a visibility of ${visibilityMs} ms; six times its function's timeout of ${functionTimeoutMs} ms, and the batching window, are recommended`,
    );
  }
  return warnings;
}

function redriveOf(attributes: QueueFacts['attributes']): { maxReceiveCount: number } | undefined {
  try {
    const policy: unknown = JSON.parse(attributes?.RedrivePolicy ?? 'null');
    if (typeof policy !== 'object' || policy === null || !('maxReceiveCount' in policy)) return undefined;
    return { maxReceiveCount: Number(policy.maxReceiveCount) };
  } catch {
    return undefined;
  }
}
