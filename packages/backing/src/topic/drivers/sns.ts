/** The SNS driver of a topic: its publisher. @module */
export { createSnsPublisher, type SnsPublisherOptions } from './sns-publisher.ts';
