/** The part of a command that we touch: a middleware stack of its own. */
export interface SdkCommand {
  readonly middlewareStack: {
    add(middleware: unknown, options: { step: string; name: string; override: boolean; priority?: 'low' }): void;
  };
}

export interface SendSettings {
  abortSignal?: AbortSignal;
  requestTimeout?: number;
}

/** Any AWS SDK v3 client: the smallest structure that can send a command. */
export interface SdkClient {
  // biome-ignore lint/suspicious/noExplicitAny: every SDK client types its own commands; this accepts them all
  send(command: any, options?: any): Promise<any>;
  /** Closes its connections. */
  destroy?(): void;
}

/** A loaded SDK service: its client and its command classes. */
export interface SdkService {
  readonly client: SdkClient;
  /** The class for an operation, `undefined` when the service has none of that name. */
  command(operation: string): (new (input: never) => SdkCommand) | undefined;
  /** DynamoDB alone: its errors carry items that lib-dynamodb leaves marshalled. */
  readonly unmarshall?: Unmarshall;
}

/** Turns a DynamoDB attribute map into plain JavaScript. */
export type Unmarshall = (item: Record<string, never>) => Record<string, unknown>;
