import { describe, expect, it } from 'vitest';
import { useEndpoint } from './fixtures/use-endpoint.ts';

const endpoint = useEndpoint();
const run = (template: object) => endpoint.run(template, {});

const handles = (count: number) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, n) => [`Handle${n}`, { Type: 'AWS::CloudFormation::WaitConditionHandle' }]),
  );
const parameter = (length: number) => ({
  Resources: { Text: { Type: 'AWS::SSM::Parameter', Properties: { Name: '/a', Type: 'String', Value: 'x' } } },
  Metadata: { padding: 'x'.repeat(length) },
});
const role = (length: number) => ({
  Resources: {
    Role: {
      Type: 'AWS::IAM::Role',
      Properties: {
        AssumeRolePolicyDocument: {
          Statement: [{ Effect: 'Allow', Principal: { Service: 'ecs-tasks.amazonaws.com' }, Action: 'sts:AssumeRole' }],
        },
        Policies: [
          {
            PolicyName: 'uses',
            PolicyDocument: {
              Statement: [{ Effect: 'Allow', Action: 'sqs:SendMessage', Resource: 'x'.repeat(length) }],
            },
          },
        ],
      },
    },
  },
});

// Sources: CloudFormation user guide, "Understand CloudFormation quotas"; IAM user guide, "IAM and
// AWS STS quotas".
describe('the limits of CloudFormation and IAM', () => {
  it('are 500 resources', async () => {
    expect((await run({ Resources: handles(500) })).stack.resources).toHaveLength(500);
    await expect(run({ Resources: handles(501) })).rejects.toThrow(
      'Cannot provision the template: it has 501 resources, CloudFormation takes 500',
    );
  });

  it('are a million bytes', async () => {
    await expect(run(parameter(1_000_000))).rejects.toThrow(/it has \d+ bytes, CloudFormation takes 1000000/);
  });

  it('are 10,240 characters of inline policy for a role, with functions resolved', async () => {
    await run(role(10_000));
    await expect(run(role(10_240))).rejects.toThrow(
      /^Cannot provision Role \(AWS::IAM::Role\): LimitExceeded: Cannot exceed quota for the role local-Role: 10240/,
    );
  });

  it('are named for a template that is too large to be sent whole', async () => {
    expect((await run(parameter(10))).notes).toEqual({});
    const { notes } = await run(parameter(51_200));
    expect(notes.Template).toMatch(/^it has \d+ bytes; above 51200 AWS takes it from S3 only/);
  });
});
