import type { QueueDefinition } from '../queue.ts';

export interface QueueFacts {
  /** How long one invocation of its function may take, in milliseconds. */
  functionTimeoutMs?: number;
  /** The real queue's attributes, as GetQueueAttributes gives them. */
  attributes?: Readonly<Record<string, string>>;
}

/**
 * Lambda developer guide: leaves time to try a throttled batch again before another invocation gets
 * its messages.
 */
const VISIBILITY_PER_TIMEOUT = 6;

/**
 * Settings of a queue that AWS accepts and that lose messages or deliver them twice, a sentence
 * each.
 */
export function queueWarnings(definition: QueueDefinition, { functionTimeoutMs, attributes }: QueueFacts): string[] {
  const { name, visibilityMs } = definition;
  const warnings: string[] = [];
  const redrive = redriveOf(attributes);
  const has = attributes === undefined ? definition.deadLetter !== undefined : redrive !== undefined;
  const maxReceives = redrive?.maxReceiveCount ?? definition.deadLetter?.maxReceives;
  if (!has) {
    warnings.push(
      `Queue '${name}' has no dead-letter queue: a message that always fails is delivered again until its retention ends, and is then lost`,
    );
  } else if (maxReceives === 1) {
    warnings.push(
      `Queue '${name}' gives a message one receive: a failure is not retried, and a process that dies sends its messages to the dead-letter queue`,
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
