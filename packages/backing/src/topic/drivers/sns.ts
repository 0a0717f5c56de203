/** The SNS driver of a topic: its publisher. @module */
export { createSnsPublisher } from './sns-publisher.ts';
