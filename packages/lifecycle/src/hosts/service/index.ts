export {
  createTaskProtection,
  type ProtectionEvent,
  type TaskProtection,
  type TaskProtectionOptions,
} from '../ecs/task-protection.ts';
export type { HostProfile } from '../profile.ts';
export { type HeldSignals, holdSignals } from './hold-signals.ts';
export { createHttpServer, type HttpServer, type HttpServerOptions } from './http-server.ts';
export { type RunServiceOptions, runService, type ServiceProcess } from './run-service.ts';
export { serviceProfile } from './service-profile.ts';
