import { provision, startLocalAws } from '@twelvefold/local';
import { expect } from 'vitest';
import { runEntry } from './run-entry.ts';
import { until } from './until.ts';

const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };

/** Starts a built service on a new endpoint with its template, until it is ready, then stops it. */
export async function expectReady(entry: string, template: unknown): Promise<void> {
  await using aws = await startLocalAws();
  await provision(template, { endpoint: aws.url, region: 'eu-west-1', credentials, parameters: { Stage: 'dev' } });
  const service = runEntry(entry, [], {
    AWS_ENDPOINT_URL: aws.url,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    TWELVEFOLD_STAGE: 'dev',
    PORT: '0',
  });
  try {
    const { port } = await until(
      'the service listens',
      () => ({ port: /"port":(\d+)/.exec(service.stdout())?.[1], exitCode: service.child.exitCode }),
      (now) => now.port !== undefined || now.exitCode !== null,
    );
    expect((await fetch(`http://127.0.0.1:${port}/health/ready`)).status).toBe(200);
  } finally {
    service.child.kill('SIGTERM');
    expect(await service.exited).toEqual({ code: 0, signal: null });
  }
}
