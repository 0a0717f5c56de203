import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { assertKnownOptions } from '@twelvefold/core/internal';
import { freePort } from '../launcher/http/listen.ts';
import { requireServer } from './find-server.ts';
import { isEmpty, openFolder, runTool, startServer, writeCertificate } from './server-process.ts';

export interface PostgresOptions {
  /**
   * Keeps the data: created when it is missing or empty.
   * @defaultValue a temporary folder, deleted by `stop`
   */
  readonly folder?: string;
  /** @defaultValue a free port */
  readonly port?: number;
  /**
   * Takes TLS connections, with a certificate for `localhost` that is its own authority.
   * @defaultValue false
   */
  readonly tls?: boolean;
  /** Settings of `postgresql.conf`, e.g. `{ max_connections: 20 }`. */
  readonly settings?: Readonly<Record<string, string | number>>;
}

/** A running PostgreSQL on 127.0.0.1. */
export interface PostgresServer extends AsyncDisposable {
  readonly host: 'localhost';
  readonly port: number;
  /** The superuser. */
  readonly user: 'postgres';
  readonly password: string;
  readonly database: 'postgres';
  /** `postgres://...` with user and password. */
  readonly url: string;
  /** The folder of its Unix socket. */
  readonly socketFolder: string;
  /** The certificate in PEM, to be trusted; undefined without TLS. */
  readonly ca: string | undefined;
  /** Ends every connection at once without a checkpoint, as a crash does. */
  kill(): Promise<void>;
  /** Starts it again on the same port and data, after `kill` or while it runs. */
  restart(): Promise<void>;
  /** Ends it. A temporary folder is deleted. */
  stop(): Promise<void>;
}

const OPTIONS = ['folder', 'port', 'tls', 'settings'];

/** Only a crash of the machine loses data, and a commit takes microseconds. */
const FAST = { fsync: 'off', full_page_writes: 'off' };
/** Linux's limit for the path of a Unix socket is 107 bytes. */
const LONGEST_SOCKET_FOLDER = 90;

/** The public function of this name, which `on-first-call.ts` documents and loads. */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  assertKnownOptions('start PostgreSQL', options, OPTIONS);
  const { program, folder: programs } = requireServer('postgresql');
  const folder = await openFolder(options.folder, 'pg-');
  try {
    const data = join(folder.path, 'data');
    const passwordFile = join(folder.path, 'password');
    if (await isEmpty(folder.path)) {
      await writeFile(passwordFile, randomBytes(12).toString('hex'), { mode: 0o600 });
      folder.chown(passwordFile);
      const login = ['--username=postgres', `--pwfile=${passwordFile}`, '--auth=scram-sha-256'];
      const plain = ['--encoding=UTF8', '--locale=C', '--no-sync'];
      await runTool(join(programs, 'initdb'), [`--pgdata=${data}`, ...login, ...plain], folder);
    }
    const password = await readFile(passwordFile, 'utf8');
    const tls = options.tls ? await writeCertificate(folder) : undefined;
    const port = options.port ?? (await freePort());
    const settings = {
      ...FAST,
      listen_addresses: '127.0.0.1',
      unix_socket_directories: folder.path.length > LONGEST_SOCKET_FOLDER ? '' : folder.path,
      ...(tls && { ssl: 'on', ssl_cert_file: tls.certificate, ssl_key_file: tls.key }),
      ...options.settings,
    };
    const assigned = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const control = await startServer({
      command: [program, '-D', data, '-p', String(port), ...assigned],
      folder,
      source: 'postgresql',
      ready: /database system is ready to accept connections/,
      // PostgreSQL's immediate shutdown: all processes end without a checkpoint.
      killSignal: 'SIGQUIT',
      stopSignal: 'SIGINT',
    });
    return {
      host: 'localhost',
      port,
      user: 'postgres',
      password,
      database: 'postgres',
      url: `postgres://postgres:${password}@localhost:${port}/postgres`,
      socketFolder: folder.path,
      ca: tls && (await readFile(tls.certificate, 'utf8')),
      ...control,
    };
  } catch (error) {
    await folder.remove();
    throw error;
  }
}
