import type { ChildProcess } from 'node:child_process';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

interface Answer {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}
type Cli = (args: readonly string[]) => Promise<Answer>;

const run = promisify(execFile);
const env = {
  PATH: process.env.PATH,
  HOME: process.env.HOME,
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_MAX_ATTEMPTS: '1',
  AWS_PAGER: '',
};

/**
 * The AWS CLI 1 in one process, which ends with this one; undefined where Python does not have it.
 */
async function startCli(): Promise<Cli | undefined> {
  const child: ChildProcess = spawn('python3', [fileURLToPath(new URL('aws-cli.py', import.meta.url))], {
    env,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const lines = createInterface({ input: child.stdout as Readable }); // it is a pipe
  const next = async () => String(((await once(lines, 'line')) as [string])[0]);
  const ended = once(child, 'close').catch(() => {}); // there is no Python
  const ready = await Promise.race([next(), ended]);
  if (ready !== 'ready') return undefined;
  child.unref();
  (child.stdout as Readable & { unref(): void }).unref(); // a pipe has it
  let last: Promise<unknown> = Promise.resolve();
  return (args) => {
    const answer = last.then(async () => {
      const line = next();
      child.stdin?.write(`${JSON.stringify(args)}\n`);
      return JSON.parse(await line) as Answer; // aws-cli.py writes them
    });
    last = answer.catch(() => {});
    return answer;
  };
}

/** The AWS CLI 2 is a program; undefined where it is not installed. */
async function findCli(): Promise<Cli | undefined> {
  const start: Cli = (args) =>
    run('aws', [...args], { env }).then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      (error: Answer) => error, // of execFile
    );
  const { code } = await start(['--version']);
  return code === 0 ? start : undefined;
}

const cli = (await startCli()) ?? (await findCli());

/** Whether the AWS CLI is on this machine. */
export const hasAwsCli = cli !== undefined;

/**
 * Runs the AWS CLI against `url` and gives what it prints, read as JSON; undefined where it prints
 * nothing. Rejects with its standard error.
 */
export async function awsCli(url: string, ...args: string[]): Promise<unknown> {
  if (cli === undefined) throw new Error('Cannot run the AWS CLI: it is not installed');
  const options = ['--endpoint-url', url, '--region', 'eu-west-1', '--output', 'json'];
  const { code, stdout, stderr } = await cli([...options, ...args]);
  if (code !== 0) throw new Error(`aws ${args.join(' ')} ended with ${code}: ${stderr}`);
  return stdout.trim() === '' ? undefined : JSON.parse(stdout);
}
