import { parseEnv } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dotenvLine, parseDotenv } from './dotenv.ts';

const valuesOf = (text: string) => {
  const parsed = parseDotenv(text);
  return 'values' in parsed ? { ...parsed.values } : parsed.fault;
};

describe('the grammar', () => {
  it.each([
    ['A="{\\"type\\":1}"', '{"type":1}'],
    ['A="pa\\"ss"', 'pa"ss'],
    ['A="a\\nb\\\\n"', 'a\nb\\n'],
    ["A='a\\nb'", 'a\\nb'],
    ['A=`it\'s "so"`', 'it\'s "so"'],
    ['A=pa#ss', 'pa#ss'],
    ['A=#x', ''],
    ['A= # why', ''],
    ['A=a b  # why', 'a b'],
    ["A=it's", "it's"],
    ['A="1" # why', '1'],
    ['  export A = 1  ', '1'],
    ['A="x\r\ny"', 'x\ny'],
    ['A=1\rB=2', '1'],
    ['A={"a":1}', '{"a":1}'],
    ['A=', ''],
  ])('%j', (text, value) => {
    expect(valuesOf(text)).toMatchObject({ A: value });
  });

  it.each([
    ['B=1\nA="open', 'line 2 has a " that is not closed'],
    ["A='tis", "line 1 has a ' that is not closed"],
    ['A="a"b', 'line 1 has text after the closing quote'],
    ['A="C:\\temp"', 'line 1 has a backslash that is not an escape; write \\\\ for a backslash, or use single quotes'],
    ['# ok\n\nA', 'line 3 is not NAME=value'],
    ['A: 1', 'line 1 is not NAME=value'],
    ['1A=1', 'line 1 is not NAME=value'],
  ])('%j is a fault', (text, fault) => {
    expect(valuesOf(text)).toBe(fault);
  });
});

/** The grammar again, as productions: each gives a text and what it means. */
const blanks = fc.stringMatching(/^[ \t]{0,2}$/);
const newline = fc.constantFrom('\n', '\r\n', '\r');
const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_.-]{0,5}$/).filter((text) => text !== '__proto__');
const comment = fc.stringMatching(/^#[^\n\r]{0,9}$/);
const bare = fc
  .stringMatching(/^[^\n\r]{0,12}$/)
  .filter((text) => !/^\s*['"`#]|[ \t]#/.test(text))
  .map((text) => ({ text, value: text.trim() }));
const quoted = (mark: string) =>
  fc
    .string({ unit: 'grapheme', maxLength: 12 })
    .filter((text) => !text.includes(mark))
    .map((text) => ({ text: `${mark}${text}${mark}`, value: text.replace(/\r\n?/g, '\n') }));
const character = fc.oneof(
  fc.stringMatching(/^[^\\"\n\r]$/).map((text) => ({ text, value: text })),
  newline.map((text) => ({ text, value: '\n' })),
  fc.constantFrom(
    { text: '\\n', value: '\n' },
    { text: '\\r', value: '\r' },
    { text: '\\\\', value: '\\' },
    { text: '\\"', value: '"' },
  ),
);
const doubleQuoted = fc.array(character, { maxLength: 12 }).map((parts) => ({
  text: `"${parts.map(({ text }) => text).join('')}"`,
  // A break may be two characters by the chance of its neighbours: \r, then \n.
  value: parts.map(({ text, value }, at) => (text === '\n' && parts[at - 1]?.text === '\r' ? '' : value)).join(''),
}));
const value = fc.oneof(
  bare.map((one) => ({ ...one, bare: true })),
  fc.oneof(quoted("'"), quoted('`'), doubleQuoted).map((one) => ({ ...one, bare: false })),
);
const assignment = fc
  .record({
    indent: blanks,
    exported: fc.boolean(),
    name,
    before: blanks,
    after: blanks,
    value,
    note: fc.option(comment),
  })
  .map((one) => ({
    name: one.name,
    value: one.value.value,
    text: `${one.indent}${one.exported ? 'export ' : ''}${one.name}${one.before}=${one.after}${one.value.text}${one.note === null ? '' : ` ${one.note}`}`,
  }));
const line = fc.oneof(
  { weight: 4, arbitrary: assignment },
  { weight: 1, arbitrary: fc.tuple(blanks, fc.option(comment, { nil: '' })).map(([a, b]) => ({ text: a + b })) },
);

describe('properties', () => {
  it('reads every text of the grammar as the grammar means it', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(line, newline), { maxLength: 8 }), (lines) => {
        // A lone \r before a line that begins with \n cannot happen: no line begins with a break.
        const text = lines.map(([one, end]) => one.text + end).join('');
        const expected: Record<string, string> = {};
        for (const [one] of lines) if ('name' in one) expected[one.name] = one.value;
        expect(valuesOf(text)).toEqual(expected);
      }),
      { numRuns: 2_000 },
    );
  });

  it('reads back what it writes, between other lines', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 20 }), (text) => {
        const value = text.replace(/\r\n?/g, '\n');
        expect(valuesOf(`B=1\n${dotenvLine('A', value)}C=2\n`)).toEqual({ A: value, B: '1', C: '2' });
      }),
      { numRuns: 2_000 },
    );
    expect(valuesOf(dotenvLine('A', '\'`"\r\n\\'))).toEqual({ A: '\'`"\r\n\\' });
  });

  it('any text is values that are read whole, or a fault that shows none of it', () => {
    const parts = fc.constantFrom('A', '=', '"', "'", '`', '\\', '#', ' ', '\n', 'zq');
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 20 }), (list) => {
        const read = valuesOf(list.join(''));
        if (typeof read === 'string') expect(read).not.toContain('zq');
        else
          expect(
            valuesOf(
              Object.entries(read)
                .map(([key, text]) => dotenvLine(key, text))
                .join(''),
            ),
          ).toEqual(read);
      }),
      { numRuns: 2_000 },
    );
  });

  it('agrees with Node where it writes without escapes', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[^\r\\"`]{1,12}$/), (text) => {
        expect(parseEnv(dotenvLine('A', text)).A).toBe(text);
      }),
    );
  });
});
