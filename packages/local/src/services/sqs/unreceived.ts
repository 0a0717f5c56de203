import type { Message } from './message.ts';

/** What is true of a message that nobody received. */
export const UNRECEIVED = {
  inFlight: false,
  receiveCount: 0,
  receivesHere: 0,
  firstReceivedAt: undefined,
  lastReceivedAt: 0,
  receipt: '',
  sourceArn: undefined,
} as const satisfies Partial<Message>;
