import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { assertKnownOptions } from '@twelvefold/core/internal';
import { freePort } from '../launcher/http/listen.ts';
import { requireServer } from './find-server.ts';
import { openFolder, startServer, writeCertificate } from './server-process.ts';

export interface RedisOptions {
  /** Keeps the data. @defaultValue a temporary folder, deleted by `stop` */
  readonly folder?: string;
  /** @defaultValue a free port */
  readonly port?: number;
  /**
   * Takes TLS connections only, with a certificate for `localhost` that is its own authority.
   * @defaultValue false
   */
  readonly tls?: boolean;
  /** Settings of `redis.conf`, e.g. `{ maxmemory: '10mb' }`. */
  readonly settings?: Readonly<Record<string, string | number>>;
}

/** A running Redis or Valkey on 127.0.0.1. */
export interface RedisServer extends AsyncDisposable {
  readonly host: 'localhost';
  readonly port: number;
  /** Of the user `default`. */
  readonly password: string;
  /** `redis://...`, or `rediss://...` with TLS, with the password. */
  readonly url: string;
  /** The certificate in PEM, to be trusted; undefined without TLS. */
  readonly ca: string | undefined;
  /** Ends it by SIGKILL. */
  kill(): Promise<void>;
  /** Starts it again on the same port; without the option `folder` it is empty then. */
  restart(): Promise<void>;
  /** Ends it. A temporary folder is deleted. */
  stop(): Promise<void>;
}

const OPTIONS = ['folder', 'port', 'tls', 'settings'];

/** The public function of this name, which `on-first-call.ts` documents and loads. */
export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  assertKnownOptions('start Redis', options, OPTIONS);
  const { program } = requireServer('redis');
  const folder = await openFolder(options.folder, 'redis-');
  try {
    const tls = options.tls ? await writeCertificate(folder) : undefined;
    const port = options.port ?? (await freePort());
    const password = randomBytes(12).toString('hex');
    const settings = {
      bind: '127.0.0.1',
      dir: folder.path,
      requirepass: password,
      appendonly: options.folder === undefined ? 'no' : 'yes',
      save: '',
      ...(tls
        ? {
            port: 0,
            'tls-port': port,
            'tls-cert-file': tls.certificate,
            'tls-key-file': tls.key,
            'tls-ca-cert-file': tls.certificate,
            'tls-auth-clients': 'no',
          }
        : { port }),
      ...options.settings,
    };
    const control = await startServer({
      command: [program, ...Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)])],
      folder,
      source: 'redis',
      ready: /Ready to accept connections/i,
      killSignal: 'SIGKILL',
      stopSignal: 'SIGTERM',
    });
    return {
      host: 'localhost',
      port,
      password,
      url: `${tls ? 'rediss' : 'redis'}://:${password}@localhost:${port}`,
      ca: tls && (await readFile(tls.certificate, 'utf8')),
      ...control,
    };
  } catch (error) {
    await folder.remove();
    throw error;
  }
}
