import { join } from 'node:path';
import { lambda, TwelveFactorApp } from '@twelvefold/cdk';
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { buildManifest } from 'twelvefold/manifest';
import { prove } from './prove.ts';
import { app, slow } from './scheduled/app.ts';
import { renderStack } from './small-stack.ts';
import { uploadFunctions } from './upload-functions.ts';

const manifest = buildManifest(app, { 'lambda/slow.js': slow });
const compute = { slow: lambda({ timeout: Duration.minutes(1) }) };

/** An item of the table of runs, as the CLI prints it. */
type Item = Readonly<Record<string, { readonly S?: string; readonly N?: string }>>;

await prove(
  {
    name: 'schedules',
    proves: 'a schedule starts one run per tick, and the supervisor goes on with it leg by leg until it has succeeded',
    minutes: 15,
    async run(context) {
      const { stage, aws, deploy, check, until, folder } = context;
      const sourceDirectory = join(import.meta.dirname, 'scheduled');
      const outDirectory = join(folder, 'functions');
      const { code, parameters } = await uploadFunctions(context, { manifest, sourceDirectory, outDirectory });
      const template = renderStack((stack) => {
        new TwelveFactorApp(stack, 'App', { manifest, compute, code, removalPolicy: RemovalPolicy.DESTROY });
      });
      await deploy(`proof-${stage}`, template, { ...parameters, Release: 'proof' });

      const table = ['--table-name', `proof-${stage}-task-runs`];
      const runs = async () => {
        const { Items = [] } = await aws('dynamodb', 'scan', ...table);
        return (Items as readonly Item[]).filter(({ task, status }) => task?.S === 'slow' && status !== undefined); // as the CLI prints them
      };
      const first = await until('the schedule has written a run', async () => (await runs())[0], 7);
      check('the schedule asked for it', first.caller?.S?.includes(':schedule/') === true);
      const id = first.id?.S;
      const ended = await until(
        'the run has succeeded',
        async () => (await runs()).find((run) => run.id?.S === id && run.status?.S === 'succeeded'),
        8,
      );
      check('it took more than one leg', Number(ended.leg?.N) > 1);
      check('every record was worked on once', Number(ended.matched?.N) === 24);
    },
  },
  process.argv.slice(2),
);
