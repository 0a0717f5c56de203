import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseXml, xmlAt, xmlMap } from './xml.ts';

const escaped = (text: string) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

describe('parseXml', () => {
  it('reads structures, lists and maps', () => {
    const root = parseXml(`<?xml version="1.0"?>
      <R xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Result><Empty/><Attributes>
        <entry><key>Policy</key><value>{&quot;a&quot;:1}</value></entry><entry><key>Name</key><value></value></entry>
      </Attributes><List><member>1</member><member>2</member></List></Result></R>`);
    expect(xmlMap(root, 'Result', 'Attributes')).toEqual({ Policy: '{"a":1}', Name: '' });
    expect(xmlAt(root, 'Result', 'List')?.children.map(({ text }) => text)).toEqual(['1', '2']);
    expect(xmlAt(root, 'Result', 'Empty')?.text).toBe('');
    expect(xmlAt(root, 'Result', 'None', 'Deeper')).toBeUndefined();
  });

  it('gives any text back that was escaped', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(parseXml(`<a>${escaped(text)}</a>`).text).toBe(text);
        expect(parseXml(`<a>&#x${(0x1f600).toString(16)};&#10;</a>`).text).toBe('😀\n');
      }),
    );
  });

  it('refuses what is not XML', () => {
    expect(() => parseXml('Bad Gateway')).toThrow(/not XML/);
  });
});
