import type { ConsumerEvent, ConsumerEventListener } from './consumer-event.ts';

/**
 * Makes the listener of a consumer that was given none: writes a line for each failure to standard
 * error, and nothing for a message that was handled.
 *
 * @param write takes a line. @defaultValue `console.error`
 */
export function reportEvents(queue: string, write: (line: string) => void = toStandardError): ConsumerEventListener {
  return (event) => {
    const text = textOf(event);
    if (text === undefined) return;
    const subject = 'messageId' in event ? `queue '${queue}', message ${event.messageId}` : `queue '${queue}'`;
    const error = 'error' in event ? event.error : undefined;
    const cause =
      error === undefined ? '' : `: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
    write(`${subject}: ${text}${cause}`);
  };
}

function toStandardError(line: string): void {
  // biome-ignore lint/suspicious/noConsole: the log of a consumer without an app and onEvent
  console.error(line);
}

function textOf(event: ConsumerEvent): string | undefined {
  switch (event.type) {
    case 'retried':
      return `failed at receive ${event.receiveCount} and comes again in ${Math.round(event.delayMs)} ms`;
    case 'poisoned':
      return event.moved
        ? `moved to the dead-letter queue (${event.reason})`
        : `cannot succeed and could not be moved to the dead-letter queue (${event.reason})`;
    case 'exhausted':
      return `failed at its last receive and was moved to the dead-letter queue (${event.reason})`;
    case 'dropped':
      return `dropped (${event.reason})`;
    case 'corrupted':
      return 'does not match its MD5 and comes again';
    case 'leaseLost':
      return 'lost its lease while it was handled';
    case 'abandoned':
      return 'ran out of time and comes again';
    case 'receiveFailed':
      return `cannot receive, attempt ${event.attempt}; trying again in ${Math.round(event.delayMs)} ms`;
    case 'deleteFailed':
      return 'was handled but not deleted, and comes again';
    case 'visibilityFailed':
      return 'comes again when its visibility timeout ends, not at the time that it asked for';
    case 'received':
    case 'handled':
    case 'returned':
      return undefined;
  }
}
