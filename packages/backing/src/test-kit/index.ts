/** For tests of drivers and of code that uses backing services. Needs no test runner. @module */
export { fakeBacking } from './fake-backing.ts';
export { fakeSql } from './fake-sql.ts';
export { sessionDriverCases } from './session-driver-cases.ts';
