import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LocalAws } from '../start.ts';
import { startLocalAws } from '../start.ts';
import { createAwsClient } from './aws-client.ts';

let aws: LocalAws;
let waits: number[];
beforeEach(async () => {
  aws = await startLocalAws();
  waits = [];
});
afterEach(() => aws.close());

const client = (endpoint = aws.url, signal?: AbortSignal) =>
  createAwsClient({
    endpoint,
    region: 'eu-west-1',
    credentials: { accessKeyId: '111122223333', secretAccessKey: 'local' },
    sleep: async (ms) => {
      waits.push(ms);
    },
    signal,
  });

describe('a client', () => {
  it('speaks both protocols, in the region and the account of its credentials', async () => {
    const answer = await client().query('sts', 'GetCallerIdentity', {});
    expect(answer.children.find(({ name }) => name === 'Account')?.text).toBe('111122223333');
    await client().json('ssm', 'PutParameter', { Name: '/a', Value: 'ü', Type: 'String' });
    expect(await client().json('ssm', 'GetParameter', { Name: '/a' })).toMatchObject({
      Parameter: { Value: 'ü', ARN: 'arn:aws:ssm:eu-west-1:111122223333:parameter/a' },
    });
  });

  it("rejects with AWS's code and message", async () => {
    await expect(client().json('secretsmanager', 'GetSecretValue', { SecretId: 'none' })).rejects.toMatchObject({
      name: 'AwsCallError',
      code: 'ResourceNotFoundException',
      message: "ResourceNotFoundException: Secrets Manager can't find the specified secret.",
      status: 400,
      service: 'secretsmanager',
      operation: 'GetSecretValue',
    });
    await expect(client().json('ssm', 'GetParameter', { Name: 'none' })).rejects.toThrow(
      'ParameterNotFound: ssm GetParameter failed without a message',
    );
    await expect(client().query('sts', 'AssumeRoleWithSAML', {})).rejects.toMatchObject({
      code: 'NotImplemented',
      status: 501,
    });
    expect(waits).toEqual([]);
  });

  it('tries again where AWS throttles or fails, and gives up in the end', async () => {
    aws.faults.add({ kind: 'throttle', times: 1 });
    aws.faults.add({ kind: 'error500', times: 1 });
    await client().query('sts', 'GetCallerIdentity', {});
    expect(waits).toHaveLength(2);
    expect(waits[1]).toBeGreaterThan(waits[0] ?? 0);
    aws.faults.add({ kind: 'error500' });
    await expect(client().query('sts', 'GetCallerIdentity', {})).rejects.toMatchObject({ status: 500 });
    expect(aws.calls()).toHaveLength(3 + 4);
  });

  it('names an endpoint where nothing listens', async () => {
    await aws.close();
    const call = client(aws.url).json('ssm', 'GetParameter', { Name: '/a' });
    await expect(call).rejects.toMatchObject({ code: 'EndpointUnreachable', status: 0 });
    await expect(call).rejects.toThrow(`Cannot reach the AWS endpoint ${aws.url}:`);
  });

  it('says so where something else answers', async () => {
    const server = createServer((_request, response) => response.writeHead(404).end('<html>Not here</html>'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo; // a TCP server has one
    const call = client(`http://127.0.0.1:${port}`).json('ssm', 'GetParameter', { Name: '/a' });
    await expect(call).rejects.toMatchObject({ status: 404 });
    await new Promise((resolve) => server.close(resolve));
  });

  it('ends with the reason of its signal', async () => {
    await expect(
      client(aws.url, AbortSignal.abort(new Error('enough'))).query('sts', 'GetCallerIdentity', {}),
    ).rejects.toThrow('enough');
  });
});
