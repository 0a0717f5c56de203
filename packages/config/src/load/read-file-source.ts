import type { FaultReason } from '../errors/config-fault.ts';
import type { ConfigTarget } from '../schema/names.ts';
import { atTarget } from '../schema/names.ts';
import { parseDotenv } from '../sources/dotenv.ts';
import type { FileSource } from '../sources/sources.ts';

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

/** Reads one file source. A missing file is a fault only if the file is required. */
export async function readFileSource(
  source: FileSource,
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
