import { hash } from 'node:crypto';
import type { Item } from '@twelvefold/aws/internal';
import type { Json } from '../../collection.ts';
import type { AuditEntry, RunFailure, RunRecord, SegmentProgress } from '../run.ts';
import type { NewRun } from '../run-store.ts';

/** A run as its item has it: what the driver needs on top. */
export interface StoredRun extends RunRecord {
  /** Matched records when the current leg began. */
  readonly matchedBefore: number;
}

/**
 * A record larger than this is kept in quarantine by its position only. An item has at most 400
 * KB.
 */
const MAX_VALUE_BYTES = 65_536;

export function newRunItem(run: NewRun, at: string): Item {
  const { id, task, params, settings = {}, dueAt, ...rest } = run;
  return {
    ...rest,
    id: `run/${id}`,
    task,
    params: JSON.stringify(params),
    settings: JSON.stringify(settings),
    status: 'enqueued',
    version: 1,
    enqueuedAt: at,
    updatedAt: at,
    durationMs: 0,
    leg: 0,
    idleLegs: 0,
    fence: 0,
    progress: '[]',
    scanned: 0,
    matched: 0,
    failed: 0,
    group: `task/${task}`,
    order: `${at}/${id}`,
    active: 'yes',
    due: dueAt ?? at,
    ...(dueAt === undefined ? {} : { dueAt }),
  };
}

/** Attributes that hold JSON as text: numbers and empty values then come back as they went. */
const TEXTS = ['params', 'settings', 'progress', 'result', 'error', 'launch', 'writes'] as const;
/** Attributes of the table, not of the run. */
const HIDDEN = ['group', 'order', 'active', 'due', 'updatedAt'];

export function runFrom(item: Item): StoredRun {
  const fields = Object.entries(item).filter(([name]) => !HIDDEN.includes(name));
  const run: Record<string, unknown> = { matchedBefore: 0, ...Object.fromEntries(fields) };
  run.id = String(item.id).slice('run/'.length);
  for (const name of TEXTS) if (typeof run[name] === 'string') run[name] = JSON.parse(run[name]);
  return run as unknown as StoredRun; // as newRunItem and the driver's updates write it
}

/** The counts over all segments. */
export function sum(progress: readonly SegmentProgress[]): { scanned: number; matched: number; failed: number } {
  const counts = { scanned: 0, matched: 0, failed: 0 };
  for (const { scanned, matched, failed } of progress) {
    counts.scanned += scanned;
    counts.matched += matched;
    counts.failed += failed;
  }
  return counts;
}

export function auditItem(run: string, entry: AuditEntry): Item {
  const order = String(entry.seq).padStart(8, '0');
  return { id: `audit/${run}/${order}`, group: `audit/${run}`, order, entry: JSON.stringify(entry) };
}

/** The same for a position each time: a window that is worked on again adds nothing. */
export function failureKey(run: string, position: Json): string {
  return `failure/${run}/${hash('sha256', JSON.stringify(position), 'base64url').slice(0, 22)}`;
}

export function failureItem(run: string, { at, position, value, error }: Omit<RunFailure, 'key'>): Item {
  const id = failureKey(run, position);
  const text = JSON.stringify({ at, position, value, error });
  const small = text.length <= MAX_VALUE_BYTES && Buffer.byteLength(text) <= MAX_VALUE_BYTES;
  const failure = small ? text : JSON.stringify({ at, position, error });
  return { id, group: `failed/${run}`, order: `${at}/${id.slice(-22)}`, failure };
}

export function failureFrom({ order, failure }: Item): RunFailure {
  return { ...JSON.parse(String(failure)), key: String(order) } as RunFailure; // as failureItem writes it
}
