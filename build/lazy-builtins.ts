import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';

/**
 * Loads Node's own modules when something of them is first used. Importing `node:http` as an ES
 * module costs 36 ms of CPU on Node 24, since all of its exports are read; by getBuiltinModule it
 * is 5 ms.
 *
 * @param root - the package; only the exports whose names occur in its sources are offered
 */
export function lazyBuiltins(root: string): Plugin {
  const words = wordsOf(root);
  return {
    name: 'lazy-builtins',
    setup: ({ onResolve, onLoad }) => {
      // A dynamic import is late already, and needs a namespace with `default`.
      onResolve({ filter: /^node:/ }, ({ path, kind }) =>
        kind === 'dynamic-import' ? { path, external: true } : { path, namespace: 'builtin' },
      );
      onLoad({ filter: /.*/, namespace: 'builtin' }, async ({ path }) => {
        const used = await words;
        const names = Object.keys(await import(path)).filter((name) => name !== 'default' && used.has(name));
        const getters = names.map((name) => `get ${name}(){return m().${name}}`).join();
        return {
          contents: `let c;const m=()=>c??=process.getBuiltinModule(${JSON.stringify(path)});module.exports={${getters}};`,
        };
      });
    },
  };
}

async function wordsOf(root: string): Promise<ReadonlySet<string>> {
  const words = new Set<string>();
  for await (const path of glob('src/**/*.ts', { cwd: root })) {
    for (const [word] of (await readFile(join(root, path), 'utf8')).matchAll(/\w+/g)) words.add(word);
  }
  return words;
}
