/** The host of long-running services. @module */

export { createHttpServer } from './http-server.ts';
export { runService } from './run-service.ts';
export { serviceProfile } from './service-profile.ts';
