import { describe, expect, it } from 'vitest';
import { xrayFor } from './producing.ts';

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const ROOT = 'Root=1-0af76519-16cd43dd8448eb211c80319c';
const xrayOf = (xray: string | undefined, parent = traceparent) =>
  xrayFor({ traceparent: parent, ...(xray === undefined ? {} : { xray }) }).xray;

describe('the X-Ray header of a span', () => {
  it('is made where there is none', () => {
    expect(xrayFor({ traceparent, tracestate: 'a=1' })).toEqual({
      traceparent,
      tracestate: 'a=1',
      xray: `${ROOT};Parent=b7ad6b7169203331;Sampled=1`,
    });
  });

  it.each(['00', '02', '01', '03'])('says what is decided of flags %s', (flags) => {
    const sampled = flags === '01' || flags === '03' ? 1 : 0;
    expect(xrayOf(undefined, traceparent.replace(/01$/, flags))).toMatch(new RegExp(`;Sampled=${sampled}$`));
  });

  it.each([
    [`${ROOT};Parent=53995c3f42cd8ad8;Sampled=0`, `${ROOT};Parent=b7ad6b7169203331;Sampled=1`],
    [`Sampled=?;${ROOT.toUpperCase()};`, `${ROOT.toUpperCase()};Parent=b7ad6b7169203331;Sampled=1`],
    [
      `Self=1-0-1;${ROOT};Parent=53995c3f42cd8ad8;Lineage=a87bd80c:1`,
      `Self=1-0-1;${ROOT};Lineage=a87bd80c:1;Parent=b7ad6b7169203331;Sampled=1`,
    ],
  ])('%s of the same trace names the span from here on', (before, after) => expect(xrayOf(before)).toBe(after));

  it('of another trace stays as it came, and so does a trace without a span', () => {
    const other = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1';
    expect(xrayOf(other)).toBe(other);
    expect(xrayFor({ xray: other })).toEqual({ xray: other });
    expect(xrayFor({})).toEqual({});
  });
});
