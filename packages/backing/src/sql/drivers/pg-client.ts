import type { SqlResult, SqlStatement } from '../port.ts';

/**
 * The part of `pg`'s Client that the driver uses: with it, declarations do not need `@types/pg`.
 */
export interface PgClient {
  connect(): Promise<unknown>;
  end(): Promise<void>;
  query(
    statement: string | SqlStatement,
    values: readonly unknown[] | undefined,
    callback: (error: Error, result: SqlResult) => void,
  ): void;
  on(event: 'error' | 'end', listener: (error?: Error) => void): unknown;
  /** `T` in a transaction, `E` in a failed one, `I` outside. */
  getTransactionStatus(): 'I' | 'T' | 'E' | null;
  release?: (destroy?: boolean | Error) => void;
}

/** Fields of `pg` that its declarations omit. */
interface PgInternals {
  readonly processID: number | null;
  readonly secretKey: number | null;
  readonly connection: { readonly stream: { destroy(): void } };
}

export interface PgClientOptions {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  readonly ssl: false | { readonly ca?: string[]; readonly rejectUnauthorized: true };
  /** Milliseconds to connect and log in. */
  readonly connectionTimeoutMillis: number;
  readonly application_name: string;
  readonly keepAlive: true;
}

/** The module `pg`, imported where a client is opened. */
export interface PgModule {
  readonly Client: new (options: PgClientOptions) => PgClient;
  readonly Pool: new (options: object) => object;
  readonly Connection: new (options: { readonly ssl: unknown }) => PgConnection;
}

/** A connection on the level of messages. */
interface PgConnection {
  connect(port: number, host: string): void;
  on(event: 'connect' | 'sslconnect' | 'error' | 'end', listener: () => void): unknown;
  requestSsl(): void;
  cancel(processId: number, secretKey: number): void;
  readonly stream: { destroy(): void };
}

/** Closes the socket without a word to the server. */
export function destroy(client: PgClient): void {
  internalsOf(client).connection.stream.destroy();
}

const internalsOf = (client: PgClient): PgInternals => client as unknown as PgInternals; // the declarations omit them

const CANCEL_LIMIT_MS = 2_000;

/**
 * Asks the server to end the statement that a connection runs, by a CancelRequest on another
 * socket: closing a socket does not end a statement. Resolves when the request was sent or failed.
 */
export function cancelStatement(pg: PgModule, client: PgClient, options: PgClientOptions): Promise<void> {
  const { processID, secretKey } = internalsOf(client);
  if (processID === null || secretKey === null) return Promise.resolve();
  return new Promise((resolve) => {
    const connection = new pg.Connection({ ssl: options.ssl });
    const end = () => {
      clearTimeout(timer);
      connection.stream.destroy();
      resolve();
    };
    const timer = setTimeout(end, CANCEL_LIMIT_MS);
    timer.unref();
    const send = () => connection.cancel(processID, secretKey);
    connection.on('connect', options.ssl === false ? send : () => connection.requestSsl());
    connection.on('sslconnect', send);
    // The server closes the connection once it has read the request.
    connection.on('end', end);
    connection.on('error', end);
    connection.connect(options.port, options.host);
  });
}
