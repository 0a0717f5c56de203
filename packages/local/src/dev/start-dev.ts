import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { execPath } from 'node:process';
import { assertKnownOptions, messageOf } from '@twelvefold/core/internal';
import { createAwsClient } from '../client/aws-client.ts';
import type { Console } from '../console/console-server.ts';
import { createLogMemory } from '../console/log-memory.ts';
import type { RunControl, SessionControl } from '../console/section.ts';
import { createItemImages } from '../core/item-images.ts';
import { createMessageMemory } from '../core/message-memory.ts';
import type { OutputLine } from '../launcher/process/start-process.ts';
import { describeExit, startProcess } from '../launcher/process/start-process.ts';
import { launchStack } from '../launcher/stack/launch-stack.ts';
import { provision } from '../provision/provision.ts';
import type { ProvisionedStack } from '../provision/stack.ts';
import { startEndpoint } from '../start.ts';
import type { DevManifest } from './dev-manifest.ts';
import type { DevServers } from './dev-servers.ts';
import { startDevServers, withoutRedis } from './dev-servers.ts';
import type { DevTemplate } from './dev-template.ts';
import { atStage, bindingVariables, devTemplate, MAX_TIMEOUT_SECONDS } from './dev-template.ts';
import { readableLine } from './readable-line.ts';
import { runSerially, watchFolder } from './watch-folder.ts';

export interface DevOptions {
  /** The app's folder: entries are relative to it, and its files are watched. */
  readonly folder: string;
  /** Reads the manifest; called again after each change. */
  load(): Promise<DevManifest>;
  /** One process, or a process per function behind an HTTP API. @defaultValue 'service' */
  readonly as?: 'service' | 'functions';
  /** The module that calls `run`, relative to the folder. @defaultValue 'service.ts' */
  readonly service?: string;
  /** @defaultValue 'dev' */
  readonly stage?: string;
  /** @defaultValue 'us-east-1' */
  readonly region?: string;
  /** Port of the app. @defaultValue 8080 */
  readonly port?: number;
  /** Port of the AWS endpoint; 0 picks a free one. @defaultValue 4566 */
  readonly awsPort?: number;
  /** Keeps the state of the endpoint and of servers. @defaultValue none */
  readonly snapshot?: string | undefined;
  /**
   * Reads the variables of the app, which go over the bindings; called before each start.
   *
   * @defaultValue none
   */
  readEnv?(): Promise<Readonly<Record<string, string>>>;
  /** Port of the console; 0 picks a free one. @defaultValue no console */
  readonly consolePort?: number | undefined;
  /** Reads and steers the runs of the app's tasks; undefined for an app without records of runs. */
  runsOf?(manifest: DevManifest, env: Readonly<Record<string, string>>): RunControl | undefined;
  /**
   * Reads and ends sessions of users; undefined for an app without a session store. `env` has the
   * app's variables, so that a server of sessions is found.
   */
  sessionsOf?(manifest: DevManifest, env: Readonly<Record<string, string>>): SessionControl | undefined;
  /** Port of the debugger; 0 picks a free one. @defaultValue no debugger */
  readonly inspect?: number | undefined;
  /** Gets each line for the reader. */
  readonly write: (line: string) => void;
  /** @defaultValue false */
  readonly color?: boolean;
}

/** A running development loop. */
export interface DevSession {
  /** Of the AWS endpoint. */
  readonly endpoint: string;
  /** Address of the console, with the token that lets a browser in. */
  readonly console: string | undefined;
  /** Stops the app, servers and the endpoint, and saves the snapshot. */
  stop(): Promise<void>;
}

const OPTIONS: ReadonlyArray<keyof DevOptions> = [
  'folder',
  'load',
  'as',
  'service',
  'stage',
  'region',
  'port',
  'awsPort',
  'snapshot',
  'readEnv',
  'inspect',
  'consolePort',
  'runsOf',
  'sessionsOf',
  'write',
  'color',
];
const CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };
/** As long as an editor's user waits for a restart; an app that drains longer is killed. */
const STOP_MS = 5_000;

/** Whatever runs the app's code now. */
interface Running {
  stop(): Promise<void>;
  /** Absent for functions. */
  signal?(signal: NodeJS.Signals): void;
}

/**
 * Runs an app for development: an AWS endpoint with the resources of its manifest, and the app as a
 * service or as functions, started again after each change while the endpoint keeps its state.
 * Errors of the app do not end it.
 *
 * @throws TypeError for an unknown option; Error when the first manifest cannot be read, or a port
 * is taken
 */
export async function startDev(options: DevOptions): Promise<DevSession> {
  assertKnownOptions('use startDev', options, OPTIONS);
  const { stage = 'dev', region = 'us-east-1', as = 'service', write, color = false } = options;
  const readEnv = options.readEnv ?? (async () => ({}));
  const folder = resolve(options.folder);
  let manifest = withoutRedis(await options.load());
  const memories =
    options.consolePort === undefined ? {} : { images: createItemImages(), messages: createMessageMemory() };
  const aws = await startEndpoint(
    {
      port: options.awsPort ?? 4566,
      log: write,
      ...(options.snapshot === undefined ? {} : { snapshot: options.snapshot }),
    },
    memories,
  );
  const logs = createLogMemory();
  const onOutput = ({ source, line }: OutputLine) => {
    if (options.consolePort !== undefined) logs.add(source, line, aws.clock.now() - Date.now());
    const text = readableLine(source, line, color);
    if (text !== undefined) write(text);
  };
  let servers: DevServers | undefined;
  let running: Running | undefined;
  let stack: ProvisionedStack;
  let written: string | undefined;
  let appEnv: Readonly<Record<string, string>> = {};
  const connection = { endpoint: aws.url, region, credentials: CREDENTIALS };
  const awsEnv = {
    AWS_ENDPOINT_URL: aws.url,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
  };

  const templateOf = (): DevTemplate =>
    devTemplate(manifest, {
      stage,
      ...(as === 'functions' && {
        functions: {
          env: { TWELVEFOLD_STAGE: stage, TWELVEFOLD_DEV: '1', NODE_OPTIONS: nodeOptions(options.inspect) },
          entryOf: (entry: string) => sourceOf(folder, entry),
          // A debugger holds invocations.
          ...(options.inspect !== undefined && { timeoutSeconds: MAX_TIMEOUT_SECONDS }),
        },
      }),
    });
  /** Creates what is new; what is there keeps its state. */
  const provisionApp = async (): Promise<void> => {
    const template = templateOf();
    const text = JSON.stringify(template);
    if (text === written) return;
    stack = await provision(template, {
      ...connection,
      stackName: `${manifest.app}-${stage}`,
      onProgress: ({ outcome, type, physicalId }) => {
        if (outcome === 'created') write(`created ${type.replace('AWS::', '')} ${physicalId}`);
      },
    });
    written = text;
  };
  const startApp = async (): Promise<Running> => {
    appEnv = { ...servers?.env, ...(await readEnv()) };
    if (as === 'functions') {
      const launched = await launchStack(stack, {
        ...connection,
        bundleDirectory: folder,
        env: appEnv,
        task: false,
        httpPort: options.port ?? 8080,
        onOutput,
        onError: (error) => write(`event source: ${error.message}`),
      });
      const names = Object.keys(launched.functions).join(', ');
      write(`functions ${names}${launched.http === undefined ? '' : ` behind ${launched.http.url}`}`);
      return launched;
    }
    const bindings = Object.entries(bindingVariables(manifest.resources, () => true)).map(([name, value]) => [
      name,
      String(stack.resolve(atStage(value, stage))),
    ]);
    return startService({
      folder,
      file: options.service ?? 'service.ts',
      env: {
        TWELVEFOLD_STAGE: stage,
        TWELVEFOLD_DEV: '1',
        PORT: String(options.port ?? 8080),
        NODE_OPTIONS: nodeOptions(options.inspect),
        ...awsEnv,
        ...Object.fromEntries(bindings),
        ...appEnv,
      },
      onOutput,
      onEnd: (how) => write(`the service ended (${how}); it starts again after the next change`),
    });
  };

  const restarts = runSerially(async (path) => {
    write(`${path} changed`);
    try {
      manifest = withoutRedis(await options.load());
      await provisionApp();
      await running?.stop();
      running = undefined;
      running = await startApp();
    } catch (error) {
      write(messageOf(error));
    }
  });
  const stopAll = async () => {
    unwatch?.();
    await restarts.stop();
    await running?.stop();
    await console?.close();
    await servers?.stop();
    await aws.close();
  };
  let unwatch: (() => void) | undefined;
  let console: Console | undefined;
  try {
    servers = await startDevServers(manifest.resources, {
      env: await readEnv(),
      folder: options.snapshot,
    });
    for (const note of servers.notes) write(note);
    await provisionApp();
    running = await startApp();
    if (options.consolePort !== undefined) {
      const { startConsole } = await import('../console/console-server.ts');
      // Its calls must not look like those of the app.
      const credentials = { accessKeyId: 'console', secretAccessKey: 'local' };
      console = await startConsole(options.consolePort, {
        aws,
        client: createAwsClient({ endpoint: aws.url, region, credentials }),
        region,
        stage,
        logs,
        images: memories.images,
        messages: memories.messages,
        manifest: () => manifest,
        signalApp: as === 'service' ? (signal) => running?.signal?.(signal) : undefined,
        // Of the manifest as it is now: a change of the app can add a store.
        get runs() {
          return options.runsOf?.(manifest, { ...awsEnv, TWELVEFOLD_STAGE: stage });
        },
        get sessions() {
          return options.sessionsOf?.(manifest, { ...appEnv, ...awsEnv, TWELVEFOLD_STAGE: stage });
        },
      });
    }
    unwatch = watchFolder(folder, restarts.ask);
  } catch (error) {
    await stopAll();
    throw error;
  }
  let ended: Promise<void> | undefined;
  return {
    endpoint: aws.url,
    console: console?.url,
    stop: () => {
      ended ??= stopAll();
      return ended;
    },
  };
}

/** Node runs TypeScript as it is: the source of a built entry, where there is one. */
function sourceOf(folder: string, entry: string): string {
  const sources = [entry.replace(/\.js$/, '.ts'), entry.replace(/\.js$/, '.mts')];
  return sources.find((file) => existsSync(join(folder, file))) ?? entry;
}

function nodeOptions(inspect: number | undefined): string {
  return inspect === undefined ? '--enable-source-maps' : `--enable-source-maps --inspect=127.0.0.1:${inspect}`;
}

function startService(options: {
  readonly folder: string;
  readonly file: string;
  readonly env: Readonly<Record<string, string>>;
  readonly onOutput: (line: OutputLine) => void;
  readonly onEnd: (how: string) => void;
}): Running {
  const { folder, file, env, onOutput } = options;
  if (!existsSync(join(folder, file))) {
    throw new Error(`Cannot start the service: ${join(folder, file)} does not exist; name it with --service`);
  }
  const child = startProcess({
    command: [execPath, file],
    cwd: folder,
    env,
    source: 'service',
    onOutput,
  });
  let stopping = false;
  void child.exited.then((exit) => {
    if (!stopping) options.onEnd(describeExit(exit));
  });
  return {
    signal: (signal) => child.kill(signal),
    stop: async () => {
      stopping = true;
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      await child.exited;
      clearTimeout(timer);
    },
  };
}
