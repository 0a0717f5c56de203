import { dirname, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { UsageError } from '@twelvefold/core/internal';
import type { Command, CommandIo } from '../command.ts';
import { consoleRuns } from './console-runs.ts';
import { consoleSessions } from './console-sessions.ts';
import { readManifest } from './read-manifest.ts';

const PORT = {
  value: 'PORT',
  pattern: /^(\d{1,4}|[1-5]\d{4}|6([0-4]\d{3}|5([0-4]\d{2}|5([0-2]\d|3[0-5]))))$/,
  expected: 'a port, 0 to 65535',
} as const;
const HOST = { value: 'HOST', pattern: /^(service|functions)$/, expected: 'service or functions' } as const;
/** Variables of the shell that are another account's or another program's. */
const FOREIGN = /^(AWS_|npm_|TWELVEFOLD_|NODE_|PORT$|_$)/;

/** `twelvefold dev`: the app on this machine, started again after each change. */
export const devCommand: Command = {
  name: 'dev',
  summary: 'Run the app on this machine with a local AWS, and start it again after each change',
  details:
    'Needs @twelvefold/local. Creates the resources of the manifest on an AWS endpoint in this process; it keeps its state while the app starts again.\n' +
    'The variables of the shell and of .env beside the module are given to the app, except AWS_*.',
  arguments: [{ name: 'module', description: 'What exports the manifest, or the app for a service: app.ts' }],
  options: {
    as: { ...HOST, description: 'service or functions', default: 'service' },
    service: { value: 'FILE', description: 'The module that calls run(), beside the first', default: 'service.ts' },
    port: { ...PORT, description: 'Port of the app', default: '8080' },
    'aws-port': { ...PORT, description: 'Port of the AWS endpoint, 0 for a free one', default: '4566' },
    'console-port': { ...PORT, description: 'Port of the console, 0 for a free one', default: '4567' },
    'no-console': { description: 'Do not start the console' },
    stage: { value: 'STAGE', description: 'The stage', default: 'dev' },
    region: { value: 'REGION', description: 'The region', default: 'us-east-1' },
    snapshot: { value: 'DIR', description: 'Keep the state of the endpoint in this folder (default: it is lost)' },
    'env-file': { value: 'FILE', description: 'Variables of the app, beside the module', default: '.env' },
    inspect: { ...PORT, description: 'Port of the debugger, 0 for a free one (functions: always a free one)' },
  },
  run: async (input, io) => {
    const module = resolve(input.text('module'));
    const folder = dirname(module);
    const as = input.text('as') === 'functions' ? 'functions' : 'service';
    const inspect = input.optional('inspect');
    const { startDev } = await import('@twelvefold/local/internal/dev').catch((cause: unknown) => {
      throw new Error(
        'Cannot start the local AWS: @twelvefold/local is not installed; run npm install --save-dev @twelvefold/local',
        { cause },
      );
    });
    const builder = import.meta.resolve('twelvefold/manifest');
    const session = await startDev({
      folder,
      load: async () => {
        const manifest = await readManifest(module, builder);
        if (as === 'service' || manifest.components.length > 0) return manifest;
        throw new UsageError(`--as functions needs the components' entries: name a module that exports the manifest`);
      },
      as,
      service: input.text('service'),
      stage: input.text('stage'),
      region: input.text('region'),
      port: Number(input.text('port')),
      awsPort: Number(input.text('aws-port')),
      snapshot: input.optional('snapshot'),
      readEnv: () => appVariables(io, resolve(folder, input.text('env-file'))),
      inspect: inspect === undefined ? undefined : as === 'functions' ? 0 : Number(inspect),
      consolePort: input.flag('no-console') ? undefined : Number(input.text('console-port')),
      runsOf: (manifest, env) => consoleRuns(manifest, input.text('stage'), env),
      sessionsOf: (manifest, env) => consoleSessions(manifest, input.text('stage'), env),
      write: (line) => void io.stdout.write(`${line}\n`),
      color: io.isTTY && !io.env.NO_COLOR,
    });
    io.stdout.write(
      `AWS endpoint ${session.endpoint}; for your shell: export AWS_ENDPOINT_URL=${session.endpoint} AWS_REGION=${input.text('region')} AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local TWELVEFOLD_STAGE=${input.text('stage')}\n` +
        `${session.console === undefined ? '' : `Console ${session.console}\n`}Ctrl-C stops it.\n`,
    );
    await interrupted(io.signal);
    await session.stop();
    return 0;
  },
};

async function appVariables(io: CommandIo, file: string): Promise<Record<string, string>> {
  const shell = Object.entries(io.env).flatMap(([name, value]) =>
    value === undefined || FOREIGN.test(name) ? [] : [[name, value] as const],
  );
  const text = (await io.readFile(file)) ?? '';
  const fromFile = Object.entries(parseEnv(text)).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  // As everywhere, the shell wins over a file.
  return { ...Object.fromEntries(fromFile), ...Object.fromEntries(shell) };
}

function interrupted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((done) => {
    if (signal === undefined || signal.aborted) done();
    else signal.addEventListener('abort', () => done(), { once: true });
  });
}
