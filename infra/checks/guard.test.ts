import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, CloudFormationValidatePlugin } from 'aws-cdk-lib';
import { afterAll, describe, expect, it } from 'vitest';
import { TEMPLATE_FILE } from '../template-file.ts';
import { everyConstruct } from './every-construct.ts';

const here = import.meta.dirname;
const files = readdirSync(here).filter((name) => name.endsWith('.guard'));
const guardRules = files.map((name) => ({ name, content: readFileSync(join(here, name), 'utf8') }));
const ruleNames = guardRules.flatMap(({ content }) =>
  [...content.matchAll(/^rule (\w+)/gm)].map(([, name = '']) => name),
);

const plugin = new CloudFormationValidatePlugin({ guardRules });

/** The rules that a template breaks, with the resources: ours, or those of CDK that are errors. */
function broken(templatePath: string, { ours }: { readonly ours: boolean }): Record<string, string[]> {
  const stackTemplates = [
    { templatePath, stackConstructPath: 'Stack', accountId: '111122223333', region: 'eu-west-1' },
  ];
  const report = plugin.validate({ stackTemplates, templatePaths: [templatePath], appConstruct: new App() });
  const found: Record<string, string[]> = {};
  for (const { ruleName, severity, violatingResources } of report.violations) {
    if (ruleNames.includes(ruleName) !== ours || severity !== 'error') continue;
    const ids = violatingResources.map(({ resourceLogicalId = '' }) => resourceLogicalId);
    found[ruleName] = [...new Set([...(found[ruleName] ?? []), ...ids])];
  }
  return found;
}

const made: string[] = [];
afterAll(() => made.forEach((path) => void rmSync(path, { recursive: true, force: true })));

/** A template with one resource that breaks each rule. */
const BAD = {
  table: { Type: 'AWS::DynamoDB::Table', Properties: { TableName: 'a' } },
  queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'a' } },
  topic: { Type: 'AWS::SNS::Topic', Properties: {} },
  bucket: { Type: 'AWS::S3::Bucket', Properties: {} },
  key: { Type: 'AWS::KMS::Key', Properties: {} },
  logs: { Type: 'AWS::Logs::LogGroup', Properties: {} },
  function: {
    Type: 'AWS::Lambda::Function',
    Metadata: { 'twelvefold:component': 'a' },
    Properties: { Runtime: 'nodejs18.x' },
  },
  source: { Type: 'AWS::Lambda::EventSourceMapping', Properties: { FunctionName: 'a' } },
  definition: {
    Type: 'AWS::ECS::TaskDefinition',
    Properties: { ContainerDefinitions: [{ Name: 'a', Image: 'a', Privileged: true }] },
  },
  service: { Type: 'AWS::ECS::Service', Properties: {} },
  role: {
    Type: 'AWS::IAM::Role',
    Properties: {
      ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'],
      Policies: [{ PolicyName: 'a', PolicyDocument: { Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] } }],
    },
  },
  queuePolicy: { Type: 'AWS::SQS::QueuePolicy', Properties: { PolicyDocument: { Statement: [{ Effect: 'Allow' }] } } },
  topicPolicy: { Type: 'AWS::SNS::TopicPolicy', Properties: { PolicyDocument: { Statement: [] } } },
};

describe('the Guard rules', () => {
  it('find a template that breaks every one of them', () => {
    const path = join(here, '.bad.template.json');
    made.push(path);
    writeFileSync(path, JSON.stringify({ Resources: BAD }));
    expect(Object.keys(broken(path, { ours: true })).sort()).toEqual([...ruleNames].sort());
  });

  it("find nothing in the example's template", () => {
    expect(broken(TEMPLATE_FILE, { ours: true })).toEqual({});
  });

  describe('on the stacks of the constructs', () => {
    const assembly = everyConstruct().synth();
    made.push(assembly.directory);
    const found = (ours: boolean) =>
      Object.fromEntries(
        assembly.stacks.map(({ stackName, templateFullPath }) => [stackName, broken(templateFullPath, { ours })]),
      );

    it('find nothing but what CDK makes for itself', () => {
      expect(found(true)).toEqual({
        // The function that empties the default security group.
        Network: { roles_have_no_managed_administrator: [expect.stringContaining('RestrictDefaultSG')] },
        // ECS's own blue/green deployment takes a policy of AWS, whose role CDK makes.
        App: { roles_have_no_managed_administrator: [expect.stringContaining('ServiceAlternateRole')] },
        // CodeDeploy takes a policy of AWS as well.
        Functions: { roles_have_no_managed_administrator: [expect.stringContaining('DeploymentServiceRole')] },
        FunctionsPipeline: {},
        Pipeline: {},
        Audit: {},
      });
    });

    it("agree with CDK's own rules", () => {
      expect(found(false)).toEqual({
        Network: {},
        App: {},
        Functions: {},
        FunctionsPipeline: {},
        Pipeline: {},
        Audit: {},
      });
    });
  });
});
