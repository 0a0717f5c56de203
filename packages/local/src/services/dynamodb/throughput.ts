import { validationError } from './errors.ts';
import type { Checked } from './input/shape.ts';

// The texts were recorded on AWS by the public project ack-api-quirks (October 2026,
// DDB-TABLE-442).

/** Provisioned capacity, in units. Zero on demand. */
export interface Throughput {
  readonly read: number;
  readonly write: number;
}

/** The most that on-demand requests may use, in units a second; undefined means no limit. */
export interface OnDemandLimits {
  readonly read: number | undefined;
  readonly write: number | undefined;
}

/** The capacity of a table or of a global index. */
export interface Capacity {
  readonly throughput: Throughput;
  readonly onDemand: OnDemandLimits | undefined;
  /** Units a second that are ready at once: never less than was provisioned or asked for before. */
  readonly warm: Throughput;
}

export const THROUGHPUT = {
  type: 'structure',
  members: {
    ReadCapacityUnits: { type: 'Long', min: 1, required: true },
    WriteCapacityUnits: { type: 'Long', min: 1, required: true },
  },
} as const;

export const ON_DEMAND_THROUGHPUT = {
  type: 'structure',
  members: { MaxReadRequestUnits: { type: 'Long' }, MaxWriteRequestUnits: { type: 'Long' } },
} as const;

export const WARM_THROUGHPUT = {
  type: 'structure',
  members: { ReadUnitsPerSecond: { type: 'Long' }, WriteUnitsPerSecond: { type: 'Long' } },
} as const;

export const BILLING_MODE = { type: 'string', values: ['PROVISIONED', 'PAY_PER_REQUEST'] } as const;

export type BillingMode = 'PROVISIONED' | 'PAY_PER_REQUEST';

/** The members of a table's or an index's input that say its capacity. */
interface CapacityInput {
  readonly ProvisionedThroughput?: Checked<typeof THROUGHPUT> | undefined;
  readonly OnDemandThroughput?: Checked<typeof ON_DEMAND_THROUGHPUT> | undefined;
  readonly WarmThroughput?: Checked<typeof WARM_THROUGHPUT> | undefined;
}

const NONE: Throughput = { read: 0, write: 0 };

/** Source: "On-demand capacity mode": a new table serves 12,000 reads and 4,000 writes a second. */
const INITIAL_ON_DEMAND: Throughput = { read: 12_000, write: 4000 };

/** The capacity of an index that has none: a local one uses its table's. */
export const NO_CAPACITY: Capacity = { throughput: NONE, onDemand: undefined, warm: NONE };

const invalid = (reason: string) => validationError(`One or more parameter values were invalid: ${reason}`);

/** `for table` or `for index NAME`, as AWS's messages say it. */
const subjectOf = (index: string | undefined) => (index === undefined ? 'for table' : `for index ${index}`);

/** `-1` removes a limit. */
function readOnDemand(
  input: CapacityInput['OnDemandThroughput'],
  mode: BillingMode,
  index: string | undefined,
): OnDemandLimits | undefined {
  const read = (name: 'MaxReadRequestUnits' | 'MaxWriteRequestUnits') => {
    const units = input?.[name];
    if (units === undefined) return undefined;
    if (mode === 'PROVISIONED') {
      const which = index === undefined ? '' : ` for index : ${index}`;
      throw invalid(
        `${name} for OnDemandThroughput cannot be specified${which} when the table BillingMode is PROVISIONED`,
      );
    }
    if (units !== -1 && units < 1) {
      throw invalid(`Requested ${name} for OnDemandThroughput ${subjectOf(index)} is outside of valid range`);
    }
    return units === -1 ? undefined : units;
  };
  const limits = { read: read('MaxReadRequestUnits'), write: read('MaxWriteRequestUnits') };
  return limits.read === undefined && limits.write === undefined ? undefined : limits;
}

function readWarm(
  input: CapacityInput['WarmThroughput'],
  least: Throughput,
  index: string | undefined,
  reason: (side: 'Read' | 'Write') => string,
): Throughput {
  const read = (side: 'Read' | 'Write', name: 'ReadUnitsPerSecond' | 'WriteUnitsPerSecond', lowest: number) => {
    const units = input?.[name];
    if (units === undefined) return lowest;
    if (units < lowest) {
      throw invalid(`Requested ${name} for WarmThroughput ${subjectOf(index)} is lower than ${reason(side)}`);
    }
    return units;
  };
  return {
    read: read('Read', 'ReadUnitsPerSecond', least.read),
    write: read('Write', 'WriteUnitsPerSecond', least.write),
  };
}

/** The capacity of a new table or global index. @throws ServiceError */
export function readCapacity(input: CapacityInput, mode: BillingMode, index?: string): Capacity {
  const given = input.ProvisionedThroughput;
  const throughput = given === undefined ? NONE : { read: given.ReadCapacityUnits, write: given.WriteCapacityUnits };
  const onDemand = readOnDemand(input.OnDemandThroughput, mode, index);
  const isOnDemand = mode === 'PAY_PER_REQUEST';
  const warm = readWarm(input.WarmThroughput, isOnDemand ? INITIAL_ON_DEMAND : throughput, index, (side) =>
    isOnDemand ? 'initial throughput for OnDemand.' : `${side}CapacityUnits of ProvisionedThroughput`,
  );
  return { throughput, onDemand, warm };
}

const higher = (left: Throughput, right: Throughput): Throughput => ({
  read: Math.max(left.read, right.read),
  write: Math.max(left.write, right.write),
});

function checkChanges(now: Throughput, wanted: Throughput, index: string | undefined): void {
  if (now.read !== wanted.read || now.write !== wanted.write) return;
  const [what, where] = index === undefined ? ['the table', 'the table'] : [`the index ${index}`, `index ${index}`];
  throw validationError(
    `The provisioned throughput for ${what} will not change. The requested value equals the current value. ` +
      `Current ReadCapacityUnits provisioned for ${where}: ${now.read}. Requested ReadCapacityUnits: ${wanted.read}. ` +
      `Current WriteCapacityUnits provisioned for ${where}: ${now.write}. Requested WriteCapacityUnits: ${wanted.write}. ` +
      'Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits.',
  );
}

/**
 * The capacity after an update. `modes` are the billing modes before and after it.
 *
 * @throws ServiceError
 */
export function changeCapacity(
  now: Capacity,
  input: CapacityInput,
  modes: { readonly before: BillingMode; readonly after: BillingMode },
  index?: string,
): Capacity {
  const given = input.ProvisionedThroughput;
  const wanted = given && { read: given.ReadCapacityUnits, write: given.WriteCapacityUnits };
  if (wanted !== undefined && modes.before === 'PROVISIONED') checkChanges(now.throughput, wanted, index);
  const onDemand =
    input.OnDemandThroughput === undefined
      ? now.onDemand
      : mergeLimits(now.onDemand, input.OnDemandThroughput, readOnDemand(input.OnDemandThroughput, modes.after, index));
  const throughput = modes.after === 'PAY_PER_REQUEST' ? NONE : (wanted ?? now.throughput);
  const becomesOnDemand = modes.after === 'PAY_PER_REQUEST' && modes.before === 'PROVISIONED';
  const least = higher(now.warm, becomesOnDemand ? INITIAL_ON_DEMAND : throughput);
  const warm = readWarm(
    input.WarmThroughput,
    least,
    index,
    () => 'current WarmThroughput, decreasing WarmThroughput is not supported',
  );
  return { throughput, onDemand: modes.after === 'PROVISIONED' ? undefined : onDemand, warm };
}

/** A limit that a request does not name stays as it is. */
function mergeLimits(
  now: OnDemandLimits | undefined,
  input: Checked<typeof ON_DEMAND_THROUGHPUT>,
  wanted: OnDemandLimits | undefined,
): OnDemandLimits | undefined {
  const read = input.MaxReadRequestUnits === undefined ? now?.read : wanted?.read;
  const write = input.MaxWriteRequestUnits === undefined ? now?.write : wanted?.write;
  return read === undefined && write === undefined ? undefined : { read, write };
}

/** The capacity members of a description of a table or a global index. */
export const describeCapacity = ({ throughput, onDemand, warm }: Capacity) => ({
  ProvisionedThroughput: {
    NumberOfDecreasesToday: 0,
    ReadCapacityUnits: throughput.read,
    WriteCapacityUnits: throughput.write,
  },
  OnDemandThroughput: onDemand && {
    MaxReadRequestUnits: onDemand.read ?? -1,
    MaxWriteRequestUnits: onDemand.write ?? -1,
  },
  WarmThroughput: { ReadUnitsPerSecond: warm.read, WriteUnitsPerSecond: warm.write, Status: 'ACTIVE' },
});
