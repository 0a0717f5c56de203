export { type AllClients, type TestContextOptions, testContext } from './test-context.ts';
