import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { startLocalAws } from '@twelvefold/local';
import { expect, it } from 'vitest';
import { provisionProbe, renderProbe, TOKEN } from '../parity/probe/start-probe.ts';

/** `npm run verify` throws 100,000 events. */
const RUNS = process.env.TWELVEFOLD_VERIFY === '1' ? 100_000 : 3_000;
const SEED = Number(process.env.FUZZ_SEED ?? 12);

const PROGRAM = fileURLToPath(new URL('./fuzz-handlers.ts', import.meta.url));
const ACCESS = { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };

it(`answers or clearly refuses ${RUNS} events of every shape, with no secret in any line`, async () => {
  const endpoint = await startLocalAws();
  const stack = await provisionProbe(renderProbe(), ACCESS, endpoint.url);
  const functions = stack.resources.filter(({ type }) => type === 'AWS::Lambda::Function');
  const variables = functions.map(
    ({ properties }) => (properties.Environment as { Variables?: Record<string, string> } | undefined)?.Variables,
  );
  const child = spawn(
    process.execPath,
    ['--conditions=@twelvefold/source', PROGRAM, String(RUNS), String(SEED), TOKEN],
    {
      env: {
        PATH: process.env.PATH,
        ...Object.assign({}, ...variables),
        ...ACCESS,
        AWS_ENDPOINT_URL: endpoint.url,
        AWS_LAMBDA_FUNCTION_NAME: 'probe-fuzz',
        AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    },
  );
  let lines = 0;
  const leaks: string[] = [];
  const broken: string[] = [];
  const { stdout, stderr } = child;
  if (!stdout || !stderr) throw new Error('The process has no pipes');
  createInterface({ input: stdout }).on('line', (line) => {
    lines += 1;
    if (line.includes(TOKEN)) leaks.push(line);
    try {
      JSON.parse(line);
    } catch {
      broken.push(line);
    }
  });
  let errors = '';
  stderr.on('data', (chunk) => {
    errors += chunk;
  });
  let thrown = 0;
  child.on('message', (message) => {
    thrown = (message as { thrown: number }).thrown; // what the program sends
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  await endpoint.close();

  expect({ code, errors }).toEqual({ code: 0, errors: '' });
  expect(thrown).toBeGreaterThanOrEqual(RUNS);
  expect(lines).toBeGreaterThan(RUNS / 2);
  expect(leaks.slice(0, 5)).toEqual([]);
  expect(broken.slice(0, 5)).toEqual([]);
});
