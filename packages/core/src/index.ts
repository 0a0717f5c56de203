/** Clocks, deadlines, durations and the error class. @module @twelvefold/core */
export { type Clock, systemClock } from './clock.ts';
export { type Deadline, deadlineIn } from './deadline.ts';
export { type Duration, durationMs } from './duration.ts';
export { type ErrorCode, TwelvefoldError } from './error.ts';
