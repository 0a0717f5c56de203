import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duration } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import type { IVpc } from 'aws-cdk-lib/aws-ec2';
import { SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { ApplicationListener, ListenerCondition } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TemplateJson } from '../testing/synthesize.fixture.ts';
import { newStack, ofType, resourceOf, shopProps } from '../testing/synthesize.fixture.ts';
import { TwelveFactorApp } from '../twelve-factor-app.ts';
import { fargate, lambda } from './placement.ts';
import type { ServiceOptions } from './service-options.ts';

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'twelvefold-code-'));
  for (const { entry } of shopProps.manifest.components) {
    const folder = join(directory, entry.replace(/\.m?js$/, ''));
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'index.mjs'), `export const handler = '${entry}';`);
  }
});
afterAll(() => rmSync(directory, { recursive: true }));

const toJson = (template: Template) => template.toJSON() as TemplateJson; // what CloudFormation calls a template

/** The shop's service in a network. */
function inNetwork(service: ServiceOptions, network: { internal?: boolean; certified?: boolean } = {}) {
  const stack = newStack();
  const vpc = new Vpc(stack, 'Vpc', { maxAzs: 2 }) as IVpc;
  const certificate = Certificate.fromCertificateArn(
    stack,
    'Certificate',
    'arn:aws:acm:eu-west-1:111122223333:certificate/1',
  );
  const app = new TwelveFactorApp(stack, 'App', {
    ...shopProps,
    service: {
      ...service,
      network: { vpc, internal: network.internal ?? false, ...(network.certified !== false && { certificate }) },
    },
  });
  return { app, stack, template: Template.fromStack(stack) };
}

describe('the service in a network', () => {
  it('has a cluster, two tasks in private subnets, and goes back when tasks do not become healthy', () => {
    const { template, app } = inNetwork({});
    const json = toJson(template);
    expect(ofType(json, 'AWS::ECS::Cluster')).toEqual(['Cluster']);
    const { Properties } = resourceOf(json, 'Service');
    expect(Properties).toMatchObject({
      Cluster: { Ref: 'Cluster' },
      DesiredCount: 2,
      DeploymentConfiguration: {
        DeploymentCircuitBreaker: { Enable: true, Rollback: true },
        MinimumHealthyPercent: 100,
        MaximumPercent: 200,
      },
      EnableExecuteCommand: false,
      NetworkConfiguration: { AwsvpcConfiguration: { AssignPublicIp: 'DISABLED' } },
      LoadBalancers: [{ ContainerName: 'app', ContainerPort: 8080, TargetGroupArn: { Ref: 'TargetGroup' } }],
      TaskDefinition: { Ref: 'ServiceTaskDefinition' },
    });
    expect(app.service?.service?.connections.securityGroups).toHaveLength(1);
    expect(resourceOf(json, 'Service').DependsOn).toContain(
      ofType(json, 'AWS::ElasticLoadBalancingV2::ListenerRule')[0],
    );
  });

  it('is behind a load balancer whose times fit the server', () => {
    const json = toJson(inNetwork({ stopTimeout: Duration.seconds(45) }).template);
    expect(resourceOf(json, 'TargetGroup').Properties).toMatchObject({
      HealthCheckPath: '/health/ready',
      HealthCheckIntervalSeconds: 10,
      HealthyThresholdCount: 2,
      UnhealthyThresholdCount: 3,
      Port: 8080,
      TargetType: 'ip',
      TargetGroupAttributes: expect.arrayContaining([{ Key: 'deregistration_delay.timeout_seconds', Value: '45' }]),
    });
    // The server keeps connections for 65 s: the load balancer, at 60, closes first.
    expect(resourceOf(json, 'LoadBalancer').Properties).toMatchObject({
      Scheme: 'internet-facing',
      LoadBalancerAttributes: expect.arrayContaining([
        { Key: 'idle_timeout.timeout_seconds', Value: '60' },
        { Key: 'routing.http.drop_invalid_header_fields.enabled', Value: 'true' },
      ]),
    });
  });

  it('speaks TLS and redirects to it; without a certificate it warns, unless it is internal', () => {
    const { stack, template } = inNetwork({});
    template.hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', { Port: 443, Protocol: 'HTTPS' });
    template.hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', {
      Port: 80,
      DefaultActions: [Match.objectLike({ Type: 'redirect' })],
    });
    const warnings = (one: typeof stack) =>
      Annotations.fromStack(one).findWarning('*', Match.stringLikeRegexp('without TLS'));
    expect(warnings(stack)).toEqual([]);
    const plain = inNetwork({}, { certified: false });
    expect(warnings(plain.stack)).toHaveLength(1);
    const internal = inNetwork({}, { certified: false, internal: true });
    expect(warnings(internal.stack)).toEqual([]);
    internal.template.hasResourceProperties('AWS::ElasticLoadBalancingV2::LoadBalancer', { Scheme: 'internal' });
  });

  it.each([
    ['blue-green', 'BLUE_GREEN'],
    ['canary', 'CANARY'],
  ] as const)('shifts traffic by ECS itself: %s', (deployment, strategy) => {
    const json = toJson(inNetwork({ deployment }).template);
    const { Properties } = resourceOf(json, 'Service');
    expect(Properties).toMatchObject({ DeploymentConfiguration: { Strategy: strategy, BakeTimeInMinutes: 5 } });
    expect(JSON.stringify(Properties.LoadBalancers)).toContain(
      '"AlternateTargetGroupArn":{"Ref":"AlternateTargetGroup"}',
    );
  });

  it('scales by CPU, and by how long messages wait', () => {
    const queues = { carts: { acceptableLatency: Duration.seconds(30), messageTime: Duration.millis(100) } };
    const json = toJson(inNetwork({ scaling: { min: 3, max: 12, queues } }).template);
    const [target = ''] = ofType(json, 'AWS::ApplicationAutoScaling::ScalableTarget');
    expect(resourceOf(json, target).Properties).toMatchObject({ MinCapacity: 3, MaxCapacity: 12 });
    expect(resourceOf(json, 'Service').Properties.DesiredCount).toBe(3);
    expect(ofType(json, 'AWS::ApplicationAutoScaling::ScalingPolicy')).toHaveLength(2);
    expect(resourceOf(json, 'CartsQueueScaling').Properties).toMatchObject({
      TargetTrackingScalingPolicyConfiguration: {
        // 30 s of messages that take 0.1 s each.
        TargetValue: 300,
        CustomizedMetricSpecification: {
          Metrics: [
            { MetricStat: { Metric: { MetricName: 'ApproximateNumberOfMessagesVisible' }, Stat: 'Sum' } },
            { MetricStat: { Metric: { MetricName: 'CPUUtilization' }, Stat: 'SampleCount' } },
            { Expression: 'waiting / FILL(tasks, 1)', ReturnData: true },
          ],
        },
      },
    });
  });

  it.each(['rolling', 'blue-green'] as const)('is served by a listener that exists: %s', (deployment) => {
    const stack = newStack();
    const vpc = new Vpc(stack, 'Vpc', { maxAzs: 2 }) as IVpc;
    const securityGroup = SecurityGroup.fromSecurityGroupId(stack, 'Front', 'sg-1');
    const listenerArn = 'arn:aws:elasticloadbalancing:eu-west-1:111122223333:listener/app/front/1/2';
    const attributes = { listenerArn, securityGroup };
    const listener = ApplicationListener.fromApplicationListenerAttributes(stack, 'Listener', attributes);
    const conditions = [ListenerCondition.hostHeaders(['shop.example.com'])];
    const network = { vpc, existingListener: { listener, priority: 7, conditions } };
    const make = (more: ServiceOptions) =>
      new TwelveFactorApp(stack, 'App', { ...shopProps, service: { deployment, ...more } });
    expect(() => make({ network: { ...network, internal: true }, loadBalancerProps: {} })).toThrow(
      'service has existingListener and internal and loadBalancerProps, which are for a new load balancer',
    );
    const app = make({ network });
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::ElasticLoadBalancingV2::LoadBalancer', 0);
    template.resourceCountIs('AWS::ElasticLoadBalancingV2::Listener', 0);
    template.hasResourceProperties('AWS::ElasticLoadBalancingV2::ListenerRule', {
      ListenerArn: listenerArn,
      Priority: 7,
      Conditions: [{ Field: 'host-header', HostHeaderConfig: { Values: ['shop.example.com'] } }],
    });
    // The tasks let in the load balancer that the listener belongs to.
    template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', { FromPort: 8080, SourceSecurityGroupId: 'sg-1' });
    expect(app.service?.loadBalancer).toBeUndefined();
    expect(app.service?.targetGroup).toBeDefined();
  });

  it('opens shells only where that is asked for', () => {
    const json = toJson(inNetwork({ exec: true }).template);
    expect(resourceOf(json, 'Service').Properties.EnableExecuteCommand).toBe(true);
    expect(JSON.stringify(resourceOf(json, 'ServiceTaskRole'))).toContain('ssmmessages:OpenDataChannel');
    expect(JSON.stringify(toJson(inNetwork({}).template))).not.toContain('ssmmessages');
  });

  it('refuses options that do not fit, all at once', () => {
    const make = (service: ServiceOptions) => () => new TwelveFactorApp(newStack(), 'App', { ...shopProps, service });
    const queues = { http: { acceptableLatency: Duration.seconds(1), messageTime: Duration.seconds(2) } };
    expect(make({ deployment: 'canary', scaling: { max: 0, queues } })).toThrow(
      expect.objectContaining({
        message: expect.stringMatching(
          /has deployment and scaling, but no network[\s\S]*min 1 and max 0[\s\S]*'http', which is not a consumer[\s\S]*below its messageTime/,
        ),
      }),
    );
  });
});

describe('a task on Fargate', () => {
  it('has a separate task definition and role', () => {
    const compute = { ...shopProps.compute, 'close-carts': fargate({ cpu: 1_024, memoryLimitMiB: 2_048 }) };
    const stack = newStack();
    const app = new TwelveFactorApp(stack, 'App', { ...shopProps, compute });
    expect([...app.tasks.keys()]).toEqual(['close-carts']);
    const json = toJson(Template.fromStack(stack));
    expect(ofType(json, 'AWS::ECS::TaskDefinition')).toEqual(['ServiceTaskDefinition', 'CloseCartsTaskTaskDefinition']);
    const { Properties } = resourceOf(json, 'CloseCartsTaskTaskDefinition');
    expect(Properties).toMatchObject({
      Cpu: '1024',
      Memory: '2048',
      ContainerDefinitions: [{ Command: ['node', 'admin.js', 'close-carts'], StopTimeout: 120 }],
    });
    const [container] = Properties.ContainerDefinitions as Record<string, unknown>[]; // as ECS defines it
    expect(container).not.toHaveProperty('PortMappings');
    expect(container).not.toHaveProperty('HealthCheck');
    expect(Properties.TaskRoleArn).toEqual({ 'Fn::GetAtt': ['CloseCartsTaskTaskRole', 'Arn'] });
  });

  it('is where a size belongs: components of the service have one in common', () => {
    const compute = { ...shopProps.compute, http: fargate({ cpu: 512 }) };
    expect(() => new TwelveFactorApp(newStack(), 'App', { ...shopProps, compute })).toThrow(
      "component 'http' runs in the service, whose size is service: { cpu, memoryLimitMiB }",
    );
  });
});

describe('functions', () => {
  const withCarts = (options: Parameters<typeof lambda>[0]) => ({ ...shopProps.compute, carts: lambda(options) });

  it('take their code from a folder, and move traffic to a new version with a way back', () => {
    const stack = newStack();
    const compute = withCarts({
      shift: { percent: 10, minutes: 5 },
      provisionedConcurrency: { min: 2, max: 20 },
      maxConcurrency: 50,
    });
    const app = new TwelveFactorApp(stack, 'App', { ...shopProps, compute, code: { directory } });
    expect(app.functions.get('carts')?.alias?.aliasName).toBe('live');
    const json = toJson(Template.fromStack(stack));
    expect(json.Parameters).not.toHaveProperty('CodeBucket');
    expect(resourceOf(json, 'CartsLive').Properties).toMatchObject({
      Name: 'live',
      ProvisionedConcurrencyConfig: { ProvisionedConcurrentExecutions: 2 },
    });
    expect(resourceOf(json, 'CartsEventSource').Properties).toMatchObject({
      FunctionName: { Ref: 'CartsLive' },
      ScalingConfig: { MaximumConcurrency: 50 },
    });
    const [group = ''] = ofType(json, 'AWS::CodeDeploy::DeploymentGroup');
    expect(resourceOf(json, group).Properties).toMatchObject({
      AlarmConfiguration: { Alarms: [{ Name: { Ref: 'CartsShiftAlarm' } }], Enabled: true },
      AutoRollbackConfiguration: { Enabled: true, Events: expect.arrayContaining(['DEPLOYMENT_STOP_ON_ALARM']) },
    });
    const [target = ''] = ofType(json, 'AWS::ApplicationAutoScaling::ScalableTarget');
    expect(resourceOf(json, target).Properties).toMatchObject({ MinCapacity: 2, MaxCapacity: 20 });
  });

  it.each([
    ['rest-api', 'AWS::ApiGateway::RestApi', 'AWS::ApiGatewayV2::Api'],
    ['function-url', 'AWS::Lambda::Url', 'AWS::ApiGatewayV2::Api'],
  ] as const)('may have another front: %s', (front, type, other) => {
    const stack = newStack();
    const compute = { ...shopProps.compute, http: lambda({ front }) };
    new TwelveFactorApp(stack, 'App', { ...shopProps, compute });
    const json = toJson(Template.fromStack(stack));
    expect(ofType(json, type)).toEqual(['HttpApi']);
    expect(ofType(json, other)).toEqual([]);
    expect(json.Outputs).toHaveProperty('HttpApiUrl');
    if (front === 'rest-api')
      expect(resourceOf(json, 'HttpApi').Properties).toMatchObject({ BinaryMediaTypes: ['*/*'] });
  });

  it('refuse what does not fit their trigger or has no versions', () => {
    const compute = {
      ...withCarts({
        front: 'rest-api',
        maxConcurrency: 1,
        provisionedConcurrency: { min: 3, max: 2 },
        shift: { percent: 100, minutes: 0 },
      }),
      http: lambda({ maxConcurrency: 10 }),
    };
    expect(() => new TwelveFactorApp(newStack(), 'App', { ...shopProps, compute })).toThrow(
      expect.objectContaining({
        message: [
          "Cannot synthesize the app 'shop': 6 faults",
          "  - the function of 'http' has maxConcurrency, which is for consumers",
          "  - the function of 'carts' has a front, but it is not an HTTP component",
          "  - the function of 'carts' has a maxConcurrency of 1; an event source takes 2 to 1,000",
          "  - the function of 'carts' has shift, which needs a version for each change of its code: pass code: { directory }, or { zips } for a pipeline",
          "  - the function of 'carts' has a provisionedConcurrency of 3 to 2; both are whole numbers, 1 <= min <= max",
          "  - the function of 'carts' has a shift of 100 % every 0 minutes; percent is 1 to 99, minutes 1 or more",
        ].join('\n'),
      }),
    );
  });
});

it('takes the image from a folder with a Dockerfile', () => {
  writeFileSync(join(directory, 'Dockerfile'), 'FROM scratch\n');
  const stack = newStack();
  new TwelveFactorApp(stack, 'App', { ...shopProps, image: { directory } });
  const template = toJson(Template.fromStack(stack));
  expect(template.Parameters).not.toHaveProperty('ImageUri');
  expect(resourceOf(template, 'ServiceTaskDefinition').Properties.ContainerDefinitions).toMatchObject([
    { Image: { 'Fn::Sub': expect.stringContaining('container-assets') } },
  ]);
  const [pull] =
    JSON.stringify(resourceOf(template, 'ServiceExecutionRole')).match(/\{"Sid":"PullImage".*?\}\]?\}/) ?? [];
  expect(pull).toContain('container-assets');
  expect(pull).not.toContain('"*"');
});
