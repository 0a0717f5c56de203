import type { Example } from './extract-examples.ts';

export interface Provider {
  readonly specifier: string;
  readonly names: ReadonlySet<string>;
}

export interface ExampleModule {
  readonly source: string;
  /**
   * For each line of the module, from 0, the line of the original source; `undefined` for lines
   * that were added.
   */
  readonly lines: ReadonlyArray<number | undefined>;
}

/**
 * A module that holds the example in a separate function, under an import for each name that it
 * uses and does not import itself. A declaration in the example shadows the import of the same
 * name, so the two need not be told apart.
 */
export function exampleModule({ code, line }: Example, prelude: string, providers: readonly Provider[]): ExampleModule {
  const own: Array<readonly [text: string, line: number]> = [];
  const body: Array<readonly [text: string, line: number]> = [];
  let importing = false;
  for (const [index, text] of code.entries()) {
    importing ||= /^import\b(?!\()/.test(text);
    // A file of the reader's own is what the prelude stands for.
    if (importing) own.push([text.replace(/(from ')\.[^']*'/, `$1${prelude}'`), line + index]);
    else body.push([text.replace(/^export /, ''), line + index]);
    if (/;\s*(\/\/.*)?$/.test(text)) importing = false;
  }

  const words = new Set(body.flatMap(([text]) => text.match(/[A-Za-z_$][\w$]*/g) ?? []));
  const taken = new Set(own.flatMap(([text]) => text.match(/[A-Za-z_$][\w$]*/g) ?? []));
  const added: string[] = [];
  for (const { specifier, names } of providers) {
    const used = [...names].filter((name) => words.has(name) && !taken.has(name));
    for (const name of used) taken.add(name);
    // An import without `type` takes types too, as long as nothing runs the module.
    if (used.length > 0) added.push(`import { ${used.join(', ')} } from '${specifier}';`);
  }
  if (words.has('z') && !taken.has('z')) added.push("import * as z from 'zod';");

  const all: ReadonlyArray<readonly [text: string, line: number | undefined]> = [
    ...added.map((text) => [text, undefined] as const),
    ...own,
    ['export async function example() {', undefined],
    ...body,
    ['}', undefined],
  ];
  return { source: `${all.map(([text]) => text).join('\n')}\n`, lines: all.map(([, original]) => original) };
}
