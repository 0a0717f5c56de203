export { type Clock, systemClock } from './clock.ts';
export { CORRELATION_ATTRIBUTE, CORRELATION_HEADER, correlationIdFrom } from './correlation.ts';
export { type Deadline, deadlineIn, NO_DEADLINE } from './deadline.ts';
export { type Duration, durationMs } from './duration.ts';
export { TwelvefoldError } from './errors.ts';
export {
  currentScope,
  runInScope,
  type Scope,
  type ScopeInit,
  type ScopeKey,
  type ScopeKind,
  scopeKey,
  type TraceContext,
} from './scope.ts';
