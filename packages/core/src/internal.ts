/** Helpers that the packages share. May change in any release. @module */
export { backoffMs, JUST_CHANGED_MS } from './backoff.ts';
export { builtin } from './builtin.ts';
export { after } from './clock.ts';
export { limitTime, NO_DEADLINE, type TimeLimit } from './deadline.ts';
export { assertKnownOptions, unknownOptions } from './options.ts';
export { pascalCase } from './pascal-case.ts';
export { codeOf, messageOf, toError } from './to-error.ts';
export { unknownResult } from './unknown-result.ts';
export { UsageError } from './usage-error.ts';
