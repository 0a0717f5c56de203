import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import { describe, expect, it } from 'vitest';
import { awsEndpoint } from './endpoint.ts';

const CLIENTS = {
  sqs: SQSClient,
  sns: SNSClient,
  ssm: SSMClient,
  secretsmanager: SecretsManagerClient,
  dynamodb: DynamoDBClient,
};
const REGIONS = [
  'us-east-1',
  'eu-west-1',
  'ap-southeast-7',
  'mx-central-1',
  'il-central-1',
  'cn-north-1',
  'cn-northwest-1',
  'us-gov-west-1',
  'us-gov-east-1',
  'us-iso-east-1',
  'us-isob-east-1',
  'eu-isoe-west-1',
  'us-isof-south-1',
  'eusc-de-east-1',
];
const services = Object.keys(CLIENTS) as Array<keyof typeof CLIENTS>; // its own keys

describe('awsEndpoint', () => {
  it.each(REGIONS)("is the SDK's for every service in %s", async (region) => {
    for (const service of services) {
      const client = new CLIENTS[service]({ region, credentials: { accessKeyId: 'a', secretAccessKey: 'b' } });
      const { url } = client.config.endpointProvider({ Region: region, UseFIPS: false, UseDualStack: false });
      const ours = new URL(awsEndpoint(service, region) ?? '');
      // GovCloud's SNS has a separate rule that results in the same name.
      expect(ours.origin).toBe(url.origin);
    }
  });

  it.each(['mars-north-1', 'local', 'eu-west-1.evil.example', ''])('is undefined for %j', (region) => {
    expect(awsEndpoint('sqs', region)).toBeUndefined();
  });
});
