import { isDeepStrictEqual } from 'node:util';
import type { ConfigDefinition } from '../define-config.ts';
import { leafDetail } from '../load/collect-faults.ts';
import type { StoreAnswer } from '../load/store-answer.ts';
import { leafComplaints } from '../load/validate.ts';
import { lookupOf } from '../plan/lookup.ts';
import type { ConfigLeaf } from '../schema/leaf.ts';
import { atTarget, isForeign } from '../schema/names.ts';
import { decodeText } from '../schema/text.ts';
import { Secret } from '../secret.ts';

/** The config of an app at a stage. */
export interface PushTarget {
  readonly app: string;
  readonly stage: string;
  readonly config: ConfigDefinition;
}

/** One write: a parameter, or a secret with all of its keys that are pushed. */
export interface PushWrite {
  readonly keys: readonly string[];
  readonly in: 'parameterStore' | 'secretsManager';
  readonly name: string;
  readonly text: string;
  readonly type?: 'String' | 'StringList' | 'SecureString';
  readonly label?: string;
  readonly exists: boolean;
}

export interface PushPlan {
  readonly writes: readonly PushWrite[];
  readonly same: readonly string[];
  /** Faults that must be corrected before anything is written; never with a value. */
  readonly faults: readonly string[];
}

/**
 * The writes after which the stores hold `values`. Values that they hold already are left out, so
 * that a push can be resumed.
 */
export async function planPush(
  { app, stage, config }: PushTarget,
  values: ReadonlyMap<ConfigLeaf, unknown>,
  answers: ReadonlyMap<string, StoreAnswer>,
): Promise<PushPlan> {
  const writes: PushWrite[] = [];
  const same: string[] = [];
  const faults: string[] = [];
  const documents = new Map<string, { document: Record<string, unknown>; keys: string[]; exists: boolean }>();
  for (const [leaf, value] of values) {
    const lookup = lookupOf(leaf, config.sources, { app, stage });
    const fault = lookup === undefined ? 'no store among the sources holds it' : await faultOf(leaf, value);
    const answer = lookup === undefined ? undefined : answers.get(lookup.name);
    if (fault !== undefined || answer?.kind === 'failed') {
      faults.push(`${leaf.key}: ${fault ?? 'the store does not say what it holds; config doctor tells why'}`);
      continue;
    }
    const { place } = leaf;
    const text = textOf(value);
    const stored = answer?.kind === 'value' ? answer : undefined;
    const name = atTarget(place.in === 'parameterStore' ? place.name : place.id, { app, stage });
    if (place.in === 'secretsManager' && place.jsonKey !== undefined) {
      const known = documents.get(name) ?? { document: objectOf(stored?.text), keys: [], exists: stored !== undefined };
      documents.set(name, known);
      if (isDeepStrictEqual(known.document[place.jsonKey], value)) same.push(leaf.key);
      else known.keys.push(leaf.key);
      known.document[place.jsonKey] = value;
      continue;
    }
    // The type of a parameter cannot be changed: a list stays one.
    const list = stored?.type === 'StringList' && Array.isArray(value);
    const written = list ? value.join(',') : text;
    if (stored?.text === written) {
      same.push(leaf.key);
      continue;
    }
    const exists = stored !== undefined;
    const base = { keys: [leaf.key], in: place.in, name, text: written, exists };
    if (place.in === 'secretsManager') writes.push(base);
    else {
      const type = place.secure ? 'SecureString' : list ? 'StringList' : 'String';
      writes.push({ ...base, type, ...(place.selector === '' ? {} : { label: place.selector.slice(1) }) });
    }
  }
  for (const [name, { document, keys, exists }] of documents) {
    if (keys.length > 0) writes.push({ keys, in: 'secretsManager', name, text: JSON.stringify(document), exists });
  }
  return { writes, same, faults };
}

async function faultOf(leaf: ConfigLeaf, value: unknown): Promise<string | undefined> {
  const { place } = leaf;
  if (leaf.provisioned) return 'the infrastructure owns it; change the default in the schema and deploy';
  if (isForeign(place.in === 'parameterStore' ? place.name : place.id)) {
    return 'AWS or another account owns it; change it there';
  }
  if (place.in === 'parameterStore' && /^:\d/.test(place.selector)) {
    return `the schema reads version ${place.selector.slice(1)} and no later one; change the schema`;
  }
  if (place.in === 'secretsManager' && place.versionStage !== undefined) {
    return `the schema reads the stage ${place.versionStage}, which a push does not write`;
  }
  const text = textOf(value);
  // PutParameter takes 1 to 4,096 characters, and up to 8 KB in the advanced tier, which
  // Intelligent-Tiering chooses. Neither does PutSecretValue ("SecretString", at least one
  // character).
  if (text === '')
    return `${place.in === 'parameterStore' ? 'Parameter Store' : 'Secrets Manager'} takes no empty value`;
  if (place.in === 'parameterStore' && Buffer.byteLength(text) > 8_192)
    return 'it is longer than the 8 KB of a parameter';
  // "Parameters can't be referenced or nested in the values of other parameters" (PutParameter,
  // "Value").
  if (place.in === 'parameterStore' && /\{\{.*\}\}/s.test(text)) return 'Parameter Store takes no {{...}} in a value';
  if (place.in === 'secretsManager' && Buffer.byteLength(text) > 65_536)
    return 'it is longer than the 65,536 bytes of a secret';
  const decoded = decodeText(leaf, text);
  if ('malformed' in decoded) return decoded.malformed;
  const complaints = await leafComplaints(leaf, leaf.secret ? new Secret(decoded.value, leaf.key) : decoded.value);
  const details = complaints.map((complaint) => leafDetail(complaint, leaf, text));
  return details.length === 0 ? undefined : [...new Set(details)].join('; ');
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function objectOf(text: string | undefined): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text ?? '{}');
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // Anything but a JSON object is replaced by one.
  }
  return {};
}
