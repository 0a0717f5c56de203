import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TwelveFactorApp, TwelveFactorPipeline } from '@twelvefold/cdk';
import { RemovalPolicy } from 'aws-cdk-lib';
import { defineApp, queue } from 'twelvefold';
import { buildManifest } from 'twelvefold/manifest';
import * as z from 'zod';
import type { ProofContext } from './prove.ts';
import { prove } from './prove.ts';
import { renderStack } from './small-stack.ts';

const orders = queue('orders', { schema: z.object({ id: z.string() }) });
const manifest = buildManifest(defineApp({ name: 'proof', backing: { orders } }), {});
/** Files that `npm ci` needs: the app of the proof has no code. */
const PACKAGE = { name: 'proof', version: '0.0.0', private: true };
const LOCK = { ...PACKAGE, lockfileVersion: 3, requires: true, packages: { '': PACKAGE } };

const appTemplate = () =>
  renderStack((stack) => {
    new TwelveFactorApp(stack, 'App', { manifest, compute: {}, removalPolicy: RemovalPolicy.DESTROY });
  });

/** Puts one file in the repository, on top of what is there. */
async function commit({ aws, folder, stage }: ProofContext, path: string, content: string, parent?: string) {
  const file = join(folder, path);
  await writeFile(file, content);
  const target = ['--repository-name', `proof-${stage}`, '--branch-name', 'main', '--file-path', path];
  const on = parent === undefined ? [] : ['--parent-commit-id', parent];
  const { commitId } = await aws('codecommit', 'put-file', ...target, '--file-content', `fileb://${file}`, ...on);
  return String(commitId);
}

/** The resources of a stack, by type. */
async function resourcesOf({ aws }: ProofContext, stackName: string) {
  const { StackResources } = await aws('cloudformation', 'describe-stack-resources', '--stack-name', stackName);
  const all = StackResources as ReadonlyArray<{ ResourceType: string; PhysicalResourceId: string }>; // as described
  return (type: string) => all.find(({ ResourceType }) => ResourceType === type)?.PhysicalResourceId;
}

interface PipelineState {
  readonly stageStates?: ReadonlyArray<{
    readonly actionStates?: ReadonlyArray<{
      readonly actionName: string;
      readonly latestExecution?: { readonly status: string; readonly token?: string };
    }>;
  }>;
}

await prove(
  {
    name: 'pipeline',
    proves:
      'the pipeline deploys a commit to one stage, to the next after an approval, and goes back from a broken one',
    minutes: 30,
    async run(context) {
      const { stage, aws, atEnd, deploy, check, until } = context;
      const name = `proof-${stage}`;
      // A stage has 16 characters at most.
      const [first, second] = [`${stage.slice(0, 15)}a`, `${stage.slice(0, 15)}b`];
      await aws('codecommit', 'create-repository', '--repository-name', name);
      atEnd('delete the repository', () => aws('codecommit', 'delete-repository', '--repository-name', name));
      const good = appTemplate();
      let head = await commit(context, 'package.json', JSON.stringify(PACKAGE));
      head = await commit(context, 'package-lock.json', JSON.stringify(LOCK), head);
      head = await commit(context, 'template.json', good, head);

      // Both outlive the stack of the pipeline.
      let bucket: string | undefined;
      let key: string | undefined;
      atEnd('delete the artifacts', async () => {
        if (bucket !== undefined) {
          await aws('s3', 'rm', '--recursive', '--only-show-errors', `s3://${bucket}`);
          await aws('s3api', 'delete-bucket', '--bucket', bucket);
        }
        const inAWeek = ['--pending-window-in-days', '7'];
        if (key !== undefined) await aws('kms', 'schedule-key-deletion', '--key-id', key, ...inAWeek);
      });
      const pipelineTemplate = renderStack((stack) => {
        new TwelveFactorPipeline(stack, 'Pipeline', {
          manifest,
          compute: {},
          source: { codeCommit: name },
          stages: [
            { name: first, before: ['true'] },
            { name: second, before: ['true'], approval: true },
          ],
          test: ['true'],
          build: ['true'],
          template: 'template.json',
          pipelineProps: { pipelineName: name },
        });
      });
      await deploy(`proof-pipeline-${stage}`, pipelineTemplate, {});
      const made = await resourcesOf(context, `proof-pipeline-${stage}`);
      bucket = made('AWS::S3::Bucket');
      key = made('AWS::KMS::Key');
      // Before the pipeline's stack, whose roles delete them.
      for (const one of [first, second]) {
        atEnd(`delete proof-${one}`, async () => {
          await aws('cloudformation', 'delete-stack', '--stack-name', `proof-${one}`);
          await aws('cloudformation', 'wait', 'stack-delete-complete', '--stack-name', `proof-${one}`);
        });
      }

      const deployed = (stackName: string) => async () => {
        // A stack that is not there yet is an error of the CLI.
        const { Stacks = [] } = await aws('cloudformation', 'describe-stacks', '--stack-name', stackName).catch(() => ({
          Stacks: [],
        }));
        const [found] = Stacks as ReadonlyArray<{ StackStatus: string }>; // as described
        return found?.StackStatus === 'CREATE_COMPLETE' ? found : undefined;
      };
      await until('the first stage is deployed', deployed(`proof-${first}`), 15);
      const token = await until(
        'the second stage waits for an approval',
        async () => {
          const { stageStates = [] } = (await aws(
            'codepipeline',
            'get-pipeline-state',
            '--name',
            name,
          )) as PipelineState;
          const actions = stageStates.flatMap(({ actionStates = [] }) => actionStates);
          return actions.find(({ actionName }) => actionName === 'Approve')?.latestExecution?.token;
        },
        10,
      );
      const early = await deployed(`proof-${second}`)();
      check('the second stage is not deployed before it', early === undefined);
      const action = ['--pipeline-name', name, '--stage-name', pascal(second), '--action-name', 'Approve'];
      const result = ['--result', 'summary=proof,status=Approved', '--token', token];
      await aws('codepipeline', 'put-approval-result', ...action, ...result);
      await until('the second stage is deployed', deployed(`proof-${second}`), 10);

      const broken = JSON.parse(good) as { Resources: Record<string, unknown> };
      broken.Resources.Broken = { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'not a name' } };
      await commit(context, 'template.json', JSON.stringify(broken), head);
      await until(
        'a broken commit is rolled back',
        async () => {
          const answer = await aws('codepipeline', 'list-pipeline-executions', '--pipeline-name', name);
          const executions = (answer.pipelineExecutionSummaries ?? []) as ReadonlyArray<{ executionType?: string }>; // as listed
          return executions.find(({ executionType }) => executionType === 'ROLLBACK');
        },
        15,
      );
    },
  },
  process.argv.slice(2),
);

/** `proofa` as the pipeline names its stage: `Proofa`. */
function pascal(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
