import { fargate, TwelveFactorApp, TwelveFactorMonitoring, TwelveFactorNetwork } from '@twelvefold/cdk';
import { App, Stack } from 'aws-cdk-lib';
import { manifest } from './manifest.ts';

const here = import.meta.dirname;
const stage = process.env.STAGE ?? 'dev';
const cdk = new App({ outdir: `${here}/cdk.out` });

const network = new Stack(cdk, 'Network', { stackName: `my-app-network-${stage}` });
const { vpc } = new TwelveFactorNetwork(network, 'Network', { manifests: [manifest] });

const stack = new Stack(cdk, 'Stage', { stackName: `my-app-${stage}` });
const app = new TwelveFactorApp(stack, 'App', {
  manifest,
  compute: { http: fargate(), requests: fargate(), 'count-greetings': fargate() },
  image: { directory: here },
  service: { network: { vpc }, scaling: { min: 1, max: 4 } },
});
new TwelveFactorMonitoring(stack, 'Monitoring', { app });
cdk.synth();
