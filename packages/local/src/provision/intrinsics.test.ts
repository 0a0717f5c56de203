// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of CloudFormation
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Scope } from './intrinsics.ts';
import { NO_VALUE, resolveIntrinsics } from './intrinsics.ts';

const scope: Scope = {
  region: 'eu-west-1',
  ref: (name) => {
    if (name === 'AWS::NoValue') return NO_VALUE;
    if (name === 'Zones') return ['a', 'b'];
    if (name === 'Missing') throw new Error('Missing is not there');
    return `ref-${name}`;
  },
  attribute: (id, name) => `${id}/${name}`,
  condition: (name) => name === 'Yes',
  mapping: (...keys) => {
    if (keys.includes('none')) throw new Error('the template has no such mapping');
    return keys.join('+');
  },
};
const resolve = (value: unknown) => resolveIntrinsics(value, scope, 'X');

describe('each function', () => {
  it.each<[unknown, unknown]>([
    [{ Ref: 'Queue' }, 'ref-Queue'],
    [{ 'Fn::GetAtt': ['Queue', 'Arn'] }, 'Queue/Arn'],
    [{ 'Fn::GetAtt': 'Stack.Outputs.Url' }, 'Stack/Outputs.Url'],
    [{ 'Fn::GetAtt': ['Queue', { Ref: 'Name' }] }, 'Queue/ref-Name'],
    [
      { 'Fn::Sub': 'a-${Stage}-${Queue.Arn}-${!Literal}-$x-${AWS::Region}' },
      'a-ref-Stage-Queue/Arn-${Literal}-$x-ref-AWS::Region',
    ],
    [{ 'Fn::Sub': ['${A}${B}', { A: { Ref: 'Q' }, B: 7 }] }, 'ref-Q7'],
    [{ 'Fn::Sub': ['${A.B}', { 'A.B': 'own' }] }, 'own'],
    [{ 'Fn::Join': ['-', ['a', { Ref: 'B' }, 3, true]] }, 'a-ref-B-3-true'],
    [{ 'Fn::Join': [',', { Ref: 'Zones' }] }, 'a,b'],
    [{ 'Fn::Join': ['', ['a', { Ref: 'AWS::NoValue' }]] }, 'a'],
    [{ 'Fn::Select': [1, ['a', 'b']] }, 'b'],
    [{ 'Fn::Select': ['0', { 'Fn::Split': ['/', 'x/y'] }] }, 'x'],
    [{ 'Fn::Split': ['|', 'a||b'] }, ['a', '', 'b']],
    [{ 'Fn::If': ['Yes', 1, { Ref: 'Missing' }] }, 1],
    [{ 'Fn::If': ['No', { Ref: 'Missing' }, [2]] }, [2]],
    [{ 'Fn::FindInMap': ['M', { Ref: 'A' }, 'b'] }, 'M+ref-A+b'],
    [{ 'Fn::FindInMap': ['M', 'none', 'b', { DefaultValue: { Ref: 'D' } }] }, 'ref-D'],
    [{ 'Fn::Base64': { 'Fn::Sub': 'ü' } }, 'w7w='],
    [{ 'Fn::Select': [0, { 'Fn::GetAZs': '' }] }, 'eu-west-1a'],
    [
      {
        a: { Ref: 'AWS::NoValue' },
        b: [{ Ref: 'AWS::NoValue' }, 1],
        c: { 'Fn::If': ['No', 1, { Ref: 'AWS::NoValue' }] },
      },
      { b: [1] },
    ],
    [
      { Condition: { StringEquals: { Ref: 'A' } }, Other: 1 },
      { Condition: { StringEquals: 'ref-A' }, Other: 1 },
    ],
    [{ Condition: 'Yes' }, { Condition: 'Yes' }],
    [
      { Ref: 'A', Other: 1 },
      { Ref: 'A', Other: 1 },
    ],
  ])('%j gives %j', (value, expected) => {
    expect(resolve(value)).toEqual(expected);
  });

  it.each<[unknown, RegExp]>([
    [
      { a: [{ 'Fn::Join': ['-', { Ref: 'NoList' }] }] },
      /^Cannot resolve Fn::Join in X\.a\.0: the second argument must be a list, not a string/,
    ],
    [{ 'Fn::Join': ['-'] }, /takes 2 arguments, not 1/],
    [{ 'Fn::Join': ['-', [{ a: 1 }]] }, /each item must be a string, not an object/],
    [{ 'Fn::Select': [2, ['a', 'b']] }, /index 2 is not in a list of 2/],
    [{ 'Fn::Select': ['x', ['a']] }, /index NaN/],
    [{ 'Fn::Sub': '${Missing}' }, /^Cannot resolve Fn::Sub in X: Missing is not there/],
    [{ 'Fn::Sub': '${Zones}' }, /Zones must be a string, not a list/],
    [
      { b: { 'Fn::Sub': ['${A}', { A: { 'Fn::Select': [9, []] } }] } },
      /^Cannot resolve Fn::Select in X\.b\.Fn::Sub: the index 9/,
    ],
    [{ 'Fn::FindInMap': ['M', 'none', 'b'] }, /no such mapping/],
    [{ 'Fn::ImportValue': 'other-stack' }, /exports of other stacks are not known here; pass the value as a parameter/],
    [{ 'Fn::Cidr': ['10.0.0.0/16', 2, 8] }, /^Cannot resolve Fn::Cidr in X: known are Ref, /],
    [{ 'Fn::toString': '' }, /Cannot resolve Fn::toString/],
  ])('refuses %j', (value, message) => {
    expect(() => resolve(value)).toThrow(message);
  });
});

describe('for any input', { timeout: 60_000 }, () => {
  const key = fc.string().filter((name) => name !== 'Ref' && !name.startsWith('Fn::') && name !== '__proto__');
  const literal = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.string(),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('value')),
      fc.dictionary(key, tie('value')),
    ),
  })).value;

  it('leaves what holds no function as it is', () => {
    fc.assert(
      fc.property(literal, (value) => {
        expect(resolve(value)).toEqual(value);
      }),
    );
  });

  it('joins again what it splits', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.array(fc.string()), (delimiter, parts) => {
        const source = parts.join(delimiter);
        expect(resolve({ 'Fn::Join': [delimiter, { 'Fn::Split': [delimiter, source] }] })).toBe(source);
      }),
    );
  });

  it('substitutes what is written, once, and nothing else', () => {
    const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9]{0,8}$/);
    const part = fc.oneof(
      fc
        .string()
        .filter((text) => !text.includes('$') && !/[{}]/.test(text))
        .map((text) => [text, text] as const),
      name.map((found) => [`\${${found}}`, `ref-${found}`] as const),
      name.map((found) => [`\${!${found}}`, `\${${found}}`] as const),
      fc.tuple(name, name).map(([id, attribute]) => [`\${${id}.${attribute}}`, `${id}/${attribute}`] as const),
    );
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const [written, expected] = [0, 1].map((side) => parts.map((each) => each[side]).join(''));
        fc.pre(!written?.includes('Missing') && !written?.includes('Zones'));
        expect(resolve({ 'Fn::Sub': written })).toBe(expected);
      }),
    );
  });

  it('does not read a substituted value again', () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        expect(resolve({ 'Fn::Sub': ['<${V}>', { V: `${value}\${Queue}$&` }] })).toBe(`<${value}\${Queue}$&>`);
      }),
    );
  });

  it('selects what a list holds', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1 }), fc.nat(), (items, seed) => {
        const index = seed % items.length;
        expect(resolve({ 'Fn::Select': [fc.stringify(index), items] })).toBe(items[index]);
      }),
    );
  });
});
