import type { ConfigPlan, PlannedKey } from '../plan/plan-config.ts';
import type { ConfigTarget } from '../schema/names.ts';
import type { ConfigSource } from '../sources/source.ts';

/** A plan for people: a block per key, then the calls. */
export function planText({ app, stage }: ConfigTarget, sources: readonly ConfigSource[], plan: ConfigPlan): string {
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

/** What becomes of a key that no source has. */
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
