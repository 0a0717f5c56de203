/** What a message came to be on a topic. */
export interface PublishReceipt {
  messageId: string;
}

/** The part of a topic that publishes. `T` is the schema's input type. */
export interface TopicPublisher<T> {
  /**
   * Publishes one message, with the scope's correlation and trace on it.
   *
   * @throws TwelvefoldError `MESSAGE_INVALID` when it does not fit the schema, `MESSAGE_TOO_LARGE` above the topic's limit.
   */
  publish(message: T, options?: { signal?: AbortSignal }): Promise<PublishReceipt>;
}
