import { assertKnownOptions } from '@twelvefold/core/internal';
import type { FaultReason } from '../errors/config-fault.ts';
import type { ConfigTarget } from '../schema/names.ts';
import { atTarget } from '../schema/names.ts';
import { parseDotenv } from './dotenv.ts';

/** Reads a file, as bytes or as text; rejects with Node's error codes (`ENOENT`, `EACCES`). */
export type ReadFile = (path: string) => Promise<string | Uint8Array>;

export interface FileContent {
  readonly path: string;
  readonly format: FileSource['format'];
  /**
   * Nested values (JSON, YAML) or variables (`.env`); absent when the file is not there or is at
   * fault.
   */
  readonly values?: Readonly<Record<string, unknown>>;
  readonly fault?: { readonly reason: FaultReason; readonly detail: string };
}

export interface FileOptions {
  /** Whether the file's absence is a fault. @defaultValue false */
  required?: boolean;
}

export interface FileSource {
  readonly kind: 'file';
  /**
   * Relative to the working directory; `{app}` and `{stage}` stand for the loaded app and stage.
   */
  readonly path: string;
  readonly format: 'json' | 'yaml' | 'env';
  readonly required: boolean;
  /** Reads it. Here, so that the bundle of a function whose config has no file cannot reach it. */
  readonly read: (target: ConfigTarget, readFile?: ReadFile) => Promise<FileContent>;
}

/**
 * A file under the stores and over the defaults: JSON or YAML nested like the schema, or `.env`
 * lines named like the environment. Of several files, the one listed first wins.
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
  const format = formatOf(path);
  const { required = false } = options;
  const source: FileSource = {
    kind: 'file',
    path,
    format,
    required,
    read: (target, readFile) => readFileSource({ path, format, required }, target, readFile),
  };
  return Object.freeze(source);
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

/** Reads one file source. A missing file is a fault only if the file is required. */
async function readFileSource(
  source: Pick<FileSource, 'path' | 'format' | 'required'>,
  target: ConfigTarget,
  readFile: ReadFile = readFileOfNode,
): Promise<FileContent> {
  const { format } = source;
  const path = atTarget(source.path, target);
  let text: string;
  try {
    text = textOf(await readFile(path));
  } catch (error) {
    // Node's file errors carry a code; anything else has none and is described by the name of its
    // class.
    const code = (error as NodeJS.ErrnoException | undefined)?.code;
    if (code === 'ENOENT') {
      return source.required
        ? { path, format, fault: { reason: 'missing', detail: 'the file is required and does not exist' } }
        : { path, format };
    }
    if (code === NOT_UTF8) return { path, format, fault: { reason: 'malformed', detail: 'the file is not UTF-8' } };
    const reason = code === 'EACCES' || code === 'EPERM' ? 'denied' : 'malformed';
    return { path, format, fault: { reason, detail: `the file cannot be read (${code ?? 'unknown error'})` } };
  }
  if (format === 'env') {
    const parsed = parseDotenv(text);
    return 'values' in parsed
      ? { path, format, values: parsed.values }
      : { path, format, fault: { reason: 'malformed', detail: `the file is not a .env file: ${parsed.fault}` } };
  }
  return { path, format, ...(format === 'json' ? parseJson(text) : await parseYaml(text)) };
}

/**
 * The parser's warnings print the line that they are about, value and all, by
 * `process.emitWarning`.
 */
const QUIET = { logLevel: 'error' };

/**
 * The optional peer, by a name that bundlers do not follow: a function whose config reads no YAML
 * must not carry it.
 */
const YAML = 'yaml';

async function parseYaml(text: string): Promise<Pick<FileContent, 'values' | 'fault'>> {
  let parse: (text: string, options: object) => unknown;
  try {
    ({ parse } = (await import(YAML)) as { parse(text: string, options: object): unknown }); // its documented export
  } catch {
    return {
      fault: { reason: 'malformed', detail: "the file is YAML, and the package 'yaml' is not there; npm install yaml" },
    };
  }
  try {
    return objectOf(parse(text, QUIET), 'a YAML mapping');
  } catch (error) {
    // The parser's message quotes the line; only the position is safe to show.
    const at = /at line \d+, column \d+/.exec(String(error))?.[0];
    return { fault: { reason: 'malformed', detail: `the file is not YAML${at === undefined ? '' : ` (${at})`}` } };
  }
}

function objectOf(values: unknown, expected: string): Pick<FileContent, 'values' | 'fault'> {
  if (typeof values === 'object' && values !== null && !Array.isArray(values)) {
    // An object of JSON or YAML; what it holds is checked key by key.
    return { values: values as Record<string, unknown> };
  }
  return { fault: { reason: 'malformed', detail: `the file must contain ${expected}` } };
}

function parseJson(text: string): Pick<FileContent, 'values' | 'fault'> {
  try {
    return objectOf(JSON.parse(text), 'a JSON object');
  } catch (error) {
    // V8's message quotes the text around the mistake; only the position is safe to show.
    const at = /\(line \d+ column \d+\)/.exec(String(error))?.[0];
    return { fault: { reason: 'malformed', detail: `the file is not JSON${at === undefined ? '' : ` ${at}`}` } };
  }
}

/** The code of Node's TypeError for bytes that are not of the encoding. */
const NOT_UTF8 = 'ERR_ENCODING_INVALID_ENCODED_DATA';

/**
 * Without the byte order mark that some Windows editors write. UTF-16 without one is UTF-8 with NUL
 * characters.
 */
function textOf(content: string | Uint8Array): string {
  const text =
    typeof content === 'string'
      ? content.replace(/^\uFEFF/, '')
      : new TextDecoder('utf-8', { fatal: true }).decode(content);
  if (text.includes('\0')) throw Object.assign(new TypeError('The text holds NUL characters'), { code: NOT_UTF8 });
  return text;
}

async function readFileOfNode(path: string): Promise<Uint8Array> {
  // Loaded on first use: a deployed function lists no files as sources and should not pay for the
  // module.
  const { readFile } = await import('node:fs/promises');
  return readFile(path);
}
