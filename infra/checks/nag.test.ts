import { AwsSolutionsChecks } from 'cdk-nag';
import { expect, it } from 'vitest';
import { everyConstruct } from './every-construct.ts';

interface Explanation {
  /** Of the rule's id; for IAM5 it names the wildcard. */
  readonly rule: RegExp;
  /** Of the construct's path. */
  readonly at: RegExp;
  readonly reason: string;
}

/** Findings of cdk-nag's AwsSolutions pack that are meant, each with its reason. */
const EXPLAINED: readonly Explanation[] = [
  {
    rule: /^AwsSolutions-(APIG1|APIG6)$/,
    at: /HttpApi\/DeploymentStage/,
    reason: "The account's role for these logs is not a stack's to replace; the function logs each request.",
  },
  {
    rule: /^AwsSolutions-APIG2$/,
    at: /HttpApi\/Resource$/,
    reason: "The handler validates: it knows the app's schemas and names the field.",
  },
  {
    rule: /^AwsSolutions-APIG3$/,
    at: /HttpApi\/DeploymentStage/,
    reason: 'A web ACL belongs to the account, and is attached to the stage where there is one.',
  },
  {
    rule: /^AwsSolutions-(APIG4|COG4)$/,
    at: /HttpApi\/Default/,
    reason: 'The app knows its users: by sessions, or by an authorizer that is added to the API.',
  },
  {
    rule: /^AwsSolutions-EC23$/,
    at: /^Network\/Network\/.+Endpoint\/SecurityGroup/,
    reason: "The rule cannot read the range: it is the VPC's, by reference.",
  },
  {
    rule: /^AwsSolutions-EC23$/,
    at: /^App\/App\/LoadBalancer\/SecurityGroup/,
    reason: 'A load balancer on the internet takes requests of everyone; internal: true closes it.',
  },
  {
    rule: /^AwsSolutions-ECS2$/,
    at: /TaskDefinition\/Resource$/,
    reason: 'The variables are names and addresses of resources. Secrets are read from Secrets Manager.',
  },
  {
    rule: /^AwsSolutions-ECS4$/,
    at: /Cluster\/Resource$/,
    reason: 'Container Insights costs by the metric; existingCluster takes a cluster that has it.',
  },
  {
    rule: /^AwsSolutions-ELB2$/,
    at: /LoadBalancer\/Resource$/,
    reason: 'The service logs each request; app.service.loadBalancer.logAccessLogs(bucket) adds those of the front.',
  },
  {
    rule: /^AwsSolutions-SQS3$/,
    at: /SupervisorDeadLetterQueue$/,
    reason: 'It is a dead-letter queue: of a function and of schedules, which the rule does not look at.',
  },
  {
    rule: /^AwsSolutions-S1$/,
    at: /^((?:Functions)?Pipeline\/Pipeline\/Artifacts|Audit\/Audit\/Bucket)\/Resource$/,
    reason: 'Access logs take a bucket without a customer key: bucket.node.defaultChild adds one that exists.',
  },
  {
    rule: /^AwsSolutions-IAM4\[.+AmazonECSInfrastructureRolePolicyForLoadBalancers\]$/,
    at: /Service\/AlternateRole/,
    reason: "ECS's own blue/green deployment takes this policy of AWS; CDK makes the role.",
  },
  {
    rule: /^AwsSolutions-IAM4\[.+AWSCodeDeployRoleForLambdaLimited\]$/,
    at: /Deployment\/ServiceRole\/Resource$/,
    reason: 'CodeDeploy takes this policy of AWS to shift an alias; CDK makes the role.',
  },
  {
    rule: /^AwsSolutions-SMG4$/,
    at: /^Functions\/App\/KeySecret$/,
    reason: "The secret's value is pushed by `config push`: only its owner knows how it is rotated.",
  },
  {
    rule: /^AwsSolutions-IAM5\[Resource::\*\]$/,
    at: /^App\/App\/\w+FunctionRole$/,
    reason: 'A function in a VPC makes its network interfaces, which have no name before (JoinNetwork).',
  },
  {
    rule: /^AwsSolutions-IAM5\[Resource::\*\]$/,
    at: /^App\/App\/ServiceTaskRole$/,
    reason: "ECS Exec's message actions take no resource; exec is off unless asked for.",
  },
  {
    rule: /^AwsSolutions-IAM5\[Resource::.+:task\/\*\]$/,
    at: /^App\/App\/ServiceTaskRole$/,
    reason: 'A task cannot be named before it runs; taskProtection is off unless asked for.',
  },
  {
    rule: /^AwsSolutions-IAM5\[Resource::\*\]$/,
    at: /^App\/App\/\w+ExecutionRole$/,
    reason: 'ecr:GetAuthorizationToken takes no resource.',
  },
  {
    rule: /^AwsSolutions-IAM5\[Resource::.+task-definition\/everything-<Stage>-nightly:\*\]$/,
    at: /^App\/App\/SupervisorFunctionRole$/,
    reason: 'RunTask without a revision is compared with all of them; only current roles may be passed.',
  },
  {
    rule: /^AwsSolutions-IAM5\[/,
    at: /^(Functions)?Pipeline\/Pipeline\/(Staging|Production)Deploy\/DefaultPolicy/,
    reason: 'CloudFormation deploys what has the names of the stage; deploy-statements.ts has the exceptions.',
  },
  {
    rule: /^AwsSolutions-IAM5\[Resource::arn:.+:(parameter|secret[:\w]*)[:/](?:everything|gradual)\/\*\]$/,
    at: /^(Functions)?Pipeline\/Pipeline\/Pipeline\/Role/,
    reason: "`config doctor` reads the app's config at every stage.",
  },
  {
    rule: /^AwsSolutions-IAM5\[(Action::(s3|kms):\w+\*|Resource::<PipelineArtifacts\w+\.Arn>\/(functions\/)?\*)\]$/,
    at: /^(Functions)?Pipeline\/Pipeline\//,
    reason: "CDK's own grants on the artifacts: of this bucket and its key only.",
  },
  {
    rule: /^AwsSolutions-IAM5\[Resource::.+:(log-group:\/aws\/(codebuild|codepipeline)\/<\w+>:\*|report-group\/<\w+>-\*)\]$/,
    at: /^(Functions)?Pipeline\/Pipeline\//,
    reason: "CDK's own grants: log streams and reports of this project and pipeline, named as they begin.",
  },
  {
    rule: /^AwsSolutions-IAM5\[Resource::\*\]$/,
    at: /^(Functions)?Pipeline\/Pipeline\/(ImageBuild|Pipeline\/Scan)/,
    reason: "CDK's own grants of ecr:GetAuthorizationToken and of Inspector's scan, which take no resource.",
  },
  {
    rule: /^AwsSolutions-IAM5\[Resource::.+:stack\/(?:everything|gradual)-(staging|production)\/\*\]$/,
    at: /^(Functions)?Pipeline\/Pipeline\/Pipeline\/(Staging|Production)\//,
    reason: "A stack's ARN ends with an id that CloudFormation makes.",
  },
];

const findings = () =>
  new AwsSolutionsChecks()
    .validateScope(everyConstruct())
    .violations.flatMap(({ ruleName, violatingResources }) =>
      violatingResources.map(({ constructPath = '' }) => ({ rule: ruleName, at: constructPath })),
    );

it('leaves no finding of cdk-nag without a reason, and no reason without a finding', () => {
  const found = findings();
  const explains = ({ rule, at }: Explanation, finding: (typeof found)[number]) =>
    rule.test(finding.rule) && at.test(finding.at);
  const unexplained = found.filter((finding) => !EXPLAINED.some((one) => explains(one, finding)));
  expect(unexplained.map(({ rule, at }) => `${rule} at ${at}`)).toEqual([]);
  const needless = EXPLAINED.filter((one) => !found.some((finding) => explains(one, finding)));
  expect(needless.map(({ reason }) => reason)).toEqual([]);
});
