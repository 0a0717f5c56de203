import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { lambda, TwelveFactorApp } from '@twelvefold/cdk';
import { buildManifest } from 'twelvefold/manifest';
import { api, app } from './gradual/app.ts';
import type { ProofContext } from './prove.ts';
import { prove } from './prove.ts';
import { renderStack } from './small-stack.ts';
import { uploadFunctions } from './upload-functions.ts';

const manifest = buildManifest(app, { 'lambda/http.js': api });
const compute = { http: lambda({ shift: { percent: 50, minutes: 1 } }) };
const sourceDirectory = join(import.meta.dirname, 'gradual');
const ASK_EVERY_MS = 1_000;

async function release(context: ProofContext, version: string): Promise<string> {
  const outDirectory = join(context.folder, version);
  const define = { VERSION: JSON.stringify(version) };
  const { code, parameters } = await uploadFunctions(context, { manifest, sourceDirectory, outDirectory, define });
  const template = renderStack((stack) => {
    new TwelveFactorApp(stack, 'App', { manifest, compute, code });
  });
  const outputs = await context.deploy(`proof-${context.stage}`, template, parameters);
  return outputs.get('HttpApiUrl') ?? '';
}

/** The answers of a URL while something happens, and whether that succeeded. */
async function answersDuring(url: string, happening: Promise<unknown>): Promise<{ seen: Set<string>; done: boolean }> {
  const seen = new Set<string>();
  let ended: boolean | undefined;
  const outcome = happening.then(
    () => true,
    () => false,
  );
  void outcome.then((done) => {
    ended = done;
  });
  while (ended === undefined) {
    const answer = await fetch(url);
    seen.add(answer.ok ? await answer.text() : String(answer.status));
    await sleep(ASK_EVERY_MS);
  }
  return { seen, done: await outcome };
}

const ask = async (url: string) => (await fetch(url)).text();

await prove(
  {
    name: 'shift',
    proves: 'CodeDeploy moves traffic to a new version of a function step by step, and back when it fails',
    minutes: 15,
    async run(context) {
      const { check } = context;
      const url = await release(context, 'one');
      check('the first version answers', (await ask(url)) === 'one');

      const second = await answersDuring(url, release(context, 'two'));
      check('both versions answer while traffic moves', second.seen.has('one') && second.seen.has('two'));
      check('the second version has all traffic', second.done && (await ask(url)) === 'two');

      const broken = await answersDuring(url, release(context, 'broken'));
      check('the deployment of a broken version fails', !broken.done);
      const answers = await Promise.all(Array.from({ length: 20 }, () => ask(url)));
      check(
        'the second version has all traffic again',
        answers.every((answer) => answer === 'two'),
      );
    },
  },
  process.argv.slice(2),
);
