import {
  fargate,
  TwelveFactorApp,
  TwelveFactorMonitoring,
  TwelveFactorNetwork,
  TwelveFactorPipeline,
} from '@twelvefold/cdk';
import type { IStackSynthesizer } from 'aws-cdk-lib';
import { App, BootstraplessSynthesizer, Stack } from 'aws-cdk-lib';
import { buildManifest } from 'twelvefold/manifest';
import { api, app } from './app.ts';

const manifest = buildManifest(app, { 'ecs.js': api });
const compute = { http: fargate() };

const cdk = new App({ outdir: `${import.meta.dirname}/cdk.out` });

const network = new Stack(cdk, 'Network', { stackName: 'catalog-network' });
const { vpc } = new TwelveFactorNetwork(network, 'Network', { manifests: [manifest] });

// The pipeline deploys this stack once per stage, with nothing of CDK's set-up in its template.
const service = new Stack(cdk, 'Service', { synthesizer: new BootstraplessSynthesizer() as IStackSynthesizer });
const catalog = new TwelveFactorApp(service, 'App', {
  manifest,
  compute,
  service: { network: { vpc }, scaling: { min: 2, max: 6 }, deployment: 'canary' },
});
new TwelveFactorMonitoring(service, 'Monitoring', { app: catalog });

const pipeline = new Stack(cdk, 'Pipeline', { stackName: 'catalog-pipeline' });
new TwelveFactorPipeline(pipeline, 'Pipeline', {
  manifest,
  compute,
  source: { codeCommit: 'catalog' },
  stages: [{ name: 'staging' }, { name: 'production', approval: true }],
});

/** Everything that CDK made: the network, the pipeline and the service. */
export const assembly = cdk.synth();
/** The template of one stage of the service, which the pipeline deploys. */
export const template: unknown = assembly.getStackArtifact(service.artifactId).template;
