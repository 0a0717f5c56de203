/** One requirement of a port, as a test that throws when an implementation does not meet it. */
export interface ConformanceCase {
  readonly name: string;
  /**
   * Opens what it needs. Rejects with an `AssertionError`, or with the implementation's own error.
   */
  run(): Promise<void>;
}
