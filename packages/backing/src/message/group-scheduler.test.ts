import fc from 'fast-check';
import { expect, it } from 'vitest';
import { GroupScheduler } from './group-scheduler.ts';

it('keeps one member of a group active and the others in order', () => {
  const groups = new GroupScheduler<number>();
  expect([groups.admit('a', 1), groups.admit('a', 2), groups.admit('b', 3), groups.admit('a', 4)]).toEqual([
    true,
    false,
    true,
    false,
  ]);
  expect(groups.waiting).toBe(2);
  expect([groups.advance('a'), groups.advance('a'), groups.advance('a')]).toEqual([2, 4, undefined]);
  expect(groups.waiting).toBe(0);
  expect(groups.activeGroups).toBe(1);
  expect(groups.admit('a', 5)).toBe(true);
});

it('frees a group whose active member failed and returns those behind it', () => {
  const groups = new GroupScheduler<number>();
  for (const member of [1, 2, 3]) groups.admit('a', member);
  expect(groups.clear('a')).toEqual([2, 3]);
  expect(groups.waiting).toBe(0);
  expect(groups.admit('a', 4)).toBe(true);
  expect(groups.clear('unknown')).toEqual([]);
});

it('removes the waiting members of all groups and leaves the active ones', () => {
  const groups = new GroupScheduler<number>();
  for (const [group, member] of [
    ['a', 1],
    ['a', 2],
    ['b', 3],
    ['b', 4],
  ] as const) {
    groups.admit(group, member);
  }
  expect(groups.removeWaiting()).toEqual([2, 4]);
  expect([groups.waiting, groups.activeGroups]).toEqual([0, 2]);
  expect(groups.admit('a', 5)).toBe(false);
});

it('never activates two members of a group, and each member once, in any order of events', () => {
  const step = fc.tuple(fc.constantFrom('admit', 'advance', 'clear'), fc.constantFrom('a', 'b', 'c'));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const groups = new GroupScheduler<number>();
      const active = new Map<string, number>();
      const activated: number[] = [];
      let waiting = 0;
      steps.forEach(([action, group], member) => {
        if (action === 'admit') {
          const starts = groups.admit(group, member);
          expect(starts).toBe(!active.has(group));
          if (!starts) waiting += 1;
          else active.set(group, member);
          if (starts) activated.push(member);
        } else if (active.has(group)) {
          if (action === 'clear') {
            waiting -= groups.clear(group).length;
            active.delete(group);
          } else {
            const next = groups.advance(group);
            if (next === undefined) active.delete(group);
            else {
              expect(next).toBeGreaterThan(active.get(group) ?? 0);
              active.set(group, next);
              activated.push(next);
              waiting -= 1;
            }
          }
        }
        expect(groups.waiting).toBe(waiting);
        expect(groups.activeGroups).toBe(active.size);
      });
      expect(new Set(activated).size).toBe(activated.length);
    }),
  );
});
