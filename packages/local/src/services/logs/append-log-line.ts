import type { CallContext } from '../../core/service.ts';
import { putLogEvents } from './events.ts';
import { createLogGroup } from './groups.ts';
import { logStore } from './log-store.ts';
import { createLogStream } from './streams.ts';

/** Adds a line that a container wrote; group and stream come to be with the first one. */
export function appendLogLine(context: CallContext, group: string, stream: string, message: string): void {
  const { groups } = logStore(context);
  if (!groups.has(group)) createLogGroup({ logGroupName: group }, context);
  if (groups.get(group)?.streams.has(stream) === false)
    createLogStream({ logGroupName: group, logStreamName: stream }, context);
  // An event has at least one character.
  if (message === '') return;
  const logEvents = [{ timestamp: Math.floor(context.clock.now()), message }];
  putLogEvents({ logGroupName: group, logStreamName: stream, logEvents }, context);
}
