import type { ConfigLeaf } from '../schema/leaf.ts';
import { dotenvLine } from '../sources/dotenv.ts';
import type { FileSource } from '../sources/file.ts';

/** A key, and what a store holds for it: text, or what JSON holds. */
export type PulledValue = readonly [leaf: ConfigLeaf, value: unknown];

/**
 * Values as the text of a file, which a `file()` source and `config push` read back to the same values. Keys that are `left` out
 * are comments, where the format has them.
 */
export function valuesText(
  format: FileSource['format'],
  values: readonly PulledValue[],
  left: readonly ConfigLeaf[],
): string {
  switch (format) {
    case 'env':
      return [
        ...left.map(({ env }) => `# ${env}=\n`),
        ...values.map(([{ env }, value]) => dotenvLine(env, textOf(value))),
      ].join('');
    case 'json':
      return `${JSON.stringify(treeOf(values), null, 2)}\n`;
    case 'yaml':
      return [...left.map(({ key }) => `# ${key}:\n`), ...(values.length === 0 ? ['{}\n'] : yamlLines(values))].join(
        '',
      );
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function treeOf(values: readonly PulledValue[]): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  for (const [{ path }, value] of values) {
    let at = root;
    for (const segment of path.slice(0, -1)) {
      at[segment] ??= {};
      at = at[segment] as Record<string, unknown>; // a level of the schema, made above or for a key beside this one
    }
    at[path.at(-1) ?? ''] = value;
  }
  return root;
}

function yamlLines(values: readonly PulledValue[]): string[] {
  let above: readonly string[] = [];
  return values.flatMap(([{ path }, value]) => {
    // The schema's order keeps the keys of a level together.
    const shared = path.findIndex((segment, at) => at === path.length - 1 || segment !== above[at]);
    above = path.slice(0, -1);
    return path.slice(shared).map((segment, at) => {
      const isLeaf = shared + at === path.length - 1;
      return `${'  '.repeat(shared + at)}${yamlText(segment)}:${isLeaf ? ` ${yamlText(value)}` : ''}\n`;
    });
  });
}

/** JSON, which YAML 1.2 reads as it is, but for control characters that only JSON takes unescaped. */
function yamlText(value: unknown): string {
  const escaped = (text: string) => `\\u${text.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(value).replace(/[\u007f-\u009f\u2028\u2029\ufeff]/g, escaped);
}
