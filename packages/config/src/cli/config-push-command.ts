import { setTimeout as systemSleep } from 'node:timers/promises';
import { fetchCalls } from '../load/fetch-calls.ts';
import { planCalls } from '../plan/plan-calls.ts';
import type { PushWrite } from '../push/plan-push.ts';
import { planPush } from '../push/plan-push.ts';
import { writePlanned } from '../push/write-planned.ts';
import type { ConfigLeaf } from '../schema/leaf.ts';
import { file } from '../sources/file-source.ts';
import { valueAt } from '../value-at.ts';
import type { ConfigInput, ConfigIo, LoadedTarget } from './config-command.ts';
import {
  confirmTarget,
  EXIT_CONFIG,
  isProduction,
  loadTarget,
  portOf,
  TARGET_ARGUMENTS,
  TARGET_OPTIONS,
} from './config-command.ts';

/**
 * `twelvefold config push`: writes values of a file into the stores; what it would do first, and
 * does on `--write`.
 */
export const configPushCommand = {
  name: 'config push',
  summary: 'Write the values of a file into the stores of a stage; without --write only say what would be written',
  details:
    'The file is nested like the schema (.json, .yaml) or has variables (.env). Values that are there already are not written again, so a push that broke off can be repeated. Production is a stage with prod, prd, production or live among its words.',
  arguments: TARGET_ARGUMENTS,
  options: {
    ...TARGET_OPTIONS,
    from: { value: 'FILE', description: 'The file', required: true },
    write: { description: 'Write' },
    confirm: {
      value: 'APP/STAGE',
      description: 'What is asked for before production, or what all stages share, is written; typed in advance',
    },
    json: { description: 'One line of JSON' },
  },
  run: async (input: ConfigInput, io: ConfigIo): Promise<number> => {
    const target = await loadTarget(input, io, 'push config');
    const { app, stage, config } = target;
    const values = await valuesOf(target, input.text('from'), io);
    const aws = await portOf(io);
    const answers = await fetchCalls(aws, planCalls([...values.keys()], config.sources, target), undefined);
    const { writes, same, faults } = await planPush(target, values, answers);
    const write = input.flag('write') && faults.length === 0;
    const say = () => {
      if (input.flag('json')) {
        const planned = writes.map(({ keys, in: store, name, type, exists }) => ({
          keys,
          in: store,
          name,
          type,
          exists,
        }));
        io.stdout.write(`${JSON.stringify({ app, stage, written: write, writes: planned, same, faults })}\n`);
        return;
      }
      for (const one of writes) io.stdout.write(`${one.exists ? '~' : '+'} ${describe(one)}\n`);
      for (const key of same) io.stdout.write(`= ${key}\n`);
    };
    // The plan comes before the question; JSON comes once, when it is true.
    if (!input.flag('json') || !write) say();
    if (faults.length > 0) {
      io.stderr.write(
        `Cannot push config of ${app} (stage ${stage}):\n${faults.map((fault) => `  ${fault}\n`).join('')}`,
      );
      return EXIT_CONFIG;
    }
    if (!write) {
      if (writes.length > 0) io.stderr.write('Nothing is written; give --write to write it\n');
      return 0;
    }
    const shared = writes.some(({ name }) => !name.includes(`${app}/${stage}/`));
    if (writes.length > 0 && (isProduction(stage) || shared)) {
      const what = shared ? 'what all stages share is written' : 'a production stage is written';
      await confirmTarget(target, what, input, io);
    }
    await writePlanned(aws, writes, {
      sleep: io.sleep ?? ((ms) => systemSleep(ms)),
      // A pipe gets failures only.
      onWritten: ({ keys }, at) => {
        if (io.isTTY === true) io.stderr.write(`${at + 1}/${writes.length} ${keys.join(', ')}\n`);
      },
    });
    if (input.flag('json')) say();
    return 0;
  },
};

async function valuesOf(target: LoadedTarget, path: string, io: ConfigIo): Promise<Map<ConfigLeaf, unknown>> {
  const readFile = async (name: string) => {
    const text = await io.readFile(name);
    if (text === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
    return text;
  };
  const { format, values, fault } = await file(path, { required: true }).read(target, readFile);
  if (fault) throw new TypeError(`Cannot push ${path}: ${fault.detail}`);
  return new Map(
    target.config.leaves.flatMap((leaf): Array<[ConfigLeaf, unknown]> => {
      const value = format === 'env' ? values?.[leaf.env] || undefined : valueAt(values, leaf);
      return value === undefined ? [] : [[leaf, value]];
    }),
  );
}

function describe({ keys, in: store, name, type }: PushWrite): string {
  return `${keys.join(', ')}  ${store === 'parameterStore' ? `Parameter Store ${name} (${type})` : `Secrets Manager ${name}`}`;
}
