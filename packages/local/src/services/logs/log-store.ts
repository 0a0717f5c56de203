import { readString, requireString } from '../../core/input.ts';
import { partitionOf } from '../../core/partition.ts';
import type { CallContext } from '../../core/service.ts';
import { ServiceError } from '../../core/service-error.ts';
import { storeKey } from '../../core/stores.ts';

export interface LogEvent {
  /** 56 digits, in the order of arrival. */
  readonly id: string;
  readonly timestampMs: number;
  readonly ingestionMs: number;
  readonly message: string;
}

export interface LogStream {
  readonly name: string;
  readonly arn: string;
  readonly createdMs: number;
  lastIngestionMs: number | undefined;
  /** In the order of their timestamps, those of one timestamp as they came. */
  events: LogEvent[];
}

export interface LogGroup {
  readonly name: string;
  /** Without the `:*` that some answers put behind it. */
  readonly arn: string;
  readonly createdMs: number;
  readonly kmsKeyId: string | undefined;
  readonly logClass: string;
  retentionDays: number | undefined;
  readonly tags: Map<string, string>;
  readonly streams: Map<string, LogStream>;
}

interface LogStore {
  readonly groups: Map<string, LogGroup>;
  events: number;
}

const STORE = storeKey('logs', (): LogStore => ({ groups: new Map(), events: 0 }));

const DAY_MS = 86_400_000;

/** Drops the events that retention has ended for. */
function expire({ retentionDays, streams }: LogGroup, nowMs: number): void {
  if (retentionDays === undefined) return;
  const oldest = nowMs - retentionDays * DAY_MS;
  for (const stream of streams.values()) {
    const firstRetained = stream.events.findIndex(({ timestampMs }) => timestampMs >= oldest);
    if (firstRetained !== 0 && stream.events.length > 0)
      stream.events = firstRetained < 0 ? [] : stream.events.slice(firstRetained);
  }
}

/** The log groups of one account and region, as they are now. */
export function logStore({ stores, clock }: CallContext): LogStore {
  const store = stores.get(STORE);
  for (const group of store.groups.values()) expire(group, clock.now());
  return store;
}

export const invalid = (message: string) => new ServiceError('InvalidParameterException', message);
export const notFound = (message: string) => new ServiceError('ResourceNotFoundException', message);
export const exists = (message: string) => new ServiceError('ResourceAlreadyExistsException', message);

type Input = Readonly<Record<string, unknown>>;

export const groupArn = ({ region, account }: CallContext, name: string) =>
  `arn:${partitionOf(region)}:logs:${region}:${account}:log-group:${name}`;

/** A valid log group name of a call. @throws ServiceError `InvalidParameterException` */
export function readGroupName(input: Input, member = 'logGroupName'): string {
  const name = requireString(input, member, { min: 1, max: 512 });
  if (!/^[.\-_/#A-Za-z0-9]+$/.test(name)) {
    throw invalid(
      `1 validation error detected: Value '${name}' at '${member}' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+`,
    );
  }
  return name;
}

/** A valid log stream name of a call. @throws ServiceError `InvalidParameterException` */
export function readStreamName(input: Input): string {
  const name = requireString(input, 'logStreamName', { min: 1, max: 512 });
  if (!/^[^:*]*$/.test(name)) {
    throw invalid(
      `1 validation error detected: Value '${name}' at 'logStreamName' failed to satisfy constraint: Member must satisfy regular expression pattern: [^:*]*`,
    );
  }
  return name;
}

/** Which of the two IAM checks an operation on. */
type Checked = 'group' | 'stream';

function findGroup(context: CallContext, name: string, input: Input, checked: Checked): LogGroup {
  const part = checked === 'stream' ? `log-stream:${readStreamName(input)}` : '*';
  context.touches(`${groupArn(context, name)}:${part}`);
  const group = logStore(context).groups.get(name);
  if (group === undefined) throw notFound('The specified log group does not exist.');
  return group;
}

/** The group that `logGroupName` names. @throws ServiceError `ResourceNotFoundException` */
export const groupOf = (input: Input, context: CallContext, checked: Checked = 'group'): LogGroup =>
  findGroup(context, readGroupName(input), input, checked);

/** The group that `logGroupName` or `logGroupIdentifier` (a name or an ARN) names. */
export function groupByNameOrIdentifier(input: Input, context: CallContext, checked: Checked = 'group'): LogGroup {
  const name = readString(input, 'logGroupName');
  const identifier = readString(input, 'logGroupIdentifier');
  if ((name === undefined) === (identifier === undefined)) {
    throw invalid('Exactly one of logGroupName and logGroupIdentifier must be given');
  }
  if (name !== undefined) return groupOf(input, context, checked);
  // `:*` is not part of an identifier (recorded on AWS).
  if (identifier !== undefined && !/^[\w#+=/:,.@-]*$/.test(identifier)) {
    throw invalid(
      `1 validation error detected: Value '${identifier}' at 'logGroupIdentifier' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w#+=/:,.@-]*`,
    );
  }
  const [, region, account, named] = /^arn:[\w-]+:logs:([^:]*):([^:]*):log-group:([^:]+)$/.exec(identifier ?? '') ?? [];
  if (named === undefined) return findGroup(context, readGroupName(input, 'logGroupIdentifier'), input, checked);
  if (region !== context.region || account !== context.account) {
    throw new ServiceError('AccessDeniedException', `The log group ${identifier} is in another account or region`);
  }
  return findGroup(context, named, input, checked);
}

/** The stream that `logStreamName` names. @throws ServiceError `ResourceNotFoundException` */
export function streamOf(group: LogGroup, input: Input): LogStream {
  const name = readStreamName(input);
  const stream = group.streams.get(name);
  if (stream === undefined) throw notFound('The specified log stream does not exist.');
  return stream;
}
