import { UsageError } from '@twelvefold/core/internal';
import type { ConfigDefinition } from '../define-config.ts';
import type { ConfigInput } from './config-io.ts';

const WORDS = { pattern: /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, expected: 'lower-case words joined by hyphens' };

/** What every command about a config at a stage takes. */
export const TARGET_ARGUMENTS = [
  { name: 'module', description: 'What exports the app, or its config: built, or TypeScript' },
];
export const TARGET_OPTIONS = {
  stage: { value: 'STAGE', description: 'The stage', env: 'TWELVEFOLD_STAGE', required: true, ...WORDS },
  export: { value: 'NAME', description: 'The export that defineApp() or defineConfig() made', default: 'app' },
  app: { value: 'NAME', description: "The app's name, where the export is a config alone", ...WORDS },
};

export interface LoadedTarget {
  readonly app: string;
  readonly stage: string;
  readonly config: ConfigDefinition;
}

/** The config that the command line names. */
export async function loadTarget(
  input: ConfigInput,
  io: { load(module: string, name: string): Promise<unknown> },
  action: string,
): Promise<LoadedTarget> {
  const [module, name, given, stage] = [
    input.text('module'),
    input.text('export'),
    input.optional('app'),
    input.text('stage'),
  ];
  const subject = `the export '${name}' of ${module}`;
  const value = await io.load(module, name);
  if (isConfig(value)) {
    if (given === undefined) throw usage(`${subject} is a config and does not say its app; give --app NAME`);
    return { app: given, stage, config: value };
  }
  const app = value as { name?: unknown; config?: unknown } | null | undefined; // every field read is checked here
  if (typeof app?.name !== 'string' || !('config' in app)) {
    throw new TypeError(
      `Cannot ${action}: ${subject} is neither an app nor a config; export what defineApp() or defineConfig() returns`,
    );
  }
  if (given !== undefined) throw usage(`${subject} is the app '${app.name}'; leave --app out`);
  if (!isConfig(app.config)) {
    throw new TypeError(`Cannot ${action}: the app '${app.name}' has none; give defineApp() a config`);
  }
  return { app: app.name, stage, config: app.config };
}

function isConfig(value: unknown): value is ConfigDefinition {
  const config = value as Partial<ConfigDefinition> | null | undefined; // every field read is checked here
  return config?.kind === 'config' && typeof config.plan === 'function' && Array.isArray(config.sources);
}

/** The command exits with 64. */
export function usage(message: string): Error {
  return new UsageError(message);
}
