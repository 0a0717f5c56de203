import { fargate, lambda, TwelveFactorApp, TwelveFactorMonitoring, TwelveFactorNetwork } from '@twelvefold/cdk';
import { App, Stack } from 'aws-cdk-lib';
import { build } from 'esbuild';
import { bundleFunctions } from 'twelvefold/esbuild';
import { manifest } from './manifest.ts';

const here = import.meta.dirname;
const stage = process.env.STAGE ?? 'dev';
const code = await bundleFunctions({ manifest, sourceDirectory: here, outDirectory: `${here}/dist/functions`, build });
const cdk = new App({ outdir: `${here}/cdk.out` });

const network = new Stack(cdk, 'Network', { stackName: `my-app-network-${stage}` });
const { vpc } = new TwelveFactorNetwork(network, 'Network', { manifests: [manifest] });

const stack = new Stack(cdk, 'Stage', { stackName: `my-app-${stage}` });
const app = new TwelveFactorApp(stack, 'App', {
  manifest,
  // The API is a service; what the queue and people start are functions.
  compute: { http: fargate(), requests: lambda({ maxConcurrency: 10 }), 'count-greetings': lambda() },
  code,
  image: { directory: here },
  service: { network: { vpc }, scaling: { min: 1, max: 4 } },
});
new TwelveFactorMonitoring(stack, 'Monitoring', { app });
cdk.synth();
