import type { CallContext } from '../../core/service.ts';
import { validationError } from './errors.ts';
import type { StreamViewType, TableStream } from './stream-state.ts';
import type { Table } from './table.ts';
import { STORE } from './table-store.ts';
import { closeStream, refreshShards } from './table-stream.ts';

export const STREAM_SPECIFICATION = {
  type: 'structure',
  members: {
    StreamEnabled: { type: 'boolean', required: true },
    StreamViewType: { type: 'string', values: ['NEW_IMAGE', 'OLD_IMAGE', 'NEW_AND_OLD_IMAGES', 'KEYS_ONLY'] },
  },
} as const;

interface StreamSpecification {
  readonly StreamEnabled: boolean;
  readonly StreamViewType?: StreamViewType | undefined;
}

const invalid = (reason: string) => validationError(`One or more parameter values were invalid: ${reason}`);

/**
 * The view that a specification asks for; undefined for none.
 *
 * @throws ServiceError when it contradicts itself.
 */
export function readStreamView({ StreamEnabled, StreamViewType }: StreamSpecification): StreamViewType | undefined {
  if (StreamEnabled && StreamViewType === undefined) {
    throw invalid('StreamViewType must be specified when StreamEnabled is true');
  }
  if (!StreamEnabled && StreamViewType !== undefined) {
    throw invalid('StreamViewType cannot be specified when StreamEnabled is false');
  }
  return StreamViewType;
}

/** Gives the table a new stream, from now on. */
export function openStream(context: CallContext, table: Table, viewType: StreamViewType): void {
  const { streams } = context.stores.get(STORE);
  const now = context.clock.now();
  // The label is the time of the request; two within a millisecond must differ still.
  let labelMs = now;
  const labelOf = (ms: number) => new Date(ms).toISOString().slice(0, -1);
  const arnOf = (ms: number) => `${table.arn}/stream/${labelOf(ms)}`;
  while (streams.has(arnOf(labelMs))) labelMs += 1;
  const stream: TableStream = {
    arn: arnOf(labelMs),
    label: labelOf(labelMs),
    tableName: table.name,
    key: table.key,
    viewType,
    createdAtMs: now,
    disabledAtMs: undefined,
    nextSequence: 1,
    shards: [],
  };
  refreshShards(stream, now);
  streams.set(stream.arn, stream);
  table.stream = stream;
}

/** Switches a table's stream on or off. @throws ServiceError for a switch to where it is. */
export function switchStream(context: CallContext, table: Table, specification: StreamSpecification): void {
  const viewType = readStreamView(specification);
  const enabled = table.stream !== undefined && table.stream.disabledAtMs === undefined;
  if (viewType !== undefined) {
    if (enabled) throw validationError(`Table already has an enabled stream: TableName: ${table.name}`);
    openStream(context, table, viewType);
    return;
  }
  if (!enabled || table.stream === undefined) {
    throw validationError(`Table already has a disabled stream: TableName: ${table.name}`);
  }
  closeStream(table.stream, context.clock.now());
}
