import type { Compute } from '@twelvefold/cdk';
import { fargate, lambda, TwelveFactorApp } from '@twelvefold/cdk';
import type { IStackSynthesizer } from 'aws-cdk-lib';
import { App, BootstraplessSynthesizer, Stack } from 'aws-cdk-lib';
import type { Manifest } from 'twelvefold/manifest';

/**
 * The example runs as both, to show that it can: a real app chooses one host for each component.
 */
const compute: Compute = {
  http: [lambda(), fargate()],
  orders: [lambda(), fargate()],
  notifications: [lambda(), fargate()],
  'recalculate-totals': lambda(),
};

/**
 * The example's stack, with nothing in its template that depends on the machine or on how CDK was
 * set up in the account.
 *
 * @param options.validate whether CDK's built-in rules check the template, which takes seconds: a
 * template that breaks one is an error
 */
export function ordersApp(
  manifest: Manifest,
  options: { readonly validate: boolean },
): { readonly app: App; readonly stack: Stack } {
  const app = new App({
    analyticsReporting: false,
    treeMetadata: false,
    builtinCloudFormationValidation: options.validate,
    context: { 'aws:cdk:enable-path-metadata': false, '@aws-cdk/core:validateAgainstDefaultRules': true },
  });
  const stack = new Stack(app, 'Orders', {
    description: 'The orders example: everything that its manifest declares',
    // CDK's own declarations do not fit together under exactOptionalPropertyTypes.
    synthesizer: new BootstraplessSynthesizer() as IStackSynthesizer,
  });
  new TwelveFactorApp(stack, 'App', { manifest, compute });
  return { app, stack };
}
