import { describe, expect, expectTypeOf, test } from 'vitest';
import * as z from 'zod';
import { defineTask } from './task.ts';
import { taskInvocation } from './task-invocation.ts';

const one = defineTask({ name: 'one', params: z.object({ a: z.string() }), run: () => 1 });
const two = defineTask({ name: 'two', params: z.object({}), run: () => 'two' });
const tasks = [one, two];

test('finds the task and hands its parameters on as they are', () => {
  const params = { a: 5 };
  const invocation = taskInvocation(tasks, { task: 'one', params, correlationId: 'c' });
  expect(invocation).toEqual({ task: one, params, correlationId: 'c' });
  expect(invocation.params).toBe(params);
  expectTypeOf(invocation.task).toEqualTypeOf<typeof one | typeof two>();
});

test('without parameters there are none', () => {
  expect(taskInvocation(tasks, { task: 'two' })).toEqual({ task: two, params: {} });
});

describe('another shape is refused', () => {
  test.each<[unknown, string]>([
    [undefined, 'the event is not an object like { "task": "one" }'],
    [null, 'the event is not an object like { "task": "one" }'],
    ['one', 'the event is not an object like { "task": "one" }'],
    [['one'], 'the event is not an object like { "task": "one" }'],
    [{}, "'task' is not a task's name; known: one, two"],
    [{ task: 1 }, "'task' is not a task's name; known: one, two"],
    [{ task: 'three' }, 'there is no task "three"; known: one, two'],
    [{ task: 'toString' }, 'there is no task "toString"; known: one, two'],
    [{ task: 'one', parms: {} }, 'the event has unknown fields parms; known: task, params, correlationId'],
    [{ task: 'one', params: [] }, "'params' of task 'one' is not an object"],
    [{ task: 'one', params: null }, "'params' of task 'one' is not an object"],
    [{ task: 'one', correlationId: 1 }, "'correlationId' is not a string"],
  ])('%j', (event, reason) => {
    expect(() => taskInvocation(tasks, event)).toThrow(
      expect.objectContaining({ code: 'INVOCATION_INVALID', message: `Cannot read task invocation: ${reason}` }),
    );
  });
});
