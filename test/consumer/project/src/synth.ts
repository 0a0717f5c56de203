import { fargate, lambda, TwelveFactorApp } from '@twelvefold/cdk';
import type { IStackSynthesizer } from 'aws-cdk-lib';
import { App, BootstraplessSynthesizer, Stack } from 'aws-cdk-lib';
import { writeFile } from 'node:fs/promises';
import { buildManifest } from 'twelvefold/manifest';
import { app, countTotals, jobConsumer } from './app.js';

const manifest = buildManifest(app, { 'lambda/jobs.js': jobConsumer, 'lambda/tasks.js': countTotals });
const cdk = new App({ analyticsReporting: false });
const stack = new Stack(cdk, 'Consumer', { synthesizer: new BootstraplessSynthesizer() as IStackSynthesizer });
new TwelveFactorApp(stack, 'App', { manifest, compute: { jobs: [lambda(), fargate()], 'count-totals': lambda() } });
const { template } = cdk.synth().getStackByName('Consumer');
await writeFile('template.json', JSON.stringify(template));
