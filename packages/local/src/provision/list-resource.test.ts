import { describe, expect, it } from 'vitest';
import { useEndpoint } from './fixtures/use-endpoint.ts';

const { run } = useEndpoint();

const HERE = 'eu-west-1:123456789012';
const resource = (type: string, properties: object = {}) => ({ Type: type, Properties: properties });

/** Provisions `resources` with one output. */
const output = async (resources: object, value: unknown) =>
  (await run({ Resources: resources, Outputs: { It: { Value: value } } }, {})).stack.outputs.It;
const att = (name: string) => ({ 'Fn::GetAtt': ['X', name] });
const REF = { Ref: 'X' };

// Source: "Return values" of each type in the AWS CloudFormation template reference.
describe('the values of a type that is only listed are the documented ones', () => {
  it.each<[string, object, unknown, string]>([
    ['AWS::StepFunctions::StateMachine', { StateMachineName: 'm' }, REF, `arn:aws:states:${HERE}:stateMachine:m`],
    ['AWS::Lambda::Alias', { FunctionName: 'f', Name: 'live' }, REF, `arn:aws:lambda:${HERE}:function:f:live`],
    [
      'AWS::Lambda::Version',
      { FunctionName: `arn:aws:lambda:${HERE}:function:f` },
      REF,
      `arn:aws:lambda:${HERE}:function:f:1`,
    ],
    ['AWS::Lambda::Version', { FunctionName: 'f' }, att('Version'), '1'],
    ['AWS::Lambda::LayerVersion', { LayerName: 'l' }, REF, `arn:aws:lambda:${HERE}:layer:l:1`],
    ['AWS::Events::EventBus', { Name: 'bus' }, REF, 'bus'],
    ['AWS::Events::EventBus', { Name: 'bus' }, att('Arn'), `arn:aws:events:${HERE}:event-bus/bus`],
    ['AWS::Events::Rule', { Name: 'r', EventBusName: 'bus' }, att('Arn'), `arn:aws:events:${HERE}:rule/bus/r`],
    ['AWS::S3::Bucket', {}, att('RegionalDomainName'), 'local-x.s3.eu-west-1.amazonaws.com'],
    ['AWS::S3::Bucket', { BucketName: 'b' }, att('Arn'), 'arn:aws:s3:::b'],
    ['AWS::IAM::User', { Path: '/app/', UserName: 'u' }, att('Arn'), 'arn:aws:iam::123456789012:user/app/u'],
    ['AWS::ECS::Service', { Cluster: 'c', ServiceName: 's' }, REF, `arn:aws:ecs:${HERE}:service/c/s`],
  ])('%s %j: %j', async (type, properties, value, expected) => {
    expect(await output({ X: resource(type, properties) }, value)).toBe(expected);
  });

  it("SecretTargetAttachment: Ref is the secret's ARN", async () => {
    const { stack, physicalId } = await run(
      {
        Resources: {
          Secret: resource('AWS::SecretsManager::Secret', { Name: 's', SecretString: 'x' }),
          X: resource('AWS::SecretsManager::SecretTargetAttachment', { SecretId: { Ref: 'Secret' }, TargetId: 'db' }),
        },
        Outputs: { It: { Value: REF } },
      },
      {},
    );
    expect(stack.outputs.It).toBe(physicalId('Secret'));
  });

  it('a REST API and its root resource have different ids', async () => {
    const api = { X: resource('AWS::ApiGateway::RestApi', { Name: 'orders' }) };
    const [id, root] = [await output(api, REF), await output(api, att('RootResourceId'))];
    expect([id, root]).toEqual([expect.stringMatching(/^[0-9a-z]{10}$/), expect.stringMatching(/^[0-9a-z]{10}$/)]);
    expect(root).not.toBe(id);
  });

  it('a load balancer has a DNS name and a full name in its ARN', async () => {
    const balancer = { X: resource('AWS::ElasticLoadBalancingV2::LoadBalancer', { Name: 'web', Scheme: 'internal' }) };
    expect(await output(balancer, att('DNSName'))).toMatch(
      /^internal-web-[0-9a-f]{10}\.eu-west-1\.elb\.amazonaws\.com$/,
    );
    expect(await output(balancer, REF)).toMatch(/:loadbalancer\/app\/web\/[0-9a-f]{16}$/);
  });

  it('a global table is a table', async () => {
    const { outcomes, notes, stack } = await run(
      {
        Resources: {
          X: resource('AWS::DynamoDB::GlobalTable', {
            TableName: 'rows',
            BillingMode: 'PAY_PER_REQUEST',
            AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
            KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
            StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
            Replicas: [{ Region: 'eu-west-1', DeletionProtectionEnabled: false }, { Region: 'us-east-1' }],
          }),
        },
        Outputs: { Arn: { Value: att('Arn') }, Stream: { Value: att('StreamArn') } },
      },
      {},
    );
    expect(outcomes.X).toBe('created');
    expect(notes.X).toBe('its replicas in us-east-1 are left out');
    expect(stack.outputs.Arn).toBe(`arn:aws:dynamodb:${HERE}:table/rows`);
    expect(stack.outputs.Stream).toContain('table/rows/stream/');
  });
});

describe('a value that only AWS can give', () => {
  const database = resource('AWS::RDS::DBInstance', { DBInstanceIdentifier: 'db' });
  const address = { 'Fn::GetAtt': ['Database', 'Endpoint.Address'] };

  it('is refused where a resource that is made uses it, with both names', async () => {
    const template = {
      Resources: { Database: database, Host: resource('AWS::SSM::Parameter', { Type: 'String', Value: address }) },
    };
    await expect(run(template, {})).rejects.toThrow(
      'Cannot provision Host (AWS::SSM::Parameter): Cannot resolve Fn::GetAtt in Resources.Host.Properties.Value: Database (AWS::RDS::DBInstance) is only listed, so its Endpoint.Address is not known here',
    );
  });

  it('stays as written in a resource that is listed, with a note', async () => {
    const { stack, outcomes, notes } = await run(
      {
        Resources: {
          Database: database,
          F: resource('AWS::Lambda::Function', {
            Environment: { Variables: { A: { Ref: 'AWS::Region' }, B: address } },
          }),
        },
      },
      {},
    );
    expect([outcomes.F, notes.F]).toEqual([
      'listed',
      expect.stringContaining('its Endpoint.Address is not known here'),
    ]);
    const { properties } = stack.resources.find(({ logicalId }) => logicalId === 'F') ?? {};
    expect(properties).toEqual({ Environment: { Variables: { A: 'eu-west-1', B: address } } });
  });
});
