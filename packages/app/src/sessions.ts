/** Sessions of HTTP requests: cookies, CSRF checks, and the session of a request. @module */
export { type RequestSession, type WebSessions, webSessions } from '@twelvefold/backing/web-sessions';
