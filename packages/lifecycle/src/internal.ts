export { CORRELATION_ATTRIBUTE, SAMPLED, SAMPLED_ATTRIBUTE } from './correlation.ts';
export { failSpan } from './otel/fail-span.ts';
export { openTelemetry } from './otel/open-telemetry.ts';
export { type OpenScope, openScope } from './scope.ts';
