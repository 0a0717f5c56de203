/** Scopes, phases and HTTP, the same on every host. @module @twelvefold/lifecycle */
export { healthResponse } from './http/health.ts';
export { installLightHttp } from './http/light/install-light-http.ts';

export { type FieldFault, problem } from './http/problem.ts';

export { traceHeaders } from './http/trace-headers.ts';
export { createLifecycle, type Lifecycle } from './lifecycle.ts';

export { traced } from './otel/traced.ts';

export type { Resource } from './resource.ts';
export { currentScope, runInScope, type Scope, type ScopeKey, scopeKey } from './scope.ts';
