import type { ConfigPlan, PlannedKey } from '../plan/plan-template.ts';
import type { ConfigTarget } from '../schema/names.ts';
import type { ConfigSource } from '../sources/sources.ts';
import type { ConfigInput, ConfigIo } from './config-command.ts';
import { loadTarget, TARGET_ARGUMENTS, TARGET_OPTIONS } from './config-command.ts';

/** The part of the input and output that the command uses. */
export type ConfigPlanIo = Pick<ConfigIo, 'stdout' | 'load'>;

/** Arguments and options of a command. */
export type ConfigPlanInput = ConfigInput;

/**
 * `twelvefold config plan`: where each key of an app's config is looked for, and what is fetched.
 * Nothing is.
 */
export const configPlanCommand = {
  name: 'config plan',
  summary: 'List where each config key is looked for at a stage, and the calls that fetch it',
  details: 'AWS is not asked, and the calls are those of an environment that supplies nothing.',
  arguments: TARGET_ARGUMENTS,
  options: {
    ...TARGET_OPTIONS,
    json: { description: 'One line of JSON' },
  },
  run: async (input: ConfigPlanInput, io: ConfigPlanIo): Promise<number> => {
    const { app, stage, config } = await loadTarget(input, io, 'plan config');
    const plan = config.plan({ app, stage });
    const json = () => `${JSON.stringify({ app, stage, keys: plan.keys, calls: plan.calls })}\n`;
    io.stdout.write(input.flag('json') ? json() : planText({ app, stage }, config.sources, plan));
    return 0;
  },
};

/** A plan for people: a block per key, then the calls. */
function planText({ app, stage }: ConfigTarget, sources: readonly ConfigSource[], plan: ConfigPlan): string {
  const files = sources.flatMap((source) =>
    source.kind === 'file' ? [source.path.replaceAll('{app}', app).replaceAll('{stage}', stage)] : [],
  );
  return [
    `Config of ${app} at stage ${stage}: ${counted(plan.keys.length, 'key')}`,
    ...plan.keys.flatMap((key) => ['', ...keyLines(key, files)]),
    '',
    ...callLines(plan),
    '',
  ].join('\n');
}

function keyLines(key: PlannedKey, files: readonly string[]): string[] {
  const places: Array<[string, string | undefined]> = [
    ['environment', key.env],
    ['Parameter Store', key.parameter],
    ['Secrets Manager', key.secretId],
    ...files.map((path): [string, string] => ['file', path]),
    ['otherwise', otherwise(key)],
  ];
  return [
    `${key.key}${key.secret ? ' [secret]' : ''}`,
    ...places.flatMap(([place, name]) => (name === undefined ? [] : [`  ${place.padEnd(15)}  ${name}`])),
  ];
}

/** The result for a key that no source has. */
function otherwise(key: PlannedKey): string {
  if (key.default !== undefined) return `the default, ${JSON.stringify(key.default)}`;
  if (key.hasDefault) return 'the default of the schema';
  return key.optional ? 'undefined: it is optional' : 'a fault: it is required';
}

function callLines({ calls }: ConfigPlan): string[] {
  if (calls.length === 0) return ['Nothing is fetched.'];
  return [
    `${counted(calls.length, 'call')}, ${calls.length === 1 ? 'one round trip' : 'all at once: one round trip'}`,
    ...calls.flatMap(({ service, operation, names }) => [
      `  ${service}:${operation}`,
      ...names.map((name) => `    ${name}`),
    ]),
  ];
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
