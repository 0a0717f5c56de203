/** The part of a command that the port uses: its middleware stack. */
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
  // biome-ignore lint/suspicious/noExplicitAny: each SDK client has separate types for commands
  send(command: any, options?: any): Promise<any>;
  /** Closes its connections. */
  destroy?(): void;
}

/** A loaded SDK service: its client and its command classes. */
export interface SdkService {
  readonly client: SdkClient;
  /** The class for an operation, `undefined` when the service has none of that name. */
  command(operation: string): (new (input: never) => SdkCommand) | undefined;
  /** Only for DynamoDB: its errors carry items that lib-dynamodb leaves marshalled. */
  readonly unmarshall?: Unmarshall;
}

/** Turns a DynamoDB attribute map into plain JavaScript. */
export type Unmarshall = (item: Record<string, never>) => Record<string, unknown>;

/**
 * The exports of the SDK's packages that are used here: client classes and `<Operation>Command`.
 */
export type SdkModule = Readonly<Record<string, unknown>>;

/** Opens a service's SDK with the settings of the port. */
export interface SdkOpener {
  readonly hasEndpoint: boolean;
  /**
   * The client that was given to the port, else a new one of the class `name`.
   *
   * @param wrap makes the client to use of the new one
   */
  open(sdk: SdkModule, name: string, options?: object, wrap?: (client: SdkClient) => SdkClient): SdkService;
  /**
   * The error to throw when the import of a package failed: names what to install.
   *
   * @param packages to install @defaultValue the one whose import failed
   */
  missing(error: unknown, packages?: string): unknown;
}

/** The command class of an operation, by the SDK's naming. */
export const commandOf = (sdk: SdkModule, name: string) => sdk[`${name}Command`] as ReturnType<SdkService['command']>;
