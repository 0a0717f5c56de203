import type { Action } from '../../../core/service.ts';
import { exists } from '../errors.ts';
import { groupOf, readStreamName } from '../find.ts';

export const createLogStream: Action = (input, context) => {
  const group = groupOf(input, context);
  const name = readStreamName(input);
  if (group.streams.has(name)) throw exists('The specified log stream already exists');
  group.streams.set(name, {
    name,
    arn: `${group.arn}:log-stream:${name}`,
    createdMs: context.clock.now(),
    lastIngestionMs: undefined,
    events: [],
  });
};
