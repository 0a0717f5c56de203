import { readInteger, readString } from '../../core/input.ts';
import { invalidParameter, missingParameter } from './errors.ts';
import type { Queue } from './queue.ts';

const MAX_SECONDS = 43_200;

/** Changes one message's visibility timeout, by what the input says. @throws ServiceError */
export function changeVisibility(input: Readonly<Record<string, unknown>>, queue: Queue): void {
  const handle = readString(input, 'ReceiptHandle');
  if (handle === undefined || handle === '') throw missingParameter('ReceiptHandle');
  const seconds = readInteger(input, 'VisibilityTimeout');
  if (seconds === undefined) throw missingParameter('VisibilityTimeout');
  if (seconds < 0 || seconds > MAX_SECONDS) {
    throw invalidParameter(seconds, 'VisibilityTimeout', `Must be between 0 and ${MAX_SECONDS}.`);
  }
  queue.changeVisibility(handle, seconds);
}
