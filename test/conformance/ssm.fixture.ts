import { KMSClient } from '@aws-sdk/client-kms';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type {
  DescribeParametersCommandInput,
  GetParametersByPathCommandInput,
  PutParameterCommandInput,
} from '@aws-sdk/client-ssm';
import {
  DescribeParametersCommand,
  GetParameterCommand,
  GetParametersByPathCommand,
  LabelParameterVersionCommand,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import type { LocalAws } from '@twelvefold/local';
import { createClock, startLocalAws } from '@twelvefold/local';
import { afterAll, beforeAll, beforeEach } from 'vitest';

export const ARN = 'arn:aws:ssm:eu-west-1:123456789012:parameter';

export let aws: LocalAws;

export let ssm: SSMClient;

export let kms: KMSClient;

export let secrets: SecretsManagerClient;

export const put = (Name: string, Value: string, options: Partial<PutParameterCommandInput> = {}) =>
  ssm.send(new PutParameterCommand({ Name, Value, Type: 'String', ...options }));

export const over = (Name: string, Value: string, options: Partial<PutParameterCommandInput> = {}) =>
  ssm.send(new PutParameterCommand({ Name, Value, Overwrite: true, ...options }));

export const get = async (Name: string, WithDecryption = false) =>
  (await ssm.send(new GetParameterCommand({ Name, WithDecryption }))).Parameter;

export const label = (Name: string, Labels: string[], ParameterVersion?: number) =>
  ssm.send(new LabelParameterVersionCommand({ Name, Labels, ParameterVersion }));

export const describeAll = async (options: DescribeParametersCommandInput = {}) =>
  (await ssm.send(new DescribeParametersCommand(options))).Parameters ?? [];

export const names = (parameters: ReadonlyArray<{ Name?: string | undefined }>) => parameters.map(({ Name }) => Name);

export async function byPath(options: GetParametersByPathCommandInput) {
  const pages: Array<Array<string | undefined>> = [];
  let NextToken: string | undefined;
  do {
    const page = await ssm.send(new GetParametersByPathCommand({ ...options, NextToken }));
    pages.push(names(page.Parameters ?? []));
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return pages;
}

/** Registers the hooks that each test needs. */
export function prepareParameters(): void {
  beforeAll(async () => {
    aws = await startLocalAws({ clock: createClock() });
    const settings = {
      endpoint: aws.url,
      region: 'eu-west-1',
      maxAttempts: 1,
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    };
    ssm = new SSMClient(settings);
    kms = new KMSClient(settings);
    secrets = new SecretsManagerClient(settings);
  });
  afterAll(() => aws.close());
  beforeEach(() => aws.reset());
}
