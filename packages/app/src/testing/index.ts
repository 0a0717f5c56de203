export { fakeBacking, fakeSql } from '@twelvefold/backing/testing';
export type { TestConfig } from './test-config.ts';
export { type AllClients, type TestContextOptions, testContext } from './test-context.ts';
