import { expect, it } from 'vitest';
import { createBackground } from '../../core/background.ts';
import { createCallLog } from '../../core/call-log.ts';
import { createClock } from '../../core/clock.ts';
import { World } from '../../core/stores.ts';
import { oneUpdate } from './parameter-store.ts';

it('refuses an update that comes in with another of the same parameter, and lets later ones through', async () => {
  const clock = createClock(() => 0);
  const world = new World(createBackground({ clock, calls: createCallLog(), log: () => {} }));
  const here = { clock, stores: world.stores('1', 'eu-west-1') };
  const there = { clock, stores: world.stores('1', 'eu-west-2') };
  const first = oneUpdate('a', here, () => 1);
  await expect(oneUpdate('a', here, () => 2)).rejects.toMatchObject({ code: 'TooManyUpdates' });
  expect(await Promise.all([first, oneUpdate('b', here, () => 3), oneUpdate('a', there, () => 4)])).toEqual([1, 3, 4]);
  const failing = () => {
    throw new Error('refused');
  };
  await expect(oneUpdate('a', here, failing)).rejects.toThrow('refused');
  expect(await oneUpdate('a', here, () => 5)).toBe(5);
});
