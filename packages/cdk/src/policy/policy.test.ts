import { Template } from 'aws-cdk-lib/assertions';
import type { CloudFormationValue } from 'twelvefold/internal';
import type { ManifestComponent } from 'twelvefold/manifest';
import { describe, expect, it } from 'vitest';
import { shopManifest } from '../testing/shop-manifest.fixture.ts';
import type { TemplateJson } from '../testing/synthesize.fixture.ts';
import { newStack, ofType, resourceOf, shopProps, sub, synthesize } from '../testing/synthesize.fixture.ts';
import { addRole } from './add-role.ts';
import type { PolicyDocument, Statement } from './policy-document.ts';

const template = synthesize();

/** The rights of a role as `action on resource`, one entry per pair. */
function allowed(roleId: string): string[] {
  const { Policies } = resourceOf(template, roleId).Properties;
  const documents = (Policies as ReadonlyArray<{ PolicyDocument: PolicyDocument }>).map((each) => each.PolicyDocument); // IAM's shape
  return documents.flatMap(({ Statement }) => Statement.flatMap(pairs)).sort();
}

function pairs({ Effect, Action, Resource = [], ...rest }: Statement): string[] {
  expect(Effect).toBe('Allow');
  expect(Object.keys(rest)).toEqual(['Sid']);
  // A list of one resource and that resource alone mean the same.
  const resources: readonly unknown[] = Array.isArray(Resource) ? Resource : [Resource];
  return [Action].flat().flatMap((action) => resources.map((one) => `${action} on ${JSON.stringify(one)}`));
}

const ARNS: Readonly<Record<string, object>> = {
  carts: { 'Fn::GetAtt': ['CartsQueue', 'Arn'] },
  cartsDeadLetter: { 'Fn::GetAtt': ['CartsDeadLetterQueue', 'Arn'] },
  mails: { 'Fn::GetAtt': ['MailsQueue', 'Arn'] },
  cartEvents: { Ref: 'CartEventsTopic' },
  rows: { 'Fn::GetAtt': ['RowsTable', 'Arn'] },
  sessions: { 'Fn::GetAtt': ['SessionsTable', 'Arn'] },
};

const granted = (components: readonly ManifestComponent[]) =>
  components.flatMap(({ grants }) =>
    grants.flatMap(({ resource, actions }) =>
      actions.map((action) => `${action} on ${JSON.stringify(ARNS[resource])}`),
    ),
  );

const parameter = (name: string) =>
  JSON.stringify(sub(`arn:{AWS::Partition}:ssm:{AWS::Region}:{AWS::AccountId}:parameter${name}`));
/**
 * By component: `http` reads a whole section and a secret, `mails` one parameter, the others
 * nothing.
 */
const reading: Readonly<Record<string, readonly string[]>> = {
  http: [
    `ssm:GetParameters on ${parameter('/shop/{Stage}/pricing/*')}`,
    `ssm:GetParameters on ${parameter('/aws/reference/secretsmanager/shop/{Stage}/payments/apiKey')}`,
    'secretsmanager:GetSecretValue on {"Ref":"PaymentsApiKeySecret"}',
  ],
  mails: [`ssm:GetParameters on ${parameter('/shop/{Stage}/pricing/note')}`],
};
const logging = (group: string) =>
  ['logs:CreateLogStream', 'logs:PutLogEvents'].map(
    (action) => `${action} on ${JSON.stringify({ 'Fn::GetAtt': [group, 'Arn'] })}`,
  );

describe('the role of a component', () => {
  it.each([
    ['http', 'HttpFunction'],
    ['carts', 'CartsFunction'],
    ['mails', 'MailsFunction'],
    ['close-carts', 'CloseCartsFunction'],
  ])('allows %s its grants, its config and its logs, and nothing more', (name, id) => {
    const components = shopManifest.components.filter((component) => component.name === name);
    expect(allowed(`${id}Role`)).toEqual(
      [...granted(components), ...(reading[name] ?? []), ...logging(`${id}Logs`)].sort(),
    );
    expect(resourceOf(template, id).Properties.Role).toEqual({ 'Fn::GetAtt': [`${id}Role`, 'Arn'] });
  });

  it('is for Lambda to take on', () => {
    expect(resourceOf(template, 'HttpFunctionRole').Properties.AssumeRolePolicyDocument).toEqual({
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'Trust',
          Effect: 'Allow',
          Principal: { Service: 'lambda.amazonaws.com' },
          Action: 'sts:AssumeRole',
        },
      ],
    });
  });
});

describe('the roles of the service', () => {
  it('allow its task what its components use together', () => {
    const components = shopManifest.components.filter(({ name }) => name !== 'close-carts');
    expect(allowed('ServiceTaskRole')).toEqual(
      [...new Set([...granted(components), ...Object.values(reading).flat()])].sort(),
    );
  });

  it('allow ECS to pull from one repository and to write one log group', () => {
    const repository = JSON.stringify(
      sub('arn:{AWS::Partition}:ecr:{AWS::Region}:{AWS::AccountId}:repository/{ImageRepository}'),
    );
    expect(allowed('ServiceExecutionRole')).toEqual(
      [
        'ecr:GetAuthorizationToken on "*"',
        `ecr:BatchCheckLayerAvailability on ${repository}`,
        `ecr:BatchGetImage on ${repository}`,
        `ecr:GetDownloadUrlForLayer on ${repository}`,
        ...logging('ServiceLogs'),
      ].sort(),
    );
  });

  it("are for this account's tasks to take on", () => {
    for (const id of ['ServiceTaskRole', 'ServiceExecutionRole']) {
      expect(resourceOf(template, id).Properties.AssumeRolePolicyDocument).toMatchObject({
        Statement: [
          {
            Principal: { Service: 'ecs-tasks.amazonaws.com' },
            Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
          },
        ],
      });
    }
  });
});

it('has a wildcard where AWS knows no resource and for a whole section of the config, and nowhere else in a role', () => {
  const roles = ofType(template, 'AWS::IAM::Role');
  const wide = roles.flatMap((id) => allowed(id).filter((pair) => pair.includes('*')));
  const section = `ssm:GetParameters on ${parameter('/shop/{Stage}/pricing/*')}`;
  expect(new Set(wide)).toEqual(new Set(['ecr:GetAuthorizationToken on "*"', section]));
});

it("needs no key: SNS has the account's, and no other resource has one", () => {
  const text = JSON.stringify(template).replaceAll('"KmsMasterKeyId":"alias/aws/sns"', '');
  expect(/"kms:|KmsMasterKeyId|KMSMasterKeyId/.exec(text)).toBeNull();
});

describe('actions on a part of a resource, such as an index', () => {
  const table = 'RowsTable';
  const arn = { 'Fn::Sub': `\${${table}.Arn}/index/byUser` };
  const withPart = (parts: Record<string, CloudFormationValue>) => {
    const [http, ...others] = shopManifest.components;
    const grants = [{ resource: 'rows', part: 'byUser', actions: ['dynamodb:Query'] }];
    const resources = shopManifest.resources.map((one) => (one.key === 'rows' ? { ...one, parts } : one));
    const components = [{ ...http, grants } as ManifestComponent, ...others];
    return synthesize({ ...shopProps, manifest: { ...shopManifest, components, resources } });
  };

  it('name the ARN of the part only', () => {
    const { Policies } = resourceOf(withPart({ byUser: arn }), 'HttpFunctionRole').Properties;
    const [policy] = Policies as ReadonlyArray<{ PolicyDocument: PolicyDocument }>; // IAM's shape
    const about = policy?.PolicyDocument.Statement.filter(({ Resource }) => JSON.stringify(Resource).includes('Rows'));
    expect(about).toEqual([{ Sid: 'UseRowsByUser', Effect: 'Allow', Action: ['dynamodb:Query'], Resource: arn }]);
  });

  it('are refused when the resource has no such part', () => {
    expect(() => withPart({})).toThrow(
      "component 'http' is granted dynamodb:Query on 'byUser' of 'rows', which is not in its parts",
    );
  });
});

it('gives a role without statements no policy, which IAM refuses (cfn-lint E3510)', () => {
  const stack = newStack();
  const common = { description: 'a role', service: 'lambda.amazonaws.com' } as const;
  addRole(stack, 'Empty', { ...common, statements: [] });
  const statement = { Sid: 'Send', Effect: 'Allow', Action: 'sqs:SendMessage', Resource: '*' } as const;
  addRole(stack, 'Full', { ...common, statements: [statement] });
  const { Resources } = Template.fromStack(stack).toJSON() as TemplateJson; // what CloudFormation calls a template
  expect(Resources.Empty?.Properties).not.toHaveProperty('Policies');
  expect(Resources.Full?.Properties).toHaveProperty('Policies');
});
