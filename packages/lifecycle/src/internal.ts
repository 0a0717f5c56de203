/** For sibling packages, and types that signatures name. May change in any release. @module */
export { CORRELATION_ATTRIBUTE, correlationIdFrom, SAMPLED, SAMPLED_ATTRIBUTE } from './correlation.ts';
export type { Host } from './hosts/detect.ts';
export { endOnFatalError, type FatalErrorOptions, type FatalProcess } from './hosts/fatal-errors.ts';
export type { HttpHandler, HttpService, RequestContext, RequestOutcome, RequestRefusal } from './http/http-service.ts';
export type { LightHttpOptions } from './http/light/install-light-http.ts';
export type { HttpLimits } from './http/limits.ts';
export type { ProblemDetails } from './http/problem.ts';
export { type ServeOptions, serveRequest } from './http/serve-request.ts';
export type { LifecycleOptions, ResourceHealth } from './lifecycle.ts';
export { failSpan } from './otel/fail-span.ts';
export { openTelemetry } from './otel/open-telemetry.ts';
export { type ProducerSpan, producing } from './otel/producing.ts';
export type { SpanInit } from './otel/span.ts';
export type { Phase } from './phase.ts';
export type { ScopeInit, ScopeKind } from './scope.ts';
export { type OpenScope, openScope } from './scope.ts';
export type { ShutdownReport, ShutdownStep } from './shutdown-report.ts';
export type { TraceContext } from './trace.ts';
