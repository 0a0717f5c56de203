/** The Lambda operations that launchers use. */
export interface LambdaOperations {
  Invoke: {
    input: {
      /** Name, or ARN. */
      FunctionName: string;
      /** Asynchronous: Lambda answers before the function has run. */
      InvocationType: 'Event';
      /** JSON. */
      Payload?: string;
    };
    output: { StatusCode?: number };
  };
}
