import { lambda, TwelveFactorApp, TwelveFactorMonitoring } from '@twelvefold/cdk';
import { App, Stack } from 'aws-cdk-lib';
import { build } from 'esbuild';
import { bundleFunctions } from 'twelvefold/esbuild';
import { buildManifest } from 'twelvefold/manifest';
import { api, app, uploads } from './app.ts';

const here = import.meta.dirname;
/** A folder per function: its bundle, and its asset when it is deployed. */
export const outDirectory = `${here}/dist`;

export const manifest = buildManifest(app, { 'lambda/http.js': api, 'lambda/uploads.js': uploads });

const code = await bundleFunctions({ manifest, sourceDirectory: here, outDirectory, build });
const cdk = new App({ outdir: `${here}/cdk.out` });
const stack = new Stack(cdk, 'Uploads', { stackName: `uploads-${process.env.STAGE ?? 'dev'}` });
const compute = { http: lambda(), uploads: lambda({ maxConcurrency: 10 }) };
const construct = new TwelveFactorApp(stack, 'App', { manifest, compute, code });
new TwelveFactorMonitoring(stack, 'Monitoring', { app: construct });

/** The template that is deployed. */
export const template: unknown = cdk.synth().getStackArtifact(stack.artifactId).template;
