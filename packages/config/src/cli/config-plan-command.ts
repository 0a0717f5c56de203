import type { ConfigInput, ConfigIo } from './config-io.ts';
import { loadTarget, TARGET_ARGUMENTS, TARGET_OPTIONS } from './config-target.ts';
import { planText } from './plan-text.ts';

/** What the command needs of whoever runs it. */
export type ConfigPlanIo = Pick<ConfigIo, 'stdout' | 'load'>;

/** What was given on the command line. */
export type ConfigPlanInput = ConfigInput;

/** `twelvefold config plan`: where each key of an app's config is looked for, and what is fetched. Nothing is. */
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
