import type { ConsumerEvent } from '@twelvefold/backing/internal';
import { toError } from '@twelvefold/core/internal';
import type { Logger } from '@twelvefold/logging';

type Line = readonly [level: 'debug' | 'info' | 'warn' | 'error', text: string, fields: Record<string, unknown>];

/**
 * Events that write the held-back lines of the message's scope, also if the event itself is only a
 * warning.
 */
const FAILED: ReadonlySet<ConsumerEvent['type']> = new Set(['retried', 'poisoned', 'exhausted', 'leaseLost']);

/** Logs what happened to a message: one line per event, the same on every host. */
export function logConsumerEvent(logger: Logger, event: ConsumerEvent): void {
  const [level, text, fields] = lineOf(event);
  if (FAILED.has(event.type)) logger.flushBuffer();
  logger[level](text, {
    ...('messageId' in event ? { message_id: event.messageId } : {}),
    ...fields,
    ...('error' in event && event.error !== undefined ? { error: toError(event.error) } : {}),
  });
}

function lineOf(event: ConsumerEvent): Line {
  switch (event.type) {
    case 'received':
      return ['debug', 'messages received', { count: event.count }];
    case 'handled':
      return ['info', 'message handled', { receive_count: event.receiveCount, duration_ms: event.durationMs }];
    case 'retried':
      return ['warn', 'message failed and comes again', { receive_count: event.receiveCount, delay_ms: event.delayMs }];
    case 'poisoned': {
      const what = event.moved
        ? 'message moved to the dead-letter queue'
        : 'message can never succeed and could not be moved';
      return ['error', what, { reason: event.reason, fingerprint: event.fingerprint }];
    }
    case 'exhausted': {
      const { receiveCount, fingerprint } = event;
      const fields = { receive_count: receiveCount, reason: event.reason, fingerprint };
      return ['error', 'message failed for the last time and was moved to the dead-letter queue', fields];
    }
    case 'dropped':
      return ['warn', 'message dropped', { reason: event.reason }];
    case 'corrupted':
      return ['error', 'message does not match its MD5 and was left', {}];
    case 'leaseLost':
      return ['warn', 'lease lost while the message was handled', {}];
    case 'abandoned':
      return ['warn', 'time ran out for the message; it comes again', { started: event.started }];
    case 'returned':
      return ['info', 'message goes back behind an earlier one of its group', {}];
    case 'receiveFailed':
      return ['warn', 'cannot receive; trying again', { attempt: event.attempt, delay_ms: event.delayMs }];
    case 'deleteFailed':
      return ['warn', 'message was handled but not deleted; it comes again', {}];
    case 'visibilityFailed':
      return ['warn', 'the next delivery of the message could not be timed', {}];
  }
}
