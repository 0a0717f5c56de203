import type { ConfigDefinition } from '../define-config.ts';
import { planText } from './plan-text.ts';

/** What the command needs of whoever runs it: the part of `twelvefold`'s commands that this package has to know. */
export interface ConfigPlanIo {
  readonly stdout: { write(text: string): unknown };
  /** The export `name` of a module of the user's. */
  load(module: string, name: string): Promise<unknown>;
}

/** What was given on the command line. */
export interface ConfigPlanInput {
  text(name: string): string;
  optional(name: string): string | undefined;
  flag(name: string): boolean;
}

const WORDS = { pattern: /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, expected: 'lower-case words joined by hyphens' };

/** `twelvefold config plan`: where each key of an app's config is looked for, and what is fetched. Nothing is. */
export const configPlanCommand = {
  name: 'config plan',
  summary: 'List where each config key is looked for at a stage, and the calls that fetch it',
  details: 'AWS is not asked, and the calls are those of an environment that supplies nothing.',
  arguments: [{ name: 'module', description: 'What exports the app, or its config: built, or TypeScript' }],
  options: {
    stage: { value: 'STAGE', description: 'The stage', env: 'TWELVEFOLD_STAGE', required: true, ...WORDS },
    export: { value: 'NAME', description: 'The export that defineApp() or defineConfig() made', default: 'app' },
    app: { value: 'NAME', description: "The app's name, where the export is a config alone", ...WORDS },
    json: { description: 'One line of JSON' },
  },
  run: async (input: ConfigPlanInput, io: ConfigPlanIo): Promise<number> => {
    const { app, config } = await loadConfigDefinition(input, io);
    const stage = input.text('stage');
    const plan = config.plan({ app, stage });
    const json = () => `${JSON.stringify({ app, stage, keys: plan.keys, calls: plan.calls })}\n`;
    io.stdout.write(input.flag('json') ? json() : planText({ app, stage }, config.sources, plan));
    return 0;
  },
};

async function loadConfigDefinition(
  input: ConfigPlanInput,
  io: ConfigPlanIo,
): Promise<{ app: string; config: ConfigDefinition }> {
  const [module, name, given] = [input.text('module'), input.text('export'), input.optional('app')];
  const subject = `the export '${name}' of ${module}`;
  const value = await io.load(module, name);
  if (isConfig(value)) {
    if (given === undefined) throw usage(`${subject} is a config and does not say its app; give --app NAME`);
    return { app: given, config: value };
  }
  const app = value as { name?: unknown; config?: unknown } | null | undefined; // every field read is checked here
  if (typeof app?.name !== 'string' || !('config' in app)) {
    throw new TypeError(
      `Cannot plan config: ${subject} is neither an app nor a config; export what defineApp() or defineConfig() returns`,
    );
  }
  if (given !== undefined) throw usage(`${subject} is the app '${app.name}'; leave --app out`);
  if (!isConfig(app.config)) {
    throw new TypeError(`Cannot plan config: the app '${app.name}' has none; give defineApp() a config`);
  }
  return { app: app.name, config: app.config };
}

function isConfig(value: unknown): value is ConfigDefinition {
  const config = value as Partial<ConfigDefinition> | null | undefined; // every field read is checked here
  return config?.kind === 'config' && typeof config.plan === 'function' && Array.isArray(config.sources);
}

/** Who dispatches exits with 64 for the code `USAGE`. */
function usage(message: string): Error {
  return Object.assign(new TypeError(message), { code: 'USAGE' });
}
