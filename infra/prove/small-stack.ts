import { rmSync } from 'node:fs';
import { TwelveFactorApp } from '@twelvefold/cdk';
import type { IStackSynthesizer } from 'aws-cdk-lib';
import { App, BootstraplessSynthesizer, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { Definition } from 'twelvefold';
import { defineApp } from 'twelvefold';
import { buildManifest } from 'twelvefold/manifest';

/** The template of what is added to a stack, with nothing of CDK's set-up in it. */
export function renderStack(add: (stack: Stack) => void): string {
  const cdk = new App({ analyticsReporting: false, builtinCloudFormationValidation: false });
  // CDK's declarations need the cast under TypeScript's exactOptionalPropertyTypes.
  const stack = new Stack(cdk, 'Proof', { synthesizer: new BootstraplessSynthesizer() as IStackSynthesizer });
  add(stack);
  const assembly = cdk.synth();
  try {
    return JSON.stringify(assembly.getStackArtifact(stack.artifactId).template);
  } finally {
    rmSync(assembly.directory, { recursive: true });
  }
}

/** The template of an app `proof` without code, which keeps nothing when it is deleted. */
export function smallStack(
  backing: Readonly<Record<string, Definition>>,
  add: (stack: Stack, app: TwelveFactorApp) => void,
  options: { readonly dataKey?: 'new' } = {},
): string {
  const manifest = buildManifest(defineApp({ name: 'proof', backing }), {});
  const removalPolicy = RemovalPolicy.DESTROY;
  return renderStack((stack) => {
    add(stack, new TwelveFactorApp(stack, 'App', { manifest, compute: {}, removalPolicy, ...options }));
  });
}
