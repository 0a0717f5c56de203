/** The IAM actions behind each access to a topic. */
export const TOPIC_ACCESS = { publish: ['sns:Publish'] } as const;
