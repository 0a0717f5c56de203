import { readFileSync } from 'node:fs';
import { Duration, Stack, Tags } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import type { CfnAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { IVpc } from 'aws-cdk-lib/aws-ec2';
import { SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { ApplicationListener, ListenerCondition } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { describe, expect, it } from 'vitest';
import { TwelveFactorAudit } from './audit/audit.ts';
import { lambda } from './compute/placement.ts';
import { TwelveFactorMonitoring } from './monitoring/monitoring.ts';
import { SAVED_QUERIES } from './monitoring/saved-queries.ts';
import { TwelveFactorNetwork } from './network/network.ts';
import { nightlyManifest } from './testing/nightly-manifest.fixture.ts';
import { shopManifest } from './testing/shop-manifest.fixture.ts';
import { newStack, shopProps, sub } from './testing/synthesize.fixture.ts';
import { TwelveFactorApp } from './twelve-factor-app.ts';

/** A metric of an alarm, as CloudFormation defines it. */
type Loose = { readonly MetricStat: { readonly Metric: { readonly Dimensions: unknown } } };

function monitored() {
  const stack = newStack();
  const { vpc } = new TwelveFactorNetwork(new Stack(stack, 'Network'), 'Network', { manifests: [shopManifest] });
  const app = new TwelveFactorApp(stack, 'App', {
    ...shopProps,
    service: { network: { vpc, internal: true } },
  });
  const monitoring = new TwelveFactorMonitoring(stack, 'Monitoring', { app, emails: ['on-call@example.com'] });
  return { monitoring, template: Template.fromStack(stack) };
}

describe('monitoring', () => {
  const { monitoring, template } = monitored();

  it('has an alarm for each failure that a user would want to hear of', () => {
    const functions = ['Http', 'Carts', 'Mails', 'CloseCarts'].flatMap((name) => [
      `${name}FunctionErrors`,
      `${name}FunctionThrottles`,
      `${name}FunctionConfigAge`,
    ]);
    const service = ['ServiceMemory', 'ServiceConfigAge', 'ServiceErrors', 'ServiceLatency', 'ServiceUnhealthy'];
    const data = ['CartsAge', 'CartsDeadLetterMessages', 'MailsAge'];
    const tables = ['Rows', 'Sessions'].flatMap((name) => [`${name}ReadThrottles`, `${name}WriteThrottles`]);
    const all = [...functions, 'CloseCartsTaskFailures', ...service, ...data, ...tables];
    expect([...monitoring.alarms.keys()].sort()).toEqual(all.sort());
    template.resourceCountIs('AWS::CloudWatch::Alarm', monitoring.alarms.size);
  });

  it('watches the supervisor of tasks, and what it could not do', () => {
    const stack = newStack();
    const compute = { backfill: lambda(), report: lambda(), idle: lambda() };
    const app = new TwelveFactorApp(stack, 'App', { manifest: nightlyManifest, compute });
    const { alarms } = new TwelveFactorMonitoring(stack, 'Monitoring', { app });
    expect([...alarms.keys()]).toEqual(
      expect.arrayContaining([
        'BackfillTaskFailures',
        'SupervisorFunctionErrors',
        'SupervisorFunctionThrottles',
        'SupervisorDeadLetters',
      ]),
    );
    Template.fromStack(stack).hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: sub('night-{Stage}'),
      MetricName: 'taskFailed',
      Dimensions: Match.arrayWith([{ Name: 'task', Value: 'backfill' }]),
    });
  });

  it("watches the SDK's metrics under the dimensions that it publishes them with", () => {
    // standard-metrics.test.ts of twelvefold holds the table to the code.
    const guide = readFileSync(new URL('../../../docs/guides/logs-and-metrics.md', import.meta.url), 'utf8');
    const published = new Map(
      [...guide.matchAll(/^\| `([\w.]+)` \| \w+ \| (.*?) \|/gm)].map(([, name = '', dimensions = '']) => [
        name,
        ['service', ...[...dimensions.matchAll(/`(\w+)`/g)].map(([, one = '']) => one)].sort(),
      ]),
    );
    const watched = Object.values(template.findResources('AWS::CloudWatch::Alarm')).filter(
      ({ Properties }) => JSON.stringify(Properties.Namespace) === JSON.stringify(sub('shop-{Stage}')),
    );
    expect(new Set(watched.map(({ Properties }) => Properties.MetricName))).toEqual(
      new Set(['taskFailed', 'configAge']),
    );
    for (const { Properties } of watched) {
      const names = Properties.Dimensions.map(({ Name }: { Name: string }) => Name);
      expect(names.sort(), Properties.MetricName).toEqual(published.get(Properties.MetricName));
    }
  });

  describe('of a service behind a listener of another stack', () => {
    const behind = (deployment: 'rolling' | 'canary') => {
      const stack = newStack();
      const vpc = new Vpc(stack, 'Vpc', { maxAzs: 2 }) as IVpc;
      const listener = ApplicationListener.fromApplicationListenerAttributes(stack, 'Listener', {
        listenerArn: 'arn:aws:elasticloadbalancing:eu-west-1:111122223333:listener/app/front/1/2',
        securityGroup: SecurityGroup.fromSecurityGroupId(stack, 'Group', 'sg-1'),
      });
      const existingListener = { listener, priority: 7, conditions: [ListenerCondition.pathPatterns(['/shop/*'])] };
      const service = { deployment, network: { vpc, existingListener } };
      const app = new TwelveFactorApp(stack, 'App', { ...shopProps, service });
      const { alarms } = new TwelveFactorMonitoring(stack, 'Monitoring', { app });
      const template = Template.fromStack(stack);
      const alarm = (id: string) => {
        const logicalId = stack.getLogicalId(alarms.get(id)?.node.defaultChild as CfnAlarm);
        return template.findResources('AWS::CloudWatch::Alarm')[logicalId]?.Properties;
      };
      return { alarms, alarm, dashboard: JSON.stringify(template.findResources('AWS::CloudWatch::Dashboard')) };
    };
    const group = (id: string) => [
      { Name: 'LoadBalancer', Value: 'app/front/1' },
      { Name: 'TargetGroup', Value: { 'Fn::GetAtt': [id, 'TargetGroupFullName'] } },
    ];

    it('counts the requests of its target group, not those of other apps', () => {
      const { alarm, alarms, dashboard } = behind('rolling');
      expect(alarm('ServiceLatency')).toMatchObject({
        MetricName: 'TargetResponseTime',
        ExtendedStatistic: 'p99',
        Dimensions: group('TargetGroup'),
      });
      const { Metrics } = alarm('ServiceErrors');
      expect(Metrics[0].Expression).toBe('100 * errors / MAX([requests, 1])');
      for (const [at, MetricName] of ['HTTPCode_Target_5XX_Count', 'RequestCount'].entries()) {
        const stat = { Metric: { MetricName, Dimensions: group('TargetGroup') }, Stat: 'Sum' };
        expect(Metrics[at + 1].MetricStat).toMatchObject(stat);
      }
      expect(alarm('ServiceUnhealthy').Dimensions).toEqual(group('TargetGroup'));
      expect(alarms.has('ServiceAlternateUnhealthy')).toBe(false);
      expect(dashboard).toContain('HTTPCode_Target_5XX_Count');
    });

    it('counts both target groups where traffic shifts between them', () => {
      const { alarm } = behind('canary');
      const { Metrics } = alarm('ServiceErrors');
      expect(Metrics[0].Expression).toBe(
        '100 * (FILL(errors, 0) + FILL(otherErrors, 0)) / MAX([(FILL(requests, 0) + FILL(otherRequests, 0)), 1])',
      );
      const dimensions = Metrics.slice(1).map((one: Loose) => one.MetricStat.Metric.Dimensions);
      expect(dimensions).toEqual(
        ['TargetGroup', 'AlternateTargetGroup', 'TargetGroup', 'AlternateTargetGroup'].map(group),
      );
      expect(alarm('ServiceLatency').Metrics[0].Expression).toBe('MAX([FILL(latency, 0), FILL(otherLatency, 0)])');
      expect(alarm('ServiceAlternateUnhealthy').Dimensions).toEqual(group('AlternateTargetGroup'));
    });
  });

  it('notifies a topic when an alarm fires and when it is over', () => {
    const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm'));
    for (const { Properties } of alarms) {
      expect(Properties.AlarmActions).toHaveLength(1);
      expect(Properties.OKActions).toEqual(Properties.AlarmActions);
      expect(Properties.TreatMissingData).toBe('notBreaching');
    }
    template.hasResourceProperties('AWS::SNS::Subscription', { Protocol: 'email', Endpoint: 'on-call@example.com' });
  });

  it.each(['cloudwatch.amazonaws.com', 'budgets.amazonaws.com'])('lets %s use the key and the topic', (Service) => {
    const statement = (Action: unknown) =>
      Match.objectLike({
        Effect: 'Allow',
        Principal: { Service },
        Action,
        Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
      });
    template.hasResourceProperties('AWS::KMS::Key', {
      KeyPolicy: { Statement: Match.arrayWith([statement(['kms:Decrypt', 'kms:GenerateDataKey'])]) },
    });
    template.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: { Statement: Match.arrayWith([statement('sns:Publish')]) },
    });
  });

  it('has a dashboard, and a saved query over all log groups for each question', () => {
    template.resourceCountIs('AWS::CloudWatch::Dashboard', 1);
    template.resourceCountIs('AWS::Logs::QueryDefinition', Object.keys(SAVED_QUERIES).length);
    template.hasResourceProperties('AWS::Logs::QueryDefinition', {
      Name: sub('shop-{Stage}/errors'),
      QueryString: SAVED_QUERIES.errors,
      LogGroupNames: Match.arrayWith([{ Ref: 'HttpFunctionLogs' }, { Ref: 'ServiceLogs' }]),
    });
  });

  it('takes properties of its alarms', () => {
    const stack = newStack();
    const app = new TwelveFactorApp(stack, 'App', shopProps);
    new TwelveFactorMonitoring(stack, 'Monitoring', { app, alarmProps: { evaluationPeriods: 3 } });
    Template.fromStack(stack).allResourcesProperties('AWS::CloudWatch::Alarm', { EvaluationPeriods: 3 });
  });

  it('refuses unknown options', () => {
    const stack = newStack();
    const app = new TwelveFactorApp(stack, 'App', shopProps);
    const props: object = { email: 'x' };
    expect(() => new TwelveFactorMonitoring(stack, 'Monitoring', { app, ...props })).toThrow("unknown option 'email'");
    const thresholds: object = { errors: 1 };
    expect(() => new TwelveFactorMonitoring(stack, 'Other', { app, thresholds })).toThrow("unknown option 'errors'");
  });
});

describe('the network', () => {
  const network = (internet: boolean) => {
    const stack = newStack();
    const made = new TwelveFactorNetwork(stack, 'Network', { manifests: [shopManifest], internet });
    return { stack, made, template: Template.fromStack(stack) };
  };

  it('has interface endpoints for what the manifest uses and nothing else', () => {
    const { made, template } = network(false);
    // The shop calls SQS, SNS, DynamoDB, Parameter Store and Secrets Manager.
    expect([...made.endpoints.keys()].sort()).toEqual([
      'ecr-api',
      'ecr-docker',
      'logs',
      'secretsmanager',
      'sns',
      'sqs',
      'ssm',
    ]);
    expect(made.endpoints.has('lambda')).toBe(false);
    template.hasResourceProperties('AWS::EC2::VPCEndpoint', {
      VpcEndpointType: 'Gateway',
      ServiceName: { 'Fn::Join': ['', ['com.amazonaws.', { Ref: 'AWS::Region' }, '.dynamodb']] },
    });
  });

  it('may be one that is there: it gets the endpoints', () => {
    const stack = newStack();
    const existingVpc = new Vpc(stack, 'Existing', { maxAzs: 2 }) as IVpc;
    const made = new TwelveFactorNetwork(stack, 'Network', { manifests: [shopManifest], existingVpc });
    expect(made.vpc).toBe(existingVpc);
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::EC2::VPC', 1);
    template.resourceCountIs('AWS::EC2::VPCEndpoint', made.endpoints.size);
  });

  it('reaches the internet only when that is asked for', () => {
    network(false).template.resourceCountIs('AWS::EC2::NatGateway', 0);
    network(true).template.resourceCountIs('AWS::EC2::NatGateway', 2);
  });

  it('says what its endpoints and gateways cost', () => {
    const { stack } = network(true);
    const prices = Annotations.fromStack(stack).findInfo(
      '*',
      Match.stringLikeRegexp('cost about \\d+ USD a month, the NAT gateways'),
    );
    expect(prices).toHaveLength(1);
  });
});

describe('the audit', () => {
  it('keeps a validated, encrypted trail of all regions, and warns before the budget is spent', () => {
    const stack = newStack();
    const topic = new Topic(stack, 'Topic') as ITopic;
    Tags.of(stack).add('app', 'shop');
    new TwelveFactorAudit(stack, 'Audit', { app: 'shop', monthlyBudgetUsd: 200, topic, retention: Duration.days(500) });
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::CloudTrail::Trail', {
      EnableLogFileValidation: true,
      IsMultiRegionTrail: true,
      KMSKeyId: Match.anyValue(),
    });
    template.hasResourceProperties('AWS::S3::Bucket', {
      PublicAccessBlockConfiguration: { BlockPublicAcls: true, RestrictPublicBuckets: true },
      LifecycleConfiguration: { Rules: [Match.objectLike({ ExpirationInDays: 500 })] },
    });
    template.hasResourceProperties('AWS::Budgets::Budget', {
      Budget: { BudgetLimit: { Amount: 200, Unit: 'USD' }, CostFilters: { TagKeyValue: ['user:app$shop'] } },
      NotificationsWithSubscribers: [{}, {}, { Notification: { NotificationType: 'FORECASTED', Threshold: 100 } }].map(
        (one) => Match.objectLike(one),
      ),
    });
  });

  it('takes properties of the trail and of its bucket', () => {
    const stack = newStack();
    const topic = new Topic(stack, 'Topic') as ITopic;
    new TwelveFactorAudit(stack, 'Audit', {
      app: 'shop',
      monthlyBudgetUsd: 200,
      topic,
      trailProps: { trailName: 'all' },
      bucketProps: { bucketName: 'trail-of-shop' },
    });
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::CloudTrail::Trail', { TrailName: 'all' });
    template.hasResourceProperties('AWS::S3::Bucket', { BucketName: 'trail-of-shop' });
  });

  it('refuses a budget that is not above 0', () => {
    const stack = newStack();
    const topic = new Topic(stack, 'Topic') as ITopic;
    expect(() => new TwelveFactorAudit(stack, 'Audit', { app: 'shop', monthlyBudgetUsd: 0, topic })).toThrow(
      'must be above 0',
    );
  });
});
