import { buildManifest } from 'twelvefold/manifest';
import { app } from './app.ts';
import { http } from './components/http.ts';
import { jobs } from './components/jobs.ts';
import { letters } from './components/letters.ts';
import { mirror } from './components/mirror.ts';
import { steps } from './components/steps.ts';
import { sum } from './components/sum.ts';

export const manifest = buildManifest(app, {
  'lambda/http.js': http,
  'lambda/jobs.js': jobs,
  'lambda/steps.js': steps,
  'lambda/mirror.js': mirror,
  'lambda/letters.js': letters,
  'lambda/sum.js': sum,
});
