import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LocalAws } from '../start.ts';
import { startLocalAws } from '../start.ts';
import { runCli } from './run-cli.ts';

const TEMPLATE = {
  Parameters: { Stage: { Type: 'String' } },
  Resources: {
    Rate: {
      Type: 'AWS::SSM::Parameter',
      Properties: { Name: { 'Fn::Join': ['/', ['/app', { Ref: 'Stage' }, 'rate']] }, Type: 'String', Value: '0.19' },
    },
    Bucket: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'app' } },
  },
  Outputs: { RateName: { Value: { Ref: 'Rate' } } },
};
const FILES: Record<string, string> = { 'app.json': JSON.stringify(TEMPLATE), 'bad.json': '{' };

let aws: LocalAws;
beforeAll(async () => {
  aws = await startLocalAws();
});
afterAll(() => aws.close());

async function run(...args: string[]) {
  const written = { out: '', err: '' };
  const keep = (name: 'out' | 'err') => ({
    write: (text: string) => {
      written[name] += text;
    },
  });
  const code = await runCli(['provision', ...args], {
    stdout: keep('out'),
    stderr: keep('err'),
    version: '9.9.9',
    readFile: async (path) => {
      const text = FILES[path];
      if (text === undefined) throw new Error(`ENOENT: no such file, open '${path}'`);
      return text;
    },
    stopped: new AbortController().signal,
  });
  return { code, ...written };
}

describe('twelvefold-local provision', () => {
  it('creates resources on a running endpoint, and leaves them the second time', async () => {
    const args = ['--template', 'app.json', '--endpoint', aws.url, '--parameter', 'Stage=dev', '--region', 'eu-west-1'];
    const first = await run(...args);
    expect(first).toMatchObject({ code: 0, err: '' });
    expect(first.out).toContain('  created   Rate (AWS::SSM::Parameter)\n');
    expect(first.out).toContain('  listed    Bucket (AWS::S3::Bucket)');
    expect(first.out.endsWith('RateName = /app/dev/rate\n')).toBe(true);

    const client = new SSMClient({
      endpoint: aws.url,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
    const { Parameter } = await client.send(new GetParameterCommand({ Name: '/app/dev/rate' }));
    expect(Parameter?.Value).toBe('0.19');
    client.destroy();

    const again = await run(...args, '--json');
    expect(again).toMatchObject({ code: 0, err: '' });
    expect(JSON.parse(again.out)).toEqual({
      url: aws.url,
      region: 'eu-west-1',
      outputs: { RateName: '/app/dev/rate' },
      resources: [
        { logicalId: 'Rate', type: 'AWS::SSM::Parameter', physicalId: '/app/dev/rate', created: true },
        { logicalId: 'Bucket', type: 'AWS::S3::Bucket', physicalId: expect.any(String), created: false },
      ],
    });
  });

  it('helps', async () => {
    const { code, out, err } = await run('--help');
    expect([code, err]).toEqual([0, '']);
    for (const name of ['template', 'endpoint', 'region', 'parameter', 'json', 'help']) {
      expect(out).toContain(`--${name}`);
    }
  });

  it.each([
    [[], '--template is missing'],
    [
      ['--endpoint', 'aws', '--parameter', 'Stage', '--region', ''],
      '--template is missing; --endpoint must be an http(s) URL, not "aws"; --region is empty; --parameter must be Key=Value, not "Stage"',
    ],
    [['--port', '1'], 'unknown option --port; known are --template, --endpoint,'],
    [['app.json'], "Unexpected argument 'app.json'"],
  ])('refuses %j with 64', async (args, message) => {
    const { code, out, err } = await run(...args);
    expect([code, out]).toEqual([64, '']);
    expect(err).toContain(`twelvefold-local: ${message}`);
  });

  it.each([
    [['--template', 'app.json'], 'Stage is missing and has no default'],
    [['--template', 'none.json'], 'Cannot read the template none.json: ENOENT'],
    [['--template', 'bad.json'], 'Cannot read the template bad.json: it is not JSON'],
  ])('fails %j with 1', async (args, message) => {
    const { code, err } = await run('--endpoint', aws.url, ...args);
    expect(code).toBe(1);
    expect(err).toContain(message);
  });

  it('names the endpoint that does not answer', async () => {
    const closed = await startLocalAws();
    await closed.close();
    const { code, err } = await run('--endpoint', closed.url, '--template', 'app.json', '--parameter', 'Stage=dev');
    expect(code).toBe(1);
    expect(err).toContain(closed.url);
  });
});
