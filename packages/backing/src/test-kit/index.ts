/** For tests of drivers and of code that uses backing services. Needs no test runner. @module */
export type { ConformanceCase } from './conformance-case.ts';
export { fakeQueue, fakeSessions, fakeTopic, type Taken } from './fakes.ts';
export { type OpenSessionDriver, sessionDriverCases } from './session-driver-cases.ts';
