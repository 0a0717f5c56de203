/** The part of a command that we touch: a middleware stack of its own. */
export interface SdkCommand {
  readonly middlewareStack: {
    add(middleware: unknown, options: { step: string; name: string; override: boolean }): void;
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
}

/** A loaded SDK service: its client and the command classes of the operations that the port knows. */
export interface SdkService {
  readonly client: SdkClient;
  readonly commands: Readonly<Record<string, new (input: never) => unknown>>;
  /** DynamoDB alone: its errors carry items that lib-dynamodb leaves marshalled. */
  readonly unmarshall?: Unmarshall;
}

/** Turns a DynamoDB attribute map into plain JavaScript. */
export type Unmarshall = (item: Record<string, never>) => Record<string, unknown>;
