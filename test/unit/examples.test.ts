import { describe, expect, it } from 'vitest';
import { exampleModule } from '../../docs/examples/example-module.ts';
import { exportedNames } from '../../docs/examples/exported-names.ts';
import { extractBlocks, extractExamples } from '../../docs/examples/extract-examples.ts';

const FENCE = '```';
const SOURCE = `/**
 * Adds.
 *
 * ${FENCE}ts
 * notAnExample();
 * ${FENCE}
 * @example
 * ${FENCE}ts
 * add(1, 2); // 3
 *
 * ${FENCE}
 * @example
 * ${FENCE}text
 * 3
 * ${FENCE}
 */
export function add() {}
`;

describe('the examples of docstrings', () => {
  it('are the ts blocks under @example, with their lines', () => {
    expect(extractExamples(SOURCE)).toEqual([{ line: 9, code: ['add(1, 2); // 3', ''] }]);
  });

  it('are all ts blocks of a README', () => {
    expect(extractBlocks(`# Add\n\n${FENCE}ts\nadd();\n${FENCE}\n${FENCE}sh\nadd\n${FENCE}\n`)).toEqual([
      { line: 4, code: ['add();', ''] },
    ]);
  });

  it('import what they use of the package, and keep the lines that errors are reported at', () => {
    const code = ["import { b } from './own.ts'; // mine", 'export const c = add(a, b);'];
    const providers = [
      { specifier: 'prelude', names: new Set(['a', 'b']) },
      { specifier: 'package', names: new Set(['add', 'b', 'unused']) },
    ];
    const { source, lines } = exampleModule({ line: 9, code }, 'prelude', providers);
    expect(source.split('\n')).toEqual([
      "import { a } from 'prelude';",
      "import { add } from 'package';",
      "import { b } from 'prelude'; // mine",
      'export async function example() {',
      'const c = add(a, b);',
      '}',
      '',
    ]);
    expect(lines).toEqual([undefined, undefined, 9, undefined, 10, undefined]);
  });

  it('see every name that a module exports, and no other', () => {
    const source = [
      "export { type A, b as c, d } from './d.ts';",
      "export type { E } from './e.ts';",
      'export const f = 1;',
      'export async function g() {}',
      '// export const h = 1;',
      'const i = 1;',
    ].join('\n');
    expect([...exportedNames(source)].sort()).toEqual(['A', 'E', 'c', 'd', 'f', 'g']);
  });
});
