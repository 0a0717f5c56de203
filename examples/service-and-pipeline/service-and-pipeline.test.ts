import { testContext } from 'twelvefold/testing';
import { expect, it } from 'vitest';
import { api, app } from './app.ts';
import { template } from './infra.ts';

it('answers with its config', async () => {
  const ctx = testContext(app, { config: { shop: { name: 'Corner', currency: 'USD' } } });
  const answer = await api.handler(new Request('http://localhost/'), ctx);
  expect(await answer.json()).toEqual({ name: 'Corner', currency: 'USD' });
});

it('has what the circulating example lacks: a balancer, a health check, logs, scaling and two exact roles', () => {
  const { Resources } = template as {
    Resources: Record<string, { Type: string; Properties: Record<string, unknown> }>;
  }; // CloudFormation
  const types = Object.values(Resources).map(({ Type }) => Type);
  expect(types).toEqual(
    expect.arrayContaining([
      'AWS::ElasticLoadBalancingV2::LoadBalancer',
      'AWS::ElasticLoadBalancingV2::TargetGroup',
      'AWS::Logs::LogGroup',
      'AWS::ApplicationAutoScaling::ScalableTarget',
      'AWS::CloudWatch::Alarm',
    ]),
  );
  expect(Resources.TargetGroup?.Properties).toMatchObject({ HealthCheckPath: '/health/ready' });
  const roles = Object.values(Resources).filter(({ Type }) => Type === 'AWS::IAM::Role');
  expect(JSON.stringify(roles)).not.toMatch(/"(s3|ecs|ssm):\*"/);
});
