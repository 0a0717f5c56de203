import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LegOutcome, RunCommand, RunStatus } from './run-status.ts';
import { afterCommand, afterLeg, asLegBegins, isSettled, mayBegin, RUN_STATUSES } from './run-status.ts';

const commands: readonly RunCommand[] = ['pause', 'resume', 'cancel'];
const outcomes: readonly LegOutcome[] = ['done', 'failed', 'yielded', 'paused'];

describe('the status of a run', () => {
  it('leaves the ends only where a person resumes an error', () => {
    for (const command of commands) {
      expect(() => afterCommand('succeeded', command, 'r')).toThrow(
        expect.objectContaining({ code: 'RUN_REFUSED', message: expect.stringContaining('it is succeeded') }),
      );
    }
    expect(afterCommand('errored', 'resume', 'r')).toBe('enqueued');
    expect(afterCommand('cancelled', 'cancel', 'r')).toBe('cancelled');
    expect(() => afterCommand('cancelled', 'resume', 'r')).toThrow('Cannot resume run r: it is cancelled');
  });

  it.each<[RunStatus, LegOutcome, RunStatus]>([
    ['running', 'done', 'succeeded'],
    ['pausing', 'done', 'succeeded'],
    ['cancelling', 'done', 'succeeded'],
    ['cancelling', 'failed', 'errored'],
    ['running', 'yielded', 'interrupted'],
    ['running', 'paused', 'paused'],
    ['pausing', 'yielded', 'paused'],
    ['cancelling', 'yielded', 'cancelled'],
    ['cancelling', 'paused', 'cancelled'],
  ])('%s, after a leg that %s, is %s', (status, outcome, next) => {
    expect(afterLeg(status, outcome)).toBe(next);
  });

  it('keeps a request that a dead leg did not live to see', () => {
    expect(RUN_STATUSES.filter(mayBegin).map(asLegBegins)).toEqual([
      'running',
      'running',
      'pausing',
      'cancelling',
      'running',
    ]);
  });

  it('comes to an end from everywhere: with commands, legs and deaths in any order', () => {
    const step = fc.oneof(
      fc.record({ command: fc.constantFrom(...commands) }),
      fc.record({ outcome: fc.constantFrom(...outcomes) }),
      fc.constant({ death: true as const }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        let status: RunStatus = 'enqueued';
        let atWork = false;
        for (const one of steps) {
          if ('command' in one) {
            try {
              status = afterCommand(status, one.command, 'r');
            } catch {
              // refused: nothing changes
            }
          } else if ('death' in one) atWork = false;
          else if (atWork) {
            status = afterLeg(status, one.outcome);
            atWork = false;
          } else if (mayBegin(status)) {
            status = asLegBegins(status);
            atWork = true;
          }
          // While a leg is at work the status says so: no command settles the run behind its back.
          if (atWork) expect(['running', 'pausing', 'cancelling']).toContain(status);
          expect(RUN_STATUSES).toContain(status);
        }
        // A leg that only looks ends what is neither settled nor asked to stop.
        if (!atWork && mayBegin(status)) status = afterLeg(asLegBegins(status), 'done');
        if (!atWork) expect(isSettled(status)).toBe(true);
      }),
    );
  });
});
