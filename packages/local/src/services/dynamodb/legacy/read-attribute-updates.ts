import { validationError } from '../errors.ts';
import type { Operand } from '../expressions/operand.ts';
import type { UpdateAction } from '../expressions/update.ts';
import type { AttributeType } from '../values/attribute-value.ts';
import { typeOf } from '../values/attribute-value.ts';
import { normaliseValue } from '../values/normalise-value.ts';
import type { AttributeUpdatesInput } from './legacy-input.ts';

const invalid = (reason: string) => validationError(`One or more parameter values were invalid: ${reason}`);

const SETS: readonly AttributeType[] = ['SS', 'NS', 'BS'];
const ADDABLE: readonly AttributeType[] = [...SETS, 'N', 'L'];

function readUpdate(name: string, { Action = 'PUT', Value }: AttributeUpdatesInput[string]): UpdateAction {
  const path = [name] as const;
  if (Value === undefined) {
    if (Action === 'DELETE') return { kind: 'REMOVE', path };
    throw invalid('Only DELETE action is allowed when no attribute value is specified');
  }
  const value = normaliseValue(Value);
  const type = typeOf(value);
  if (Action === 'DELETE') {
    if (!SETS.includes(type)) throw invalid(`DELETE action with value is not supported for the type ${type}`);
    return { kind: 'DELETE', path, value };
  }
  if (Action === 'PUT') return { kind: 'SET', path, value: { kind: 'operand', operand: { kind: 'value', value } } };
  if (!ADDABLE.includes(type)) throw invalid(`ADD action is not supported for the type ${type}`);
  if (type !== 'L') return { kind: 'ADD', path, value };
  // To a list, ADD appends, as list_append(if_not_exists(name, []), value) does.
  const old: Operand = {
    kind: 'function',
    name: 'if_not_exists',
    args: [
      { kind: 'path', path },
      { kind: 'value', value: { L: [] } },
    ],
  };
  const appended: Operand = { kind: 'function', name: 'list_append', args: [old, { kind: 'value', value }] };
  return { kind: 'SET', path, value: { kind: 'operand', operand: appended } };
}

/** `AttributeUpdates` as the actions of an update expression. @throws ServiceError */
export function readAttributeUpdates(updates: AttributeUpdatesInput): readonly UpdateAction[] {
  return Object.entries(updates).map(([name, update]) => readUpdate(name, update));
}
