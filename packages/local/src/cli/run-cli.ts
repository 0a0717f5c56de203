import { messageOf, UsageError } from '@twelvefold/core/internal';
import { provision } from '../provision/provision.ts';
import type { ProvisionedStack } from '../provision/stack.ts';
import { startServers } from '../servers/start-servers.ts';
import type { LocalAws } from '../start.ts';
import { startLocalAws } from '../start.ts';
import type { CliProcess } from './cli-process.ts';
import { CREDENTIALS, progressLine, readTemplateFile, runProvision, stackReport } from './provision-command.ts';
import type { CliArguments } from './read-arguments.ts';
import { HELP, readArguments } from './read-arguments.ts';

/** An endpoint that listens on every address is reached at one of them. */
const reachableUrl = ({ url, port }: LocalAws, { host }: CliArguments) =>
  host === '0.0.0.0' || host === '::' ? `http://127.0.0.1:${port}` : url;

async function provisionFile(aws: LocalAws, args: CliArguments, io: CliProcess): Promise<ProvisionedStack | undefined> {
  if (args.template === undefined) return undefined;
  return provision(await readTemplateFile(args.template, io), {
    endpoint: reachableUrl(aws, args),
    region: args.region,
    credentials: CREDENTIALS,
    parameters: args.parameters,
    signal: io.stopped,
    ...(io.stderr.isTTY ? { onProgress: (progress) => io.stderr.write(progressLine(progress)) } : {}),
  });
}

const environmentOf = (aws: LocalAws, servers: Servers, args: CliArguments) => ({
  AWS_ENDPOINT_URL: reachableUrl(aws, args),
  AWS_REGION: args.region,
  // The AWS CLI and boto3 read only this one.
  AWS_DEFAULT_REGION: args.region,
  AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
  AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
  ...servers.environment,
});

/** The servers beside the endpoint. */
interface Servers {
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

async function serversOf({ postgres, redis, snapshot }: CliArguments): Promise<Servers> {
  const servers = await startServers({ postgres, redis, folder: snapshot });
  const environment = {
    ...(servers.postgres && { DATABASE_URL: servers.postgres.url }),
    ...(servers.redis && { REDIS_URL: servers.redis.url }),
  };
  return { environment, stop: servers.stop };
}

interface Started {
  readonly aws: LocalAws;
  readonly servers: Servers;
  readonly stack: ProvisionedStack | undefined;
}

function report({ aws, servers, stack }: Started, args: CliArguments, { stdout }: CliProcess): void {
  const environment = environmentOf(aws, servers, args);
  if (args.json) {
    const provisioned = stackReport(stack);
    stdout.write(
      `${JSON.stringify({ url: environment.AWS_ENDPOINT_URL, port: aws.port, environment, ...provisioned })}\n`,
    );
    return;
  }
  if (stdout.isTTY) stdout.write(`Local AWS at ${environment.AWS_ENDPOINT_URL}. For your shell:\n\n`);
  for (const [name, value] of Object.entries(environment)) stdout.write(`export ${name}=${value}\n`);
  if (!stdout.isTTY) return;
  const outputs = Object.entries(stack?.outputs ?? {});
  if (outputs.length > 0) stdout.write(`\nOutputs of ${args.template}:\n`);
  for (const [name, value] of outputs) stdout.write(`  ${name} = ${value}\n`);
  stdout.write(
    `\nCtrl-C stops it; ${args.snapshot === undefined ? 'nothing is kept' : `state is kept in ${args.snapshot}`}.\n`,
  );
}

const untilAborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

async function serve(args: CliArguments, io: CliProcess): Promise<number> {
  const { port, host, hosts, account, snapshot, publicParameters, enforce } = args;
  const aws = await startLocalAws({
    port,
    host,
    hosts,
    enforce,
    log: (line) => io.stderr.write(`${line}\n`),
    ...(account === undefined ? {} : { account }),
    publicParameters,
    ...(snapshot === undefined ? {} : { snapshot }),
  });
  let servers: Servers | undefined;
  try {
    servers = await serversOf(args);
    report({ aws, servers, stack: await provisionFile(aws, args, io) }, args, io);
    await untilAborted(io.stopped);
    return 0;
  } catch (error) {
    if (io.stopped.aborted) return 0;
    throw error;
  } finally {
    await servers?.stop();
    await aws.close();
  }
}

/**
 * Runs the command line and gives the exit code, once it is stopped or has failed. Never rejects.
 */
export async function runCli(args: readonly string[], io: CliProcess): Promise<number> {
  try {
    if (args[0] === 'provision') return await runProvision(args.slice(1), io);
    const read = readArguments(args);
    if (read.help || read.version) {
      io.stdout.write(read.help ? HELP : `${io.version}\n`);
      return 0;
    }
    return await serve(read, io);
  } catch (error) {
    io.stderr.write(`twelvefold-local: ${messageOf(error)}\n`);
    return error instanceof UsageError ? 64 : 1;
  }
}
