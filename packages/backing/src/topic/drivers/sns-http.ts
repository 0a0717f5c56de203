/** The HTTP(S) subscription to a topic, as a fetch handler. @module */
export { createSnsEndpoint } from '../http/sns-endpoint.ts';
