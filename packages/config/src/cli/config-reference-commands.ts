import type { $ZodType } from 'zod/v4/core';
import { globalRegistry } from 'zod/v4/core';
import type { PlannedKey } from '../plan/plan-template.ts';
import type { ConfigInput, ConfigIo, LoadedTarget } from './config-command.ts';
import { loadTarget, TARGET_ARGUMENTS, TARGET_OPTIONS } from './config-command.ts';

type Io = Pick<ConfigIo, 'stdout' | 'load' | 'writeFile'>;
const OUT = { value: 'FILE', description: 'Write it there instead' };

/** `twelvefold config env`: a `.env.example` with every variable. */
export const configEnvCommand = {
  name: 'config env',
  summary: 'Print a .env.example with every variable of the config',
  arguments: TARGET_ARGUMENTS,
  options: { ...TARGET_OPTIONS, out: OUT },
  run: (input: ConfigInput, io: Io) => write(input, io, envExample),
};

/** `twelvefold config docs`: a reference of every key in Markdown. */
export const configDocsCommand = {
  name: 'config docs',
  summary: 'Print a reference of every config key in Markdown',
  arguments: TARGET_ARGUMENTS,
  options: { ...TARGET_OPTIONS, out: OUT },
  run: (input: ConfigInput, io: Io) => write(input, io, reference),
};

async function write(input: ConfigInput, io: Io, textOf: (target: LoadedTarget) => string): Promise<number> {
  const text = textOf(await loadTarget(input, io, 'describe config'));
  const out = input.optional('out');
  if (out === undefined) io.stdout.write(text);
  else await io.writeFile(out, text);
  return 0;
}

function envExample({ app, stage, config }: LoadedTarget): string {
  const { keys } = config.plan({ app, stage });
  const blocks = config.leaves.map((leaf, at) => {
    const key = keys[at];
    const message = [descriptionOf(leaf.schema), leaf.secret ? 'secret' : '', necessity(key)]
      .filter(Boolean)
      .join('; ');
    // An empty variable counts as not set, so copying the file changes nothing.
    return `# ${leaf.key}: ${message}\n${leaf.env}=\n`;
  });
  return blocks.join('\n');
}

function reference({ app, stage, config }: LoadedTarget): string {
  const { keys } = config.plan({ app, stage });
  const rows = config.leaves.map((leaf, at) => {
    const key = keys[at];
    const place =
      key?.parameter ?? (key?.secretId === undefined ? '' : `${key.secretId}${key.jsonKey ? ` (${key.jsonKey})` : ''}`);
    return row([
      `\`${leaf.key}\``,
      `\`${leaf.env}\``,
      place && `\`${place}\``,
      leaf.secret ? 'yes' : '',
      necessity(key),
      descriptionOf(leaf.schema),
    ]);
  });
  const derived = config.derived.map(({ key, secret, inputs }) =>
    row([
      `\`${key}\``,
      '',
      '',
      secret ? 'yes' : '',
      `made from ${Object.values(inputs)
        .map((one) => `\`${one.key}\``)
        .join(', ')}`,
      '',
    ]),
  );
  const head = [
    row(['Key', 'Environment', 'Store', 'Secret', 'When it is not set', 'Description']),
    row(Array(6).fill('---')),
  ];
  return `# Config of ${app}\n\n${[...head, ...rows, ...derived].join('\n')}\n`;
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
}

function necessity(key: PlannedKey | undefined): string {
  if (key?.default !== undefined) return `default ${JSON.stringify(key.default)}`;
  if (key?.hasDefault) return "the schema's default";
  return key?.optional ? 'optional' : 'required';
}

function descriptionOf(schema: $ZodType): string {
  return globalRegistry.get(schema)?.description ?? '';
}
