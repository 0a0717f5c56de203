/** The host of long-running services. @module */
export type { HostProfile } from '../profile.ts';

export { createHttpServer, type HttpServer } from './http-server.ts';
export { runService } from './run-service.ts';
export { serviceProfile } from './service-profile.ts';
