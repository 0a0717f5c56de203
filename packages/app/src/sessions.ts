/** Sessions of HTTP requests: cookies, CSRF checks, and the session of a request. @module */
export {
  type CookieOptions,
  type CsrfOptions,
  type RequestSession,
  type WebRequest,
  type WebSessions,
  type WebSessionsOptions,
  webSessions,
} from '@twelvefold/backing/web-sessions';
