import { describe, expect, it } from 'vitest';
import { englishFaults } from '../english/rules.ts';
import { proseOfMarkdown, proseOfTypeScript } from '../english/text-of.ts';

const inTypeScript = (source: string) => englishFaults(source, proseOfTypeScript(source)).map(({ line }) => line);
const inMarkdown = (source: string) => englishFaults(source, proseOfMarkdown(source)).map(({ line }) => line);

describe('the lint for English', () => {
  it.each([
    '/** What the queue holds. */',
    '/**\n * What the queue holds.\n */',
    '// this is no queue',
    "throw new TypeError('key is no resource definition');",
    'const text = `it is no number`;',
    '// Nobody waits for it',
    '/* whoever called */',
    '// the handler is told',
    '// a file of its own',
    '// it waits for ever',
    '// the message is\n',
    `// ${'x'.repeat(98)}`,
  ])('%j', (source) => expect(inTypeScript(source)).toHaveLength(source.includes('message is') ? 0 : 1));

  it('finds a phrase that goes on in the next line of a comment', () => {
    expect(inTypeScript('const a = 1;\n/**\n * The key is\n * no number.\n */')).toEqual([3]);
  });

  it('leaves code alone, and what the rules allow', () => {
    const fine = [
      'const nobody = 1 / 2; const more = nobody / 3;',
      'const pattern = /is no [a-z]/;',
      '// The lease is no longer held.',
      `const long = '${'x'.repeat(120)}';`,
      '/** Whatever the handler returns. */',
    ];
    for (const source of fine) expect(inTypeScript(source), source).toEqual([]);
  });

  it('reads Markdown outside of code', () => {
    expect(inMarkdown('A queue is no topic.\n```ts\n// is no code\n```\nUse `is no`, nobody minds.')).toEqual([1, 5]);
  });
});
