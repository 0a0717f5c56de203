/** Contexts and fakes for unit tests of handlers. @module */
export { fakeBacking, fakeSql } from '@twelvefold/backing/testing';
export { testContext } from './test-context.ts';
