import type { ConfigFault, FaultReason } from '../errors/config-fault.ts';
import { RULE_DETAIL } from '../schema/issue-detail.ts';
import type { ConfigLeaf } from '../schema/leaf.ts';
import type { Found, Readings } from './find-value.ts';
import { placesOf, sourceLabel, supplyOf } from './source-label.ts';
import type { Complaint } from './validate.ts';

/** The coercing schema to use for each type that text cannot have. */
const COERCED: Record<string, string> = {
  number: 'z.coerce.number()',
  int: 'z.coerce.number()',
  bigint: 'z.coerce.bigint()',
  date: 'z.coerce.date()',
  boolean: 'z.stringbool()',
};

/**
 * Joins what the sources and the schema complain about into one fault per key, in the schema's
 * order.
 */
export function collectFaults(
  leaves: readonly ConfigLeaf[],
  found: ReadonlyMap<ConfigLeaf, Found>,
  complaints: readonly Complaint[],
  readings: Readings,
): ConfigFault[] {
  const faults: ConfigFault[] = readings.files.flatMap((file) =>
    file.fault === undefined
      ? []
      : [{ key: file.path, secret: false, ...file.fault, lookedIn: [sourceLabel.file(file.path)], supply: {} }],
  );
  for (const leaf of leaves) {
    const value = found.get(leaf) ?? { kind: 'absent' };
    if (value.kind === 'fault') {
      faults.push(leafFault(leaf, value.reason, value.detail, value.source, readings));
      continue;
    }
    const ofLeaf = complaints.filter((complaint) => startsWith(complaint.path, leaf.path));
    if (ofLeaf.length === 0) continue;
    const missing = value.kind === 'absent' && !leaf.hasDefault && ofLeaf.some(({ byRule }) => !byRule);
    const detail = missing
      ? 'not set'
      : [...new Set(ofLeaf.map((one) => describe(one, leaf, value, leaves, found)))].join('; ');
    const source = value.kind === 'value' ? value.source : undefined;
    faults.push(leafFault(leaf, missing ? 'missing' : 'malformed', detail, source, readings));
  }
  const faulted = (below: readonly ConfigLeaf[]) => below.some((leaf) => found.get(leaf)?.kind === 'fault');
  for (const complaint of complaints) {
    const { path } = complaint;
    if (leaves.some((leaf) => startsWith(path, leaf.path))) continue;
    const group = knownGroup(path, leaves);
    const below = leaves.filter((leaf) => startsWith(leaf.path, group));
    // A rule over several keys means nothing while one of them is itself at fault.
    if (faulted(below)) continue;
    const secret = below.some((leaf) => leaf.secret);
    const detail = ruleDetail(complaint, leaves, found);
    faults.push({ key: group.join('.'), reason: 'malformed', secret, detail, lookedIn: [], supply: {} });
  }
  return faults;
}

function leafFault(
  leaf: ConfigLeaf,
  reason: FaultReason,
  detail: string,
  source: string | undefined,
  { sources, files, target }: Readings,
): ConfigFault {
  return {
    key: leaf.key,
    reason,
    secret: leaf.secret,
    detail,
    ...(source === undefined ? {} : { source }),
    lookedIn: placesOf(leaf, sources, files, target),
    supply: supplyOf(leaf, sources, target),
  };
}

function describe(
  complaint: Complaint,
  leaf: ConfigLeaf,
  value: Found,
  leaves: readonly ConfigLeaf[],
  found: ReadonlyMap<ConfigLeaf, Found>,
): string {
  if (!complaint.byRule) return leafDetail(complaint, leaf, value.kind === 'value' ? value.raw : undefined);
  const detail = ruleDetail(complaint, leaves, found);
  return value.kind === 'absent' && !leaf.hasDefault ? `${detail}; it is not set` : detail;
}

function ruleDetail(
  complaint: Complaint,
  leaves: readonly ConfigLeaf[],
  found: ReadonlyMap<ConfigLeaf, Found>,
): string {
  const values = [...found.values()].flatMap((one) => (one.kind === 'value' ? [one.raw, one.value] : []));
  return shownDetail(
    complaint,
    leaves.some((leaf) => leaf.secret),
    values,
  );
}

/** Describes what a leaf's own schema refuses; `raw` is the value before decoding. */
export function leafDetail(complaint: Complaint, leaf: ConfigLeaf, raw: unknown): string {
  const { path, issue } = complaint;
  const detail = shownDetail(complaint, leaf.secret, [raw]);
  const inner = path.slice(leaf.path.length);
  // Names inside a value can be the value's own (a record's keys); positions cannot.
  const position = inner.find((segment) => typeof segment === 'number');
  if (position !== undefined) return `item ${position}: ${detail}`;
  if (inner.length > 0) return `inside it: ${detail}`;
  const coerced =
    issue?.code === 'invalid_type' && leaf.reads === 'value' ? COERCED[String(issue.expected)] : undefined;
  return coerced !== undefined && typeof raw === 'string'
    ? `${detail}, and text is never one: the schema needs ${coerced}`
    : detail;
}

/**
 * The longest part of a rule's path that the schema has: a rule names its path freely, perhaps
 * after a value.
 */
function knownGroup(path: readonly PropertyKey[], leaves: readonly ConfigLeaf[]): readonly PropertyKey[] {
  let known = path;
  while (known.length > 0 && !leaves.some((leaf) => startsWith(leaf.path, known))) known = known.slice(0, -1);
  return known;
}

function startsWith(path: readonly PropertyKey[], prefix: readonly PropertyKey[]): boolean {
  return prefix.length <= path.length && prefix.every((segment, index) => segment === path[index]);
}

/** Shorter values occur in messages by chance: they count only as whole words. */
const SHORTEST_PART = 4;

/**
 * Describes a complaint. A message that a function of the author's made (`superRefine`) is used if
 * the function sees no secret and the message contains none of the `values` that it sees.
 */
function shownDetail({ detail, issue }: Complaint, seesSecret: boolean, values: readonly unknown[]): string {
  const message = issue?.message;
  if (detail !== RULE_DETAIL || seesSecret || typeof message !== 'string' || message === '') return detail;
  return values.flatMap(textsOf).some((value) => contains(message, value)) ? detail : message;
}

function contains(message: string, value: string): boolean {
  if (value === '' || !message.includes(value)) return false;
  return value.length >= SHORTEST_PART || message.split(/[^\p{L}\p{N}]+/u).includes(value);
}

function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value, value.trim(), String(Number(value))].filter((text) => text !== 'NaN');
  if (typeof value === 'object' && value !== null) {
    const parts =
      value instanceof Map || value instanceof Set ? [...value] : [...Object.keys(value), ...Object.values(value)];
    return parts.flatMap(textsOf);
  }
  return value === undefined || value === null ? [] : [String(value)];
}
