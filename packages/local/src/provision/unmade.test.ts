import { describe, expect, it } from 'vitest';
import { useEndpoint } from './fixtures/use-endpoint.ts';

const { run } = useEndpoint();

const resource = (Type: string, Properties: object = {}) => ({ Type, Properties });
const parameter = (Value: unknown) => resource('AWS::SSM::Parameter', { Type: 'String', Value });
const queue = (QueueName: string) => resource('AWS::SQS::Queue', { QueueName });
const image = '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64';
const subscription = {
  Protocol: 'firehose',
  Endpoint: 'arn:aws:firehose:eu-west-1:123456789012:deliverystream/d',
  SubscriptionRoleArn: 'arn:aws:iam::123456789012:role/r',
};

// Seen in public CloudFormation templates: each stopped a whole stack.
describe('a resource that cannot be created here is listed with a note, and the rest is created', () => {
  it.each<[string, object, RegExp]>([
    ['an import', parameter({ 'Fn::ImportValue': 'other' }), /exports of other stacks are not known here/],
    [
      'an include',
      parameter({ 'Fn::Transform': { Name: 'AWS::Include', Parameters: { Location: 's3://b/k' } } }),
      /Fn::Transform/,
    ],
    [
      'an include beside properties',
      resource('AWS::SSM::Parameter', { Type: 'String', 'Fn::Transform': { Name: 'AWS::Include' } }),
      /Fn::Transform/,
    ],
    ['a function that is not here', parameter({ 'Fn::Length': [1, 2] }), /Fn::Length/],
    ['a public image', parameter({ Ref: 'Image' }), /Image names a parameter that Parameter Store does not have/],
    [
      'a subscription of Firehose',
      resource('AWS::SNS::Subscription', { ...subscription, TopicArn: { Ref: 'Topic' } }),
      /firehose/,
    ],
  ])('%s', async (_, It, note) => {
    const { outcomes, notes, stack } = await run(
      {
        Parameters: { Image: { Type: 'AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>', Default: image } },
        Resources: { It, Topic: resource('AWS::SNS::Topic'), Queue: queue('q') },
      },
      {},
    );
    expect(outcomes).toEqual({ It: 'listed', Topic: 'created', Queue: 'created' });
    expect(notes.It).toMatch(note);
    expect(stack.resources.find(({ logicalId }) => logicalId === 'It')?.created).toBe(false);
  });

  it('a subscription within a topic is left out', async () => {
    const topic = resource('AWS::SNS::Topic', { Subscription: [subscription] });
    const { outcomes, notes } = await run({ Resources: { Topic: topic } }, {});
    expect(outcomes).toEqual({ Topic: 'created' });
    expect(notes.Topic).toMatch(/a subscription is left out: .*firehose/);
  });

  it('an include of resources, and a part of an unknown ARN', async () => {
    const part = { 'Fn::Select': [5, { 'Fn::Split': [':', { 'Fn::GetAtt': ['Certificate', 'Other'] }] }] };
    const { outcomes } = await run(
      {
        Resources: {
          'Fn::Transform': { Name: 'AWS::Include', Parameters: { Location: 's3://b/k' } },
          Certificate: resource('AWS::CertificateManager::Certificate'),
          Alias: resource('AWS::Route53::RecordSet', { Name: part }),
          Queue: queue('q'),
        },
      },
      {},
    );
    expect(outcomes).toEqual({
      'Fn::Transform': 'listed',
      Certificate: 'listed',
      Alias: 'listed',
      Queue: 'created',
    });
  });

  it('an output of an unknown value is left out, with a note', async () => {
    const Outputs = { O: { Value: { 'Fn::ImportValue': 'x' } }, P: { Value: { Ref: 'AWS::Region' } } };
    const { stack, notes } = await run({ Resources: {}, Outputs }, {});
    expect(stack.outputs).toEqual({ P: 'eu-west-1' });
    expect(notes.O).toMatch(/Cannot resolve Fn::ImportValue in Outputs\.O/);
  });
});

it('a created resource that uses such a value stops the stack, with both names', async () => {
  const Resources = {
    First: resource('AWS::SQS::Queue', { QueueName: { 'Fn::ImportValue': 'other' } }),
    Second: parameter({ Ref: 'First' }),
  };
  await expect(run({ Resources }, {})).rejects.toThrow(
    /^Cannot provision Second \(AWS::SSM::Parameter\): .*First \(AWS::SQS::Queue\) could not be created, so its Ref is not known/,
  );
});
