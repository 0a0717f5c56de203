/** Components as a long-running service. @module */
export { run } from './run.ts';
