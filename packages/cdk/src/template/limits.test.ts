import { App, CfnResource, Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { CfnRole } from 'aws-cdk-lib/aws-iam';
import { describe, expect, it } from 'vitest';
import { newStack, shopProps } from '../testing/synthesize.fixture.ts';
import { TwelveFactorApp } from '../twelve-factor-app.ts';
import { assertLimits, LIMITS } from './limits.ts';

const faultsOf = (stack: Stack) => stack.node.validate();

describe('limits', () => {
  it('let an app through', () => {
    const stack = newStack();
    new TwelveFactorApp(stack, 'App', shopProps);
    expect(faultsOf(stack)).toEqual([]);
  });

  it('stop a stack with too many resources', () => {
    const stack = new Stack(new App({ analyticsReporting: false }));
    assertLimits(stack);
    for (let n = 0; n < LIMITS.resources; n += 1)
      new CfnResource(stack, `Handle${n}`, { type: 'AWS::CloudFormation::WaitConditionHandle' });
    expect(faultsOf(stack)).toEqual([]);
    new CfnResource(stack, 'OneMore', { type: 'AWS::CloudFormation::WaitConditionHandle' });
    expect(faultsOf(stack)).toEqual([expect.stringContaining('501 resources, CloudFormation takes 500')]);
  });

  it('stop a template that is too large', () => {
    const stack = new Stack(new App({ analyticsReporting: false }));
    assertLimits(stack);
    new CfnResource(stack, 'Large', {
      type: 'AWS::SSM::Parameter',
      properties: { Value: 'x'.repeat(LIMITS.templateBytes) },
    });
    expect(faultsOf(stack)).toEqual([expect.stringContaining('CloudFormation takes 1000000')]);
  });

  it('warn once of a template that --template-body does not take', () => {
    const stack = newStack();
    assertLimits(stack);
    const properties = { Value: 'x'.repeat(LIMITS.inlineTemplateBytes - 1_000) };
    const value = new CfnResource(stack, 'Value', { type: 'AWS::SSM::Parameter', properties });
    const warnings = () => Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('above 51200 it must'));
    expect(faultsOf(stack)).toEqual([]);
    expect(warnings()).toEqual([]);
    value.addPropertyOverride('Description', 'x'.repeat(1_000));
    expect([faultsOf(stack), faultsOf(stack)]).toEqual([[], []]);
    expect(warnings()).toHaveLength(1);
  });

  it('count no white space, which a deployed template does not have', () => {
    const stack = newStack();
    assertLimits(stack);
    const properties = { Value: Array.from({ length: 12_000 }, () => 1) };
    new CfnResource(stack, 'Value', { type: 'AWS::SSM::Parameter', properties });
    expect(JSON.stringify(properties, null, 1).length).toBeGreaterThan(LIMITS.inlineTemplateBytes);
    expect(faultsOf(stack)).toEqual([]);
    expect(Annotations.fromStack(stack).findWarning('*', Match.anyValue())).toEqual([]);
  });

  it('stop a role whose policy IAM would refuse', () => {
    const stack = new Stack(new App({ analyticsReporting: false }));
    assertLimits(stack);
    const policyDocument = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 'sqs:SendMessage', Resource: 'x'.repeat(10_240) }],
    };
    new CfnRole(stack, 'Role', { assumeRolePolicyDocument: {}, policies: [{ policyName: 'uses', policyDocument }] });
    expect(faultsOf(stack)).toEqual([
      expect.stringMatching(/^Role has \d+ characters of inline policy, IAM takes 10240/),
    ]);
  });
});
