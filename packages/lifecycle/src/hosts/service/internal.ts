/** The service host for sibling packages, and types that signatures name. @module */
export {
  createTaskProtection,
  type ProtectionEvent,
  type TaskProtection,
  type TaskProtectionOptions,
} from '../ecs/task-protection.ts';
export type { HostProfile } from '../profile.ts';
export { type HeldSignals, holdSignals, type ServiceProcess } from './hold-signals.ts';
export type { HttpServer, HttpServerOptions } from './http-server.ts';
export type { RunServiceOptions } from './run-service.ts';
