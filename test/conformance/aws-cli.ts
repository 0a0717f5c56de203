import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

function isInstalled(): boolean {
  try {
    execFileSync('aws', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Whether the AWS CLI is on this machine. */
export const hasAwsCli = isInstalled();

/**
 * Runs the AWS CLI against `url` and gives what it prints, read as JSON; undefined where it prints
 * nothing. Rejects with its standard error.
 */
export async function awsCli(url: string, ...args: string[]): Promise<unknown> {
  const environment = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_MAX_ATTEMPTS: '1',
    AWS_PAGER: '',
  };
  const { stdout } = await run('aws', ['--endpoint-url', url, '--region', 'eu-west-1', '--output', 'json', ...args], {
    env: environment,
  });
  return stdout.trim() === '' ? undefined : JSON.parse(stdout);
}
