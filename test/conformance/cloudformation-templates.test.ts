import {
  CreateStackCommand,
  DescribeStacksCommand,
  GetTemplateCommand,
  GetTemplateSummaryCommand,
  UpdateStackCommand,
  ValidateTemplateCommand,
} from '@aws-sdk/client-cloudformation';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { LocalAws } from '@twelvefold/local';
import { startLocalAws } from '@twelvefold/local';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { output, outputsOf, queue, settings, stacksOf, templateOf } from './cloudformation.fixture.ts';

let aws: LocalAws;
let stacks: ReturnType<typeof stacksOf>;
beforeAll(async () => {
  aws = await startLocalAws();
  stacks = stacksOf(aws);
});
afterAll(() => aws.close());
beforeEach(() => aws.reset());

const create = (TemplateBody: string, more: object = {}) =>
  stacks.client.send(new CreateStackCommand({ StackName: 'app', TemplateBody, ...more }));

const YAML = `
Description: one queue
Parameters:
  Delay: { Type: Number, Default: 5, MinValue: 0, MaxValue: 900, Description: seconds }
  Password: { Type: String, NoEcho: true, Default: hush }
Resources:
  Orders:
    Type: AWS::SQS::Queue
    Properties:
      DelaySeconds: !Ref Delay
Outputs:
  Name: { Value: !Sub '\${Orders.QueueName} of \${AWS::StackName}', Description: its name }
`;

describe('a template', () => {
  it('may be YAML, is given back as it came, and summed up', async () => {
    const { client } = stacks;
    const stack = await stacks.create('app', YAML);
    expect(outputsOf(stack).Name).toMatch(/^app-Orders-[A-Z0-9]{12} of app$/);
    const original = await client.send(new GetTemplateCommand({ StackName: 'app' }));
    expect(original).toMatchObject({ TemplateBody: YAML, StagesAvailable: ['Original', 'Processed'] });
    expect(await client.send(new GetTemplateSummaryCommand({ StackName: 'app' }))).toMatchObject({
      Description: 'one queue',
      ResourceTypes: ['AWS::SQS::Queue'],
      Parameters: [
        { ParameterKey: 'Delay', ParameterType: 'Number', DefaultValue: '5', NoEcho: false, Description: 'seconds' },
        { ParameterKey: 'Password', DefaultValue: '****', NoEcho: true },
      ],
    });
    expect(await client.send(new ValidateTemplateCommand({ TemplateBody: YAML }))).toMatchObject({
      Description: 'one queue',
      Parameters: [{ ParameterKey: 'Delay', DefaultValue: '5' }, { ParameterKey: 'Password' }],
    });
  });

  it('may be SAM, and is shown with what SAM makes of it', async () => {
    const TemplateBody = templateOf(
      { Rows: { Type: 'AWS::Serverless::SimpleTable' } },
      { Transform: 'AWS::Serverless-2016-10-31' },
    );
    await expect(create(TemplateBody)).rejects.toMatchObject({
      name: 'InsufficientCapabilitiesException',
      message: 'Requires capabilities : [CAPABILITY_AUTO_EXPAND]',
    });
    const stack = await stacks.create('app', TemplateBody, { Capabilities: ['CAPABILITY_AUTO_EXPAND'] });
    expect(stack.StackStatus).toBe('CREATE_COMPLETE');
    const { TemplateBody: processed = '' } = await stacks.client.send(
      new GetTemplateCommand({ StackName: 'app', TemplateStage: 'Processed' }),
    );
    expect(JSON.parse(processed).Resources.Rows.Type).toBe('AWS::DynamoDB::Table');
  });

  it.each([
    ['{', 'Template format error: JSON not well-formed.'],
    ['Resources: [', 'Template format error: YAML not well-formed.'],
    ['{"Description":"x"}', 'Template format error: At least one Resources member must be defined.'],
    [
      templateOf({ A: queue({ DelaySeconds: { Ref: 'Nowhere' } }) }),
      'Template format error: Unresolved resource dependencies [Nowhere] in the Resources block of the template',
    ],
    [
      templateOf({ A: queue({}, { DependsOn: 'B' }), B: queue({}, { DependsOn: 'A' }) }),
      'Circular dependency between resources: [A, B]',
    ],
    ['Resources:\n', 'Template format error: At least one Resources member must be defined.'],
    [
      templateOf(Object.fromEntries(Array.from({ length: 501 }, (_, index) => [`Q${index}`, queue()]))),
      'Number of resources, 501, is greater than maximum allowed, 500',
    ],
    [
      `{"Resources":{"A":{"Type":"AWS::SQS::Queue"}},"Description":"${'x'.repeat(51_200)}"}`,
      'Member must have length less than or equal to 51200',
    ],
  ])('is refused: %.40s', async (body, message) => {
    await expect(create(body)).rejects.toMatchObject({
      name: 'ValidationError',
      message: expect.stringContaining(message),
    });
    await expect(stacks.describe('app')).rejects.toThrow('Stack with id app does not exist');
  });

  it("may be up to 1 MB in the endpoint's S3", async () => {
    const s3 = new S3Client({ ...settings(aws), forcePathStyle: true });
    await s3.send(new CreateBucketCommand({ Bucket: 'templates' }));
    const put = (Key: string, size: number) =>
      s3.send(
        new PutObjectCommand({
          Bucket: 'templates',
          Key,
          Body: templateOf({ Q: queue() }, { Metadata: { filler: 'x'.repeat(size) } }),
        }),
      );
    await put('large.json', 60_000);
    await put('too-large.json', 1_000_000);
    const at = (TemplateURL: string) => stacks.client.send(new CreateStackCommand({ StackName: 'app', TemplateURL }));
    await at('https://templates.s3.eu-west-1.amazonaws.com/large.json');
    expect((await stacks.settled('app')).StackStatus).toBe('CREATE_COMPLETE');
    const summary = new GetTemplateSummaryCommand({ TemplateURL: `${aws.url}/templates/large.json` });
    expect((await stacks.client.send(summary)).ResourceTypes).toEqual(['AWS::SQS::Queue']);
    const other = (TemplateURL: string) =>
      stacks.client.send(new CreateStackCommand({ StackName: 'other', TemplateURL }));
    await expect(other('https://s3.eu-west-1.amazonaws.com/templates/too-large.json')).rejects.toThrow(
      'Template may not exceed 1000000 bytes in size.',
    );
    await expect(other(`${aws.url}/templates/none.json`)).rejects.toThrow(
      'S3 error: The specified key does not exist.',
    );
  });
});

describe('capabilities', () => {
  const role = (RoleName?: string) => ({
    Type: 'AWS::IAM::Role',
    Properties: {
      RoleName,
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { Service: 'ecs.amazonaws.com' }, Action: 'sts:AssumeRole' }],
      },
    },
  });

  it('are needed for roles, and a stronger one for named roles', async () => {
    await expect(create(templateOf({ R: role() }))).rejects.toMatchObject({
      name: 'InsufficientCapabilitiesException',
      message: 'Requires capabilities : [CAPABILITY_IAM]',
    });
    const named = templateOf({ R: role('named') });
    await expect(create(named, { Capabilities: ['CAPABILITY_IAM'] })).rejects.toThrow(
      'Requires capabilities : [CAPABILITY_NAMED_IAM]',
    );
    const { Capabilities } = await stacks.client.send(new ValidateTemplateCommand({ TemplateBody: named }));
    expect(Capabilities).toEqual(['CAPABILITY_NAMED_IAM']);
    const stack = await stacks.create('app', named, { Capabilities: ['CAPABILITY_NAMED_IAM'] });
    expect(stack).toMatchObject({ StackStatus: 'CREATE_COMPLETE', Capabilities: ['CAPABILITY_NAMED_IAM'] });
  });
});

describe('parameters', () => {
  const withParameter = (definition: object) =>
    templateOf(
      { Q: queue() },
      { Parameters: { P: { Type: 'String', ...definition } }, Outputs: { P: output({ Ref: 'P' }) } },
    );
  const given = (ParameterValue: string) => ({ Parameters: [{ ParameterKey: 'P', ParameterValue }] });

  it.each([
    [{}, {}, 'Parameters: [P] must have values'],
    [
      { Default: 'x' },
      { Parameters: [{ ParameterKey: 'Other', ParameterValue: 'x' }] },
      'Parameters: [Other] do not exist in the template',
    ],
    [{ AllowedValues: ['a', 'b'] }, given('c'), "Parameter 'P' must be one of AllowedValues"],
    [{ AllowedPattern: '[a-z]+' }, given('A'), "Parameter 'P' must match pattern [a-z]+"],
    [
      { AllowedPattern: '[a-z]+', ConstraintDescription: 'lower case' },
      given('A'),
      'Parameter P failed to satisfy constraint: lower case',
    ],
    [{ MinLength: 3 }, given('ab'), "Parameter 'P' must contain at least 3 characters"],
    [{ MaxLength: 3 }, given('abcd'), "Parameter 'P' must contain at most 3 characters"],
    [{ Type: 'Number' }, given('x'), "Parameter 'P' must be a number"],
    [{ Type: 'Number', MinValue: 2 }, given('1'), "Parameter 'P' must be a number not less than 2"],
    [{ Type: 'Number', MaxValue: 2 }, given('3'), "Parameter 'P' must be a number not greater than 2"],
    [
      {},
      { Parameters: [{ ParameterKey: 'P', UsePreviousValue: true }] },
      'Cannot specify usePreviousValue as true for a parameter key not in the previous template',
    ],
    [
      { Type: 'AWS::SSM::Parameter::Value<String>' },
      given('/none'),
      'Unable to fetch parameters [/none] from parameter store for this account.',
    ],
  ])('%j with %j is refused', async (definition, more, message) => {
    await expect(create(withParameter(definition), more)).rejects.toMatchObject({
      name: 'ValidationError',
      message: expect.stringContaining(message),
    });
  });

  it('keep their values where a call says so, else they go back to their defaults', async () => {
    const { client } = stacks;
    await stacks.create('app', withParameter({ Default: 'default' }), given('first'));
    const outputs = async (more: object) => {
      await client.send(new UpdateStackCommand({ StackName: 'app', UsePreviousTemplate: true, ...more }));
      return outputsOf(await stacks.settled('app'));
    };
    const previous = { Parameters: [{ ParameterKey: 'P', UsePreviousValue: true }] };
    await expect(outputs(previous)).rejects.toThrow('No updates are to be performed.');
    const tagged = { ...previous, Tags: [{ Key: 'team', Value: 'orders' }] };
    expect(await outputs(tagged)).toEqual({ P: 'first' });
    expect(await outputs({})).toEqual({ P: 'default' });
  });

  it('that are hidden are shown nowhere', async () => {
    const template = templateOf(
      { S: { Type: 'AWS::SecretsManager::Secret', Properties: { SecretString: { Ref: 'P' } } } },
      { Parameters: { P: { Type: 'String', NoEcho: true } } },
    );
    await stacks.create('app', template, given('hush-hush'));
    const { Stacks } = await stacks.client.send(new DescribeStacksCommand({ StackName: 'app' }));
    expect(Stacks?.[0]?.Parameters).toEqual([{ ParameterKey: 'P', ParameterValue: '****' }]);
    const events = await stacks.events('app');
    expect(JSON.stringify(events)).not.toContain('hush-hush');
    expect(events[1]?.ResourceProperties).toBe('{"SecretString":"****"}');
  });

  it('that are hidden and in Parameter Store show neither name nor value', async () => {
    const ssm = new SSMClient(settings(aws));
    await ssm.send(new PutParameterCommand({ Name: '/hidden', Value: 'hush-hush', Type: 'String' }));
    const hidden = { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/hidden', NoEcho: true };
    const stack = await stacks.create('app', templateOf({ Q: queue() }, { Parameters: { P: hidden } }));
    expect(stack.Parameters).toEqual([{ ParameterKey: 'P', ParameterValue: '****', ResolvedValue: '****' }]);
  });

  it('may be lists, and values of Parameter Store that are read anew', async () => {
    const ssm = new SSMClient(settings(aws));
    const put = (Value: string) =>
      ssm.send(new PutParameterCommand({ Name: '/delay', Value, Type: 'String', Overwrite: true }));
    await put('7');
    const template = templateOf(
      { Q: queue({ DelaySeconds: { Ref: 'Delay' } }) },
      {
        Parameters: {
          Delay: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/delay' },
          List: { Type: 'CommaDelimitedList', Default: 'a, b' },
        },
        Outputs: { Second: output({ 'Fn::Select': [1, { Ref: 'List' }] }) },
      },
    );
    const stack = await stacks.create('app', template);
    expect(outputsOf(stack)).toEqual({ Second: 'b' });
    expect(stack.Parameters).toContainEqual({
      ParameterKey: 'Delay',
      ParameterValue: '/delay',
      ResolvedValue: '7',
    });
    const { Q: QueueUrl } = await stacks.physicalIds('app');
    await put('8');
    await stacks.update('app', template);
    const { Attributes } = await new SQSClient(settings(aws)).send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['DelaySeconds'] }),
    );
    expect(Attributes).toEqual({ DelaySeconds: '8' });
  });
});
