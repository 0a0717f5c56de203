export { backoffMs } from './backoff.ts';
export { after } from './clock.ts';
export { limitTime, NO_DEADLINE, type TimeLimit } from './deadline.ts';
export { assertKnownOptions, unknownOptions } from './options.ts';
export { messageOf, toError } from './to-error.ts';
