import { KMSClient } from '@aws-sdk/client-kms';
import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import type { LocalAws } from '@twelvefold/local';
import { createClock, startLocalAws } from '@twelvefold/local';
import { afterAll, beforeAll, beforeEach } from 'vitest';

export const DAY_MS = 86_400_000;

export let aws: LocalAws;

export let client: SecretsManagerClient;

export let kms: KMSClient;

export const settings = () => ({
  endpoint: aws.url,
  region: 'eu-west-1',
  maxAttempts: 1,
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
});

export const create = (Name: string, SecretString: string | undefined = 'one', options = {}) =>
  client.send(new CreateSecretCommand({ Name, SecretString, ...options }));

export const get = (SecretId: string, options = {}) => client.send(new GetSecretValueCommand({ SecretId, ...options }));

export const put = (SecretId: string, SecretString: string, options = {}) =>
  client.send(new PutSecretValueCommand({ SecretId, SecretString, ...options }));

export const describeSecret = (SecretId: string) => client.send(new DescribeSecretCommand({ SecretId }));

/** Registers the hooks that each test needs. */
export function prepareSecrets(): void {
  beforeAll(async () => {
    // A Monday, 10:30 UTC.
    aws = await startLocalAws({ clock: createClock(() => Date.UTC(2026, 10, 23, 10, 30)) });
    client = new SecretsManagerClient(settings());
    kms = new KMSClient(settings());
  });
  afterAll(() => aws.close());
  beforeEach(() => aws.reset());
}
