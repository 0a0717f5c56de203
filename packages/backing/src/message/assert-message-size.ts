import { TwelvefoldError } from '@twelvefold/lifecycle';

/** @throws TwelvefoldError `MESSAGE_TOO_LARGE` when `bytes` is above `limit`. */
export function assertMessageSize(action: string, bytes: number, limit: number): void {
  if (bytes > limit) {
    throw new TwelvefoldError(
      'MESSAGE_TOO_LARGE',
      `Cannot ${action}: it has ${bytes} bytes with its attributes and the limit is ${limit}; store the content elsewhere and send a reference to it`,
    );
  }
}
