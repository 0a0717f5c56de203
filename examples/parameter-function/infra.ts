import { lambda, TwelveFactorApp, TwelveFactorMonitoring } from '@twelvefold/cdk';
import { App, Stack } from 'aws-cdk-lib';
import { build } from 'esbuild';
import { bundleFunctions } from 'twelvefold/esbuild';
import { buildManifest } from 'twelvefold/manifest';
import { api, app } from './app.ts';

const here = import.meta.dirname;
/** The function's bundle, and its asset when it is deployed. */
export const outDirectory = `${here}/dist`;

export const manifest = buildManifest(app, { 'function.js': api });

const code = await bundleFunctions({ manifest, sourceDirectory: here, outDirectory, build });
const cdk = new App({ outdir: `${here}/cdk.out` });
const stack = new Stack(cdk, 'Jobs', { stackName: `jobs-${process.env.STAGE ?? 'dev'}` });
const jobs = new TwelveFactorApp(stack, 'App', { manifest, compute: { http: lambda({ memorySize: 256 }) }, code });
new TwelveFactorMonitoring(stack, 'Monitoring', { app: jobs });

/** The template that is deployed. */
export const template: unknown = cdk.synth().getStackArtifact(stack.artifactId).template;
