import type { Changes } from '../../port.ts';
import type { Target } from '../target.ts';
import { storableField } from './storable-field.ts';

/** Changes that have been checked, with every value as it is sent. */
export interface ChangePlan {
  readonly set: Readonly<Record<string, unknown>>;
  readonly add: Readonly<Record<string, number>>;
  readonly remove: readonly string[];
}

/** @throws TypeError for a key field, a field that is changed twice, an unknown kind of change, or nothing to change. */
export function planChanges<R>({ definition }: Target<R>, changes: Changes<R>): ChangePlan {
  const { name, partitionKey, sortKey } = definition;
  const fault = (reason: string) => new TypeError(`Cannot update a row of table '${name}': ${reason}`);
  const { set = {}, add = {}, remove = [], ...rest } = changes;
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) throw fault(`unknown change '${unknown}'; known: set, add, remove`);

  const added: Record<string, number> = {};
  for (const [field, amount] of Object.entries(add)) {
    if (amount === undefined) continue;
    if (typeof amount !== 'number' || !Number.isFinite(amount)) throw fault(`'${field}' adds no finite number`);
    added[field] = amount;
  }
  // Fields in, fields out: storableField copies a plain object.
  const stored = storableField(set, '', `changes to a row of table '${name}'`) as Record<string, unknown>;

  const fields = [...Object.keys(stored), ...Object.keys(added), ...remove];
  if (fields.length === 0) throw fault('there is nothing to change');
  const keyField = fields.find((field) => field === partitionKey || field === sortKey);
  if (keyField !== undefined) throw fault(`'${keyField}' is a key field; put a new row and delete the old one`);
  const twice = fields.find((field, index) => fields.indexOf(field) !== index);
  if (twice !== undefined) throw fault(`'${twice}' is changed twice`);
  return { set: stored, add: added, remove };
}
