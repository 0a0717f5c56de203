/**
 * Runs the contract suites through the official SDK on the oldest and the newest version that the
 * peer range of `@twelvefold/aws` allows. Each version is installed apart, in a temporary folder.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PACKAGES = [
  'client-dynamodb',
  'client-secrets-manager',
  'client-sns',
  'client-sqs',
  'client-ssm',
  'lib-dynamodb',
];
/** The first that all of them have from 3.700.0 on, and whatever is newest. */
const VERSIONS = ['3.709.0', '3'];

async function run(command: string, args: readonly string[], cwd: string, env: Record<string, string> = {}) {
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: 'inherit' });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${command} ${args[0]} ended with ${code}`);
}

for (const version of VERSIONS) {
  const folder = await mkdtemp(join(tmpdir(), 'twelvefold-sdk-'));
  try {
    await writeFile(join(folder, 'package.json'), '{ "private": true }');
    const wanted = PACKAGES.map((name) => `@aws-sdk/${name}@${version}`);
    console.info(`AWS SDK ${version}: installing`);
    await run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', ...wanted], folder);
    await run('vitest', ['run', '--project', 'contract-sdk'], ROOT, { TWELVEFOLD_SDK: join(folder, 'node_modules') });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
