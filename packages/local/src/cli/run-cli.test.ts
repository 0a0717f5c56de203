import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { describe, expect, it } from 'vitest';
import { findServer } from '../servers/find-server.ts';
import { runCli } from './run-cli.ts';

const TEMPLATE = {
  Parameters: { Stage: { Type: 'String' } },
  Resources: {
    Rate: {
      Type: 'AWS::SSM::Parameter',
      Properties: { Name: { 'Fn::Join': ['', ['/app/', { Ref: 'Stage' }, '/rate']] }, Type: 'String', Value: '0.19' },
    },
    Bucket: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'app' } },
  },
  Outputs: { RateName: { Value: { Ref: 'Rate' } } },
};

/** A run whose output is kept; `stop` ends it. */
function start(args: string[], options: { isTTY?: boolean; files?: Record<string, string> } = {}) {
  const stop = new AbortController();
  let [out, err] = ['', ''];
  const { promise: written, resolve: wrote } = Promise.withResolvers<void>();
  const exit = runCli(args, {
    stdout: {
      isTTY: options.isTTY,
      write: (text) => {
        out += text;
        wrote();
      },
    },
    stderr: {
      isTTY: options.isTTY,
      write: (text) => {
        err += text;
      },
    },
    version: '9.9.9',
    readFile: async (path) => {
      const text = options.files?.[path];
      if (text === undefined) throw new Error(`ENOENT: no such file, open '${path}'`);
      return text;
    },
    stopped: stop.signal,
  });
  return { exit, written, stop: () => stop.abort(), out: () => out, err: () => err };
}

const files = { 'app.json': JSON.stringify(TEMPLATE) };

describe('twelvefold-local', () => {
  it('serves what it prints until it is stopped', async () => {
    const run = start(['--port', '0', '--region', 'eu-west-1']);
    await run.written;
    expect(run.out()).toMatch(
      /^export AWS_ENDPOINT_URL=http:\/\/127\.0\.0\.1:\d+\nexport AWS_REGION=eu-west-1\nexport AWS_DEFAULT_REGION=eu-west-1\nexport AWS_ACCESS_KEY_ID=local\nexport AWS_SECRET_ACCESS_KEY=local\n$/,
    );
    const endpoint = /URL=(\S+)/.exec(run.out())?.[1] ?? '';
    expect((await fetch(endpoint, { method: 'POST' })).status).toBeGreaterThanOrEqual(400);
    run.stop();
    expect(await run.exit).toBe(0);
    await expect(fetch(endpoint)).rejects.toThrow();
    expect(run.err()).toBe('');
  });

  it('provisions a template, and says in JSON what came of it', async () => {
    const args = ['--port', '0', '--json', '--template', 'app.json', '--parameter', 'Stage=dev'];
    const run = start(args, { files });
    await run.written;
    const said = JSON.parse(run.out());
    expect(said).toMatchObject({
      outputs: { RateName: '/app/dev/rate' },
      resources: [
        { logicalId: 'Rate', type: 'AWS::SSM::Parameter', physicalId: '/app/dev/rate', created: true },
        { logicalId: 'Bucket', created: false },
      ],
      environment: { AWS_ENDPOINT_URL: said.url },
    });
    const client = new SSMClient({
      endpoint: said.url,
      region: said.environment.AWS_REGION,
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
    const { Parameter } = await client.send(new GetParameterCommand({ Name: '/app/dev/rate' }));
    expect(Parameter?.Value).toBe('0.19');
    client.destroy();
    run.stop();
    expect(await run.exit).toBe(0);
    expect(run.err()).toBe('');
  });

  it('keeps state in a snapshot, in the account of the option', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'twelvefold-cli-'));
    try {
      const args = ['--port', '0', '--json', '--snapshot', folder, '--account', '111122223333'];
      const first = start([...args, '--template', 'app.json', '--parameter', 'Stage=dev'], { files });
      await first.written;
      first.stop();
      expect(await first.exit).toBe(0);
      const second = start(args);
      await second.written;
      const client = new SSMClient({
        endpoint: JSON.parse(second.out()).url,
        region: 'us-east-1',
        credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      });
      const { Parameter } = await client.send(new GetParameterCommand({ Name: '/app/dev/rate' }));
      expect(Parameter).toMatchObject({
        Value: '0.19',
        ARN: 'arn:aws:ssm:us-east-1:111122223333:parameter/app/dev/rate',
      });
      second.stop();
      expect(await second.exit).toBe(0);
      await writeFile(join(folder, 'snapshot.json'), '{');
      const refused = start(['--port', '0', '--snapshot', folder]);
      expect(await refused.exit).toBe(1);
      expect([refused.out(), refused.err()]).toEqual(['', expect.stringContaining('Cannot load the snapshot in')]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('shows a person what it does', async () => {
    const run = start(['--port', '0', '--template', 'app.json', '--parameter', 'Stage=dev'], { isTTY: true, files });
    await run.written;
    run.stop();
    expect(await run.exit).toBe(0);
    expect(run.err()).toContain('created   Rate (AWS::SSM::Parameter)\n');
    expect(run.err()).toContain('listed    Bucket (AWS::S3::Bucket)\n');
    expect(run.out()).toContain('RateName = /app/dev/rate');
  });

  it('starts the PostgreSQL and the Redis of the machine beside it, where they are installed', async () => {
    const missing = (['postgresql', 'redis'] as const).filter((name) => findServer(name) === undefined);
    const run = start(['--port', '0', '--json', '--postgres', '--redis']);
    if (missing.length > 0) {
      expect([await run.exit, run.err()]).toEqual([1, expect.stringContaining(`Cannot start ${missing[0]}`)]);
      return;
    }
    await run.written;
    const { environment } = JSON.parse(run.out());
    expect(environment.DATABASE_URL).toMatch(/^postgres:\/\/postgres:\w+@localhost:\d+\/postgres$/);
    expect(environment.REDIS_URL).toMatch(/^redis:\/\/:\w+@localhost:\d+$/);
    run.stop();
    expect(await run.exit).toBe(0);
  });

  it('helps', async () => {
    const help = start(['--help']);
    expect(await help.exit).toBe(0);
    for (const name of [
      'port',
      'host',
      'region',
      'account',
      'snapshot',
      'template',
      'parameter',
      'json',
      'version',
      'help',
    ]) {
      expect(help.out()).toContain(`--${name}`);
    }
    const version = start(['--version']);
    expect(await version.exit).toBe(0);
    expect(version.out()).toBe('9.9.9\n');
  });

  it.each([
    [['--prot', '1'], /unknown option --prot; known are --port, --host,/],
    [['-x'], /unknown option -x; known are/],
    [['--port', 'x'], /--port must be between 0 and 65535, not "x"/],
    [['--port', '65536'], /--port must be/],
    [['--port'], /--port/],
    [['--json=yes'], /--json/],
    [['serve'], /Unexpected argument 'serve'/],
    [['--template', 'app.json', '--parameter', 'Stage'], /--parameter must be Key=Value, not "Stage"/],
    [['--parameter', 'Stage=dev'], /--parameter needs a --template/],
    [['--account', '12'], /--account must be twelve digits, not "12"/],
  ])('refuses %j with 64', async (args, message) => {
    const run = start(args, { files });
    expect(await run.exit).toBe(64);
    expect(run.err()).toMatch(message);
    expect(run.out()).toBe('');
  });

  it.each([
    [['--template', 'app.json'], /Stage is missing and has no default/],
    [['--template', 'none.json'], /Cannot read the template none\.json: ENOENT/],
    [['--template', 'bad.json'], /Cannot read the template bad\.json: it is not JSON/],
  ])('fails %j with 1, and stops serving', async (args, message) => {
    const run = start(['--port', '0', ...args], { files: { ...files, 'bad.json': '{' } });
    expect(await run.exit).toBe(1);
    expect(run.err()).toMatch(message);
    expect(run.out()).toBe('');
  });

  it('says which port is taken', async () => {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo; // a TCP server has one
    const run = start(['--port', String(port)]);
    expect(await run.exit).toBe(1);
    expect(run.err()).toBe(
      `twelvefold-local: Cannot listen on port ${port} of 127.0.0.1: the port is taken; choose another, or 0 for a free one\n`,
    );
    server.close();
  });
});

describe('the process', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('ends cleanly on %s', async (signal) => {
    const main = fileURLToPath(new URL('main.ts', import.meta.url));
    const child = spawn(process.execPath, [main, '--port', '0'], { stdio: ['ignore', 'pipe', 'pipe'] });
    const errors: string[] = [];
    child.stderr.on('data', (chunk) => errors.push(String(chunk)));
    await once(child.stdout, 'data');
    child.kill(signal);
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(errors.join('')).toBe('');
  });
});
