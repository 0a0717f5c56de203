import { ConfigError } from '../errors/config-error.ts';
import { readConfig } from '../load/read-config.ts';
import type { ConfigInput, ConfigIo } from './config-command.ts';
import { exitOf, loadTarget, portOf, TARGET_ARGUMENTS, TARGET_OPTIONS } from './config-command.ts';

/** `twelvefold config print`: the config as the app would load it, secrets by their names. */
export const configPrintCommand = {
  name: 'config print',
  summary: 'Print the config of a stage as the app would load it, secrets masked',
  arguments: TARGET_ARGUMENTS,
  options: { ...TARGET_OPTIONS, json: { description: 'One line of JSON' } },
  run: async (input: ConfigInput, io: ConfigIo): Promise<number> => {
    const { app, stage, config } = await loadTarget(input, io, 'print config');
    const { output, faults } = await readConfig(config, { app, stage, env: io.env, aws: await portOf(io) });
    if (output === undefined) return exitOf(new ConfigError({ app, stage }, faults), io);
    // A secret's own toJSON prints its name.
    io.stdout.write(`${JSON.stringify(output, printable, input.flag('json') ? 0 : 2)}\n`);
    return 0;
  },
};

function printable(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  return value instanceof Map || value instanceof Set ? [...value] : value;
}
