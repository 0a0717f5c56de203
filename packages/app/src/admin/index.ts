/** The command line of an app's tasks. @module */
export { admin } from './admin.ts';
