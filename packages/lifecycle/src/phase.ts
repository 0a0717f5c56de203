/**
 * `starting` -> `ready` -> `draining` -> `stopped`; a failed start goes from `starting` to
 * `draining`.
 */
export type Phase = 'starting' | 'ready' | 'draining' | 'stopped';
