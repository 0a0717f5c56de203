import { assertKnownOptions } from '@twelvefold/core/internal';

export interface FileOptions {
  /** Whether the file's absence is a fault. @defaultValue false */
  required?: boolean;
}

export interface FileSource {
  readonly kind: 'file';
  /** Relative to the working directory; `{app}` and `{stage}` stand for the loaded app and stage. */
  readonly path: string;
  readonly format: 'json' | 'yaml' | 'env';
  readonly required: boolean;
}

/**
 * A file under the stores and over the defaults: JSON or YAML nested like the schema, or `.env` lines named like the environment.
 * Of several files, the one listed first wins.
 *
 * YAML takes the package `yaml`, an optional peer.
 *
 * @throws TypeError for another kind of file or an unknown option.
 * @example
 * ```ts
 * const sources = [env(), file('.env'), file('config.{stage}.json', { required: true })];
 * ```
 */
export function file(path: string, options: FileOptions = {}): FileSource {
  assertKnownOptions(`use file '${path}'`, options, ['required']);
  return Object.freeze({ kind: 'file', path, format: formatOf(path), required: options.required ?? false });
}

/** `.env`, `.env.test`, `local.env`, `config.json`, `config.yaml`. */
function formatOf(path: unknown): FileSource['format'] {
  const name = typeof path === 'string' ? (path.split(/[/\\]/).at(-1) ?? '') : '';
  if (name.endsWith('.json')) return 'json';
  if (/\.ya?ml$/.test(name)) return 'yaml';
  if (/^\.env(\.|$)|\.env$/.test(name)) return 'env';
  throw new TypeError(
    `Cannot use file ${JSON.stringify(path)}: its name must end in .json, .yaml or .yml, or be .env, .env.<name> or <name>.env`,
  );
}
