import { randomBytes } from 'node:crypto';
import { messageOf } from '@twelvefold/core/internal';
import type { AwsClient } from '../../client/aws-client.ts';
import { AwsCallError } from '../../client/aws-client.ts';

/** Writes the lines of one process to CloudWatch Logs, as the platform does for it. */
export interface LogDelivery {
  add(line: string): void;
  /** Sends what is left. */
  stop(): Promise<void>;
}

export interface LogDeliveryOptions {
  /** With the credentials of the role that the platform writes with. */
  readonly client: AwsClient;
  readonly group: string;
  /** The beginning of the stream's name; a random part follows. */
  readonly stream: string;
  /** Gets what could not be written, once for each kind of failure: AWS drops the lines. */
  readonly onError: (error: Error) => void;
}

// API reference of PutLogEvents: 10,000 events a batch, and 26 bytes beside each message.
const MAX_EVENTS = 10_000;
const EVENT_BYTES = 26;
const MAX_BYTES = 1_048_576;
const PAUSE_MS = 50;

/** The first events that fit one call. */
function takeBatch(waiting: Array<{ readonly timestamp: number; readonly message: string }>) {
  let bytes = 0;
  let count = 0;
  for (const { message } of waiting) {
    bytes += Buffer.byteLength(message) + EVENT_BYTES;
    if (count > 0 && (bytes > MAX_BYTES || count >= MAX_EVENTS)) break;
    count += 1;
  }
  return waiting.splice(0, count);
}

/** Delivers lines in batches, in their order. The stream comes to be with the first one. */
export function createLogDelivery({ client, group, stream, onError }: LogDeliveryOptions): LogDelivery {
  const at = { logGroupName: group, logStreamName: `${stream}${randomBytes(16).toString('hex')}` };
  const waiting: Array<{ timestamp: number; message: string }> = [];
  const reported = new Set<string>();
  let isOpen = false;
  let sending: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;

  async function open(): Promise<void> {
    if (isOpen) return;
    try {
      await client.json('logs', 'CreateLogStream', at);
    } catch (error) {
      if (!(error instanceof AwsCallError) || error.code !== 'ResourceNotFoundException') throw error;
      await client.json('logs', 'CreateLogGroup', { logGroupName: group });
      await client.json('logs', 'CreateLogStream', at);
    }
    isOpen = true;
  }

  async function send(): Promise<void> {
    try {
      await open();
      while (waiting.length > 0) await client.json('logs', 'PutLogEvents', { ...at, logEvents: takeBatch(waiting) });
    } catch (error) {
      waiting.length = 0;
      const reason = messageOf(error);
      if (reported.has(reason)) return;
      reported.add(reason);
      onError(new Error(`Cannot write the logs of ${group}: ${reason}`, { cause: error }));
    }
  }

  const flush = () => {
    timer = undefined;
    sending = sending.then(send);
  };
  return {
    add: (message) => {
      // An event has at least one character.
      if (message === '') return;
      waiting.push({ timestamp: Date.now(), message });
      timer ??= setTimeout(flush, PAUSE_MS);
    },
    stop: async () => {
      if (timer !== undefined) {
        clearTimeout(timer);
        flush();
      }
      await sending;
    },
  };
}
