/** The HTTP(S) subscription to a topic, as a fetch handler. @module */
export {
  createSnsEndpoint,
  type NotificationInfo,
  type SnsEndpointEvent,
  type SnsEndpointOptions,
} from '../http/sns-endpoint.ts';
