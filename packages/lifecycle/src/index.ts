export { correlationIdFrom } from './correlation.ts';
export { detectHost, type Host } from './hosts/detect.ts';
export { endOnFatalError, type FatalErrorOptions, type FatalProcess } from './hosts/fatal-errors.ts';
export { isClientGone } from './http/exchange.ts';
export { healthResponse } from './http/health.ts';
export type { HttpHandler, HttpService, RequestContext, RequestOutcome, RequestRefusal } from './http/http-service.ts';
export { installLightHttp, type LightHttpOptions } from './http/light/install-light-http.ts';
export { BODY_LIMIT_BYTES, HEADER_LIMIT_BYTES, type HttpLimits } from './http/limits.ts';
export { type FieldFault, type ProblemDetails, problem } from './http/problem.ts';
export { type ServeOptions, serveRequest } from './http/serve-request.ts';
export { traceHeaders } from './http/trace-headers.ts';
export { createLifecycle, type Lifecycle, type LifecycleOptions, type ResourceHealth } from './lifecycle.ts';
export { type ProducerSpan, producing } from './otel/producing.ts';
export type { SpanInit } from './otel/span.ts';
export { traced } from './otel/traced.ts';
export type { Phase } from './phase.ts';
export type { Resource } from './resource.ts';
export {
  currentScope,
  runInScope,
  type Scope,
  type ScopeInit,
  type ScopeKey,
  type ScopeKind,
  scopeKey,
} from './scope.ts';
export type { ShutdownReport, ShutdownStep } from './shutdown-report.ts';
export type { TraceContext } from './trace.ts';
