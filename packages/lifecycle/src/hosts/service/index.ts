export {
  createTaskProtection,
  type ProtectionEvent,
  type TaskProtection,
  type TaskProtectionOptions,
} from '../ecs/task-protection.ts';
export type { HostProfile } from '../profile.ts';
export { type HeldSignals, holdSignals, type ServiceProcess } from './hold-signals.ts';
export { createHttpServer, type HttpServer, type HttpServerOptions } from './http-server.ts';
export { type RunServiceOptions, runService } from './run-service.ts';
export { serviceProfile } from './service-profile.ts';
