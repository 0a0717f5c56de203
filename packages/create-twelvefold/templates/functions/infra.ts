import { lambda, TwelveFactorApp, TwelveFactorMonitoring } from '@twelvefold/cdk';
import { App, Stack } from 'aws-cdk-lib';
import { build } from 'esbuild';
import { bundleFunctions } from 'twelvefold/esbuild';
import { manifest } from './manifest.ts';

const here = import.meta.dirname;
const code = await bundleFunctions({ manifest, sourceDirectory: here, outDirectory: `${here}/dist/functions`, build });

const cdk = new App({ outdir: `${here}/cdk.out` });
const stack = new Stack(cdk, 'Stage', { stackName: `my-app-${process.env.STAGE ?? 'dev'}` });
const compute = { http: lambda(), requests: lambda({ maxConcurrency: 10 }), 'count-greetings': lambda() };
const app = new TwelveFactorApp(stack, 'App', { manifest, compute, code });
new TwelveFactorMonitoring(stack, 'Monitoring', { app });
cdk.synth();
