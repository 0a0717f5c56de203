import { CfnResource, RemovalPolicy } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { CfnTaskDefinition } from 'aws-cdk-lib/aws-ecs';
import type { CfnFunction } from 'aws-cdk-lib/aws-lambda';

import { expect, it } from 'vitest';
import { newStack, shopProps, synthesize } from './testing/synthesize.fixture.ts';
import { TwelveFactorApp } from './twelve-factor-app.ts';

it('gives the same template in every run, under whatever id', () => {
  const stack = newStack();
  new TwelveFactorApp(stack, 'AnotherId', shopProps);
  expect(JSON.stringify(Template.fromStack(stack).toJSON())).toBe(JSON.stringify(synthesize()));
});

it('takes the stage when it is deployed, in the form that the runtime accepts', () => {
  const { Stage } = synthesize().Parameters;
  expect(Stage).toMatchObject({ Type: 'String', MaxLength: 16 });
  expect(Stage).not.toHaveProperty('Default');
  const pattern = new RegExp(String(Stage?.AllowedPattern));
  for (const stage of ['dev', 'pr-42', 'a']) expect(stage).toMatch(pattern);
  for (const stage of ['', 'Prod', '42', 'pr-', '-pr', 'a--b', 'a_b', 'dev/../prod'])
    expect(stage).not.toMatch(pattern);
});

it('reads a manifest from its JSON', () => {
  const manifest = JSON.parse(JSON.stringify(shopProps.manifest));
  expect(synthesize({ ...shopProps, manifest })).toEqual(synthesize());
});

it("has CDK's own constructs as members, to change what it has no option for", () => {
  const stack = newStack();
  const app = new TwelveFactorApp(stack, 'App', shopProps);
  const carts = app.resources.get('carts');
  if (carts instanceof CfnResource) carts.addPropertyOverride('DelaySeconds', 3);
  const http = app.functions.get('http')?.function.node.defaultChild as CfnFunction;
  http.addPropertyOverride('ReservedConcurrentExecutions', 7);
  app.secrets.get('payments.apiKey')?.applyRemovalPolicy(RemovalPolicy.DESTROY);
  const task = app.service?.taskDefinition.node.defaultChild as CfnTaskDefinition;
  task.addPropertyOverride('EphemeralStorage', { SizeInGiB: 21 });
  const template = Template.fromStack(stack);
  template.hasResourceProperties('AWS::SQS::Queue', { DelaySeconds: 3 });
  template.hasResourceProperties('AWS::Lambda::Function', { ReservedConcurrentExecutions: 7 });
  template.hasResource('AWS::SecretsManager::Secret', { DeletionPolicy: 'Delete' });
  template.hasResourceProperties('AWS::ECS::TaskDefinition', { EphemeralStorage: { SizeInGiB: 21 } });
});

it('is one to a stack, because logical ids come from the keys alone', () => {
  const stack = newStack();
  new TwelveFactorApp(stack, 'One', shopProps);
  expect(() => new TwelveFactorApp(stack, 'Two', shopProps)).toThrow(
    "Cannot add the app 'shop' to the stack Default: it has an app, and takes one",
  );
});
