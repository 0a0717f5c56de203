import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { afterAll } from 'vitest';
import { fargate, lambda } from '../compute/placement.ts';
import type { TwelveFactorAppProps } from '../props.ts';
import { TwelveFactorApp } from '../twelve-factor-app.ts';
import { shopManifest } from './shop-manifest.fixture.ts';

export interface TemplateResource {
  readonly Type: string;
  // Properties differ by type, and expectations say what they must be.
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly Metadata?: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly DependsOn?: readonly string[];
}

export interface TemplateJson {
  readonly Parameters: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly Resources: Readonly<Record<string, TemplateResource>>;
  readonly Outputs: Readonly<Record<string, unknown>>;
}

/** Every component of the shop as a function, all but the task in the service too. */
export const shopProps: TwelveFactorAppProps = {
  manifest: shopManifest,
  compute: {
    http: [lambda(), fargate()],
    carts: [lambda(), fargate()],
    mails: [lambda(), fargate()],
    'close-carts': lambda(),
  },
  acceptLossOf: ['mails'],
};

/** CDK makes a folder for every app, even one that is never synthesized. */
const outdir = mkdtempSync(join(tmpdir(), 'twelvefold-cdk-'));
afterAll(() => rmSync(outdir, { recursive: true }));

export function newStack(): Stack {
  // Validation takes seconds, and `npm run synth` does it.
  const app = { analyticsReporting: false, treeMetadata: false, builtinCloudFormationValidation: false, outdir };
  return new Stack(new App(app));
}

export function synthesize(props: TwelveFactorAppProps = shopProps): TemplateJson {
  const stack = newStack();
  new TwelveFactorApp(stack, 'App', props);
  return Template.fromStack(stack).toJSON() as TemplateJson; // what CloudFormation calls a template
}

/** The resource called `logicalId`, which must be there. */
export function resourceOf({ Resources }: TemplateJson, logicalId: string): TemplateResource {
  const resource = Resources[logicalId];
  if (!resource) throw new Error(`the template has no ${logicalId}, but ${Object.keys(Resources).join(', ')}`);
  return resource;
}

export const ofType = ({ Resources }: TemplateJson, type: string): string[] =>
  Object.entries(Resources)
    .filter(([, resource]) => resource.Type === type)
    .map(([logicalId]) => logicalId);

/** An `Fn::Sub` of `text`, where `{Name}` stands for a reference. */
export const sub = (text: string) => ({ 'Fn::Sub': text.replaceAll('{', '${') });
