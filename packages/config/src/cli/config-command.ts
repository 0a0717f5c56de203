import type { Aws } from '@twelvefold/aws';
import { UsageError } from '@twelvefold/core/internal';
import type { ConfigDefinition } from '../define-config.ts';
import type { ConfigError } from '../errors/config-error.ts';
import type { ConfigTarget } from '../schema/names.ts';

/** Input and output of the commands: the part of `CommandIo` of `twelvefold` that they use. */
export interface ConfigIo {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
  /**
   * True when people read standard output: progress and tables are for them, a pipe gets JSON.
   * @defaultValue false
   */
  readonly isTTY?: boolean;
  /** Asks the user; absent without a terminal. */
  readonly ask?: (question: string) => Promise<string>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The export `name` of a module of the user's. */
  load(module: string, name: string): Promise<unknown>;
  readFile(path: string): Promise<string | undefined>;
  /** `exclusive`: rejects with `EEXIST` when there is one. `mode`: as in `chmod`. */
  writeFile(
    path: string,
    text: string,
    options?: { readonly exclusive?: boolean; readonly mode?: number },
  ): Promise<void>;
  /** The port to AWS. @defaultValue one made from `env` */
  readonly aws?: Aws;
  /** Milliseconds since 1970. @defaultValue `Date.now` */
  readonly now?: () => number;
  /** Waits between writes. @defaultValue the system's clock */
  readonly sleep?: (ms: number) => Promise<void>;
}

/** Arguments and options of a command. */
export interface ConfigInput {
  text(name: string): string;
  optional(name: string): string | undefined;
  flag(name: string): boolean;
}

/** The port that a command talks through. The SDK is loaded by the first call. */
export async function portOf({ aws, env }: ConfigIo): Promise<Aws> {
  if (aws !== undefined) return aws;
  const { createAws } = await import('@twelvefold/aws');
  return createAws({ env }).as('cli');
}

const WORDS = { pattern: /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, expected: 'lower-case words joined by hyphens' };

/** Arguments of every command about a config at a stage. */
export const TARGET_ARGUMENTS = [
  { name: 'module', description: 'What exports the app, or its config: built, or TypeScript' },
];
export const TARGET_OPTIONS = {
  stage: { value: 'STAGE', description: 'The stage', env: 'TWELVEFOLD_STAGE', required: true, ...WORDS },
  export: { value: 'NAME', description: 'The export that defineApp() or defineConfig() made', default: 'app' },
  app: { value: 'NAME', description: "The app's name, if the export is a config, not an app", ...WORDS },
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
    if (given === undefined) throw usage(`${subject} is a config without an app's name; give --app NAME`);
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

/**
 * Stages that people mean when they say production: one of the stage's words is `prod`, `prd`,
 * `production` or `live`, perhaps with a number.
 */
const PRODUCTION = /(^|-)(prod|prd|production|live)\d*(-|$)/;

export function isProduction(stage: string): boolean {
  return PRODUCTION.test(stage);
}

/**
 * Makes the user type the target before a risky action: at a prompt on a terminal, else as
 * `--confirm APP/STAGE`.
 *
 * @throws TypeError with the code `USAGE` when something else was typed, or nothing could be.
 */
export async function confirmTarget(
  { app, stage }: ConfigTarget,
  what: string,
  input: ConfigInput,
  io: Pick<ConfigIo, 'ask'>,
): Promise<void> {
  const wanted = `${app}/${stage}`;
  const given = input.optional('confirm') ?? (await io.ask?.(`${what}: type ${wanted} to go on: `))?.trim();
  if (given === wanted) return;
  throw usage(`${what} only with --confirm ${wanted}${given === undefined ? '' : `, not ${JSON.stringify(given)}`}`);
}

/** sysexits.h: EX_CONFIG, and EX_UNAVAILABLE for stores that could not be asked. */
export const EXIT_CONFIG = 78;
const EXIT_UNAVAILABLE = 69;

/**
 * Says what is wrong, grouped for people or as a line of JSON in a pipe, and gives the exit code
 * for it.
 */
export function exitOf(error: ConfigError, { stderr, isTTY }: Pick<ConfigIo, 'stderr' | 'isTTY'>): number {
  stderr.write(isTTY === true ? `${error.message}\n` : `${JSON.stringify(error)}\n`);
  return exitCodeOf(error);
}

export function exitCodeOf({ retryable }: ConfigError): number {
  return retryable ? EXIT_UNAVAILABLE : EXIT_CONFIG;
}
