import { Duration } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import type { CfnEventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import type { Manifest } from 'twelvefold/manifest';
import { describe, expect, it } from 'vitest';
import { lambda } from '../compute/placement.ts';
import { shopManifest } from '../testing/shop-manifest.fixture.ts';
import { newStack, shopProps, synthesize } from '../testing/synthesize.fixture.ts';
import { TwelveFactorApp } from '../twelve-factor-app.ts';

const oneReceive = (): Manifest => ({
  ...shopManifest,
  components: shopManifest.components.map((component) =>
    component.name === 'carts' ? { ...component, trigger: { ...component.trigger, maxReceives: 1 } } : component,
  ),
});

describe('what would lose messages', () => {
  it('is refused unless it is accepted by name', () => {
    expect(() => synthesize({ ...shopProps, acceptLossOf: [] })).toThrow(
      /'mails' has no dead-letter queue.*acceptLossOf/,
    );
    const manifest = oneReceive();
    expect(() => synthesize({ ...shopProps, manifest })).toThrow(/'carts' gives a message one receive/);
    expect(() => synthesize({ ...shopProps, manifest, acceptLossOf: ['mails', 'carts'] })).not.toThrow();
    expect(() => synthesize({ ...shopProps, acceptLossOf: ['mails', 'cartsDeadLetter'] })).toThrow(
      /'cartsDeadLetter', which is not a consumed queue that loses messages/,
    );
  });

  it('is refused at synth if partial batch responses are removed', () => {
    const stack = newStack();
    const app = new TwelveFactorApp(stack, 'App', shopProps);
    const mapping = app.node.findChild('CartsEventSource') as CfnEventSourceMapping; // by its logical id
    expect(mapping.node.validate()).toEqual([]);
    mapping.functionResponseTypes = [];
    expect(mapping.node.validate()).toEqual([expect.stringMatching(/'carts' lacks ReportBatchItemFailures/)]);
  });

  it('passes on what the build could not check', () => {
    const stack = newStack();
    const manifest = { ...shopProps.manifest, notes: ["'mails' subscribes unchecked"] };
    new TwelveFactorApp(stack, 'App', { ...shopProps, manifest });
    expect(Annotations.fromStack(stack).findInfo('*', Match.stringLikeRegexp('subscribes unchecked'))).toHaveLength(1);
  });

  it('is warned of when a throttled batch may be seen twice', () => {
    const stack = newStack();
    const compute = { ...shopProps.compute, carts: lambda({ timeout: Duration.seconds(16) }) };
    new TwelveFactorApp(stack, 'App', { ...shopProps, compute });
    const told = Annotations.fromStack(stack).findWarning(
      '*',
      Match.stringLikeRegexp("the queue of 'carts'.*\\(96 s\\)"),
    );
    expect(told).toHaveLength(1);
    const fine = newStack();
    new TwelveFactorApp(fine, 'App', shopProps);
    expect(Annotations.fromStack(fine).findWarning('*', Match.stringLikeRegexp('visibility'))).toEqual([]);
    const batching = newStack();
    const windowed = new TwelveFactorApp(batching, 'App', shopProps);
    const mapping = windowed.node.findChild('CartsEventSource') as CfnEventSourceMapping; // by its logical id
    mapping.maximumBatchingWindowInSeconds = 60;
    const late = Annotations.fromStack(batching).findWarning('*', Match.stringLikeRegexp('and the batching window'));
    expect(late).toHaveLength(1);
  });
});
