import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { launchStack, provision, startLocalAws } from '@twelvefold/local';
import { describe, expect, it } from 'vitest';
import { outDirectory } from '../examples/table-and-queue/infra.ts';
import { resolveTemplate, templateText } from './testing/resolved-template.ts';

const NETWORK = { VpcId: 'vpc-1', PublicSubnets: 'subnet-1,subnet-2', PrivateSubnets: 'subnet-3,subnet-4' };
const ARN = 'arn:aws:sqs:eu-west-1:123456789012:uploads-dev-uploads';
/** Each template with what its parameters need. */
const PARAMETERS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  audit: { MonthlyBudgetUsd: '200', TopicArn: 'arn:aws:sns:eu-west-1:123456789012:alarms' },
  data: { Stage: 'dev' },
  'deploy-role': { Stage: 'staging' },
  function: {
    Stage: 'dev',
    CodeBucket: 'code',
    CodePrefix: '1',
    RowsTableName: 'rows',
    RowsTableArn: 'arn:aws:dynamodb:eu-west-1:123456789012:table/rows',
    UploadsQueueUrl: 'https://sqs.eu-west-1.amazonaws.com/123456789012/uploads-dev-uploads',
    UploadsQueueArn: ARN,
    UploadsDeadLetterQueueUrl: 'https://sqs.eu-west-1.amazonaws.com/123456789012/uploads-dev-uploads-dead-letter',
    UploadsDeadLetterQueueArn: `${ARN}-dead-letter`,
  },
  'github-roles': { Repository: 'example/catalog' },
  monitoring: { Stage: 'dev', LogGroupName: '/aws/ecs/catalog-dev' },
  network: {},
  pipeline: {
    ConnectionArn: 'arn:aws:codeconnections:eu-west-1:123456789012:connection/1',
    Repository: 'example/catalog',
    ...NETWORK,
  },
  'local.sam': { Stage: 'dev' },
  service: { Stage: 'dev', ImageUri: 'registry/catalog:1', ...NETWORK },
};
const NAMES = Object.keys(PARAMETERS);

describe.each(NAMES)('%s.yaml', (name) => {
  it('is a template whose references are all there', async () => {
    const stack = await resolveTemplate(templateText(name), PARAMETERS[name]);
    expect(stack.resources.length).toBeGreaterThan(0);
  });

  it('has no alias and no merge, which CloudFormation does not read', () => {
    expect(templateText(name)).not.toMatch(/(: |- )[&*][a-z]|<<:/);
  });
});

const hasCfnLint = spawnSync('cfn-lint', ['--version']).status === 0;
describe.skipIf(!hasCfnLint)('cfn-lint (needs cfn-lint)', () => {
  it('finds nothing in any template', () => {
    const files = NAMES.map((name) => join(import.meta.dirname, 'templates', `${name}.yaml`));
    expect(execFileSync('cfn-lint', ['--', ...files], { encoding: 'utf8' })).toBe('');
  });
});

it('data.yaml and function.yaml together are an app that runs', async () => {
  await using aws = await startLocalAws();
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const at = { endpoint: aws.url, region: 'eu-west-1', credentials };
  const data = await provision(templateText('data'), { ...at, parameters: { Stage: 'dev' } });
  const { UploadedTopicArn: _, ...outputs } = data.outputs;
  const made = data.resources.filter(({ created }) => created).map(({ logicalId }) => logicalId);
  expect(made).toEqual(data.resources.map(({ logicalId }) => logicalId));
  const parameters = { Stage: 'dev', CodeBucket: 'code', CodePrefix: '1', ...outputs };
  const functions = await provision(templateText('function'), { ...at, parameters });
  const launched = await launchStack(functions, { ...at, bundleDirectory: outDirectory });
  try {
    const id = '0f8fad5b-d9cb-469f-a165-70867728950e';
    const body = JSON.stringify({ id, bytes: 17 });
    expect((await fetch(`${launched.http?.url}/`, { method: 'POST', body })).status).toBe(202);
    await expect.poll(async () => (await fetch(`${launched.http?.url}/${id}`)).status, { timeout: 30_000 }).toBe(200);
  } finally {
    await launched.stop();
  }
});
