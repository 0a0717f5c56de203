import { describe, expect, it } from 'vitest';
import { readableLine } from './readable-line.ts';

const entry = {
  timestamp: '2026-11-30T05:47:57.568Z',
  level: 'INFO',
  service: 'greeter',
  component: 'requests',
  message: 'message handled',
  duration_ms: 18.648306,
  kind: 'message',
};

describe('a log line for a reader', () => {
  it('has time, level, component, message and the other fields', () => {
    expect(readableLine('service', JSON.stringify(entry), false)).toBe(
      '05:47:57.568 INFO  requests       message handled  duration_ms=18.6 kind=message',
    );
  });

  it('shows the stack of an error below', () => {
    const error = { name: 'TypeError', message: 'no rows', stack: 'TypeError: no rows\n    at place (a.ts:1:2)' };
    const text = readableLine('service', JSON.stringify({ ...entry, level: 'ERROR', error }), false);
    expect(text?.split('\n').slice(1)).toEqual(['    TypeError: no rows', '        at place (a.ts:1:2)']);
    expect(readableLine('s', JSON.stringify({ ...entry, error: { name: 'Oops', message: 'x' } }), false)).toContain(
      '\n    Oops: x',
    );
  });

  it('leaves out metrics and the reports of the platform', () => {
    expect(readableLine('http', JSON.stringify({ _aws: {}, latency: 3 }), false)).toBeUndefined();
    expect(readableLine('http', JSON.stringify({ type: 'platform.report' }), false)).toBeUndefined();
  });

  it('keeps any other line', () => {
    expect(readableLine('http', '{ not json', false)).toBe('http           { not json');
    expect(readableLine('http', 'hello', true)).toContain('hello');
  });

  it('cuts long fields', () => {
    const text = readableLine(
      'http',
      JSON.stringify({ ...entry, steps: 'x'.repeat(3).split('').concat('y'.repeat(400)) }),
      false,
    );
    expect(text?.length).toBeLessThan(300);
  });
});
