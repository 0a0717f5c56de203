import { rewording, validationError } from '../errors.ts';
import type { AttributeValue, RawAttributes } from '../values/value.ts';
import { normaliseValue } from '../values/value.ts';
import type { Operand } from './condition.ts';
import type { Path } from './path.ts';
import type { RawOperand, RawStep } from './raw-operand.ts';

export interface PlaceholderInput {
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>> | undefined;
  readonly ExpressionAttributeValues?: RawAttributes | undefined;
}

const KEY_SYNTAX = /^[A-Za-z0-9_]+$/;

function checkKeys(kind: 'Names' | 'Values', sigil: string, given: object): void {
  const keys = Object.keys(given);
  if (keys.length === 0) throw validationError(`ExpressionAttribute${kind} must not be empty`);
  const odd = keys.find((key) => !key.startsWith(sigil) || !KEY_SYNTAX.test(key.slice(1)));
  if (odd !== undefined) {
    throw validationError(`ExpressionAttribute${kind} contains invalid key: Syntax error; key: "${odd}"`);
  }
}

/**
 * The meanings of `#name` and `:value` in the expressions of one request, and which of them were
 * used.
 */
export class Placeholders {
  readonly #names = new Map<string, string>();
  readonly #values = new Map<string, AttributeValue>();
  readonly #unusedNames = new Set<string>();
  readonly #unusedValues = new Set<string>();

  /** @throws ServiceError for an empty map, a malformed key or a bad value. */
  constructor({ ExpressionAttributeNames, ExpressionAttributeValues }: PlaceholderInput) {
    if (ExpressionAttributeNames !== undefined) {
      checkKeys('Names', '#', ExpressionAttributeNames);
      for (const [key, name] of Object.entries(ExpressionAttributeNames)) {
        this.#names.set(key, name);
        this.#unusedNames.add(key);
      }
    }
    if (ExpressionAttributeValues !== undefined) {
      checkKeys('Values', ':', ExpressionAttributeValues);
      for (const [key, raw] of Object.entries(ExpressionAttributeValues)) {
        const reword = (message: string) =>
          `ExpressionAttributeValues contains invalid value: ${message} for key ${key}`;
        this.#values.set(
          key,
          rewording(reword, () => normaliseValue(raw)),
        );
        this.#unusedValues.add(key);
      }
    }
  }

  name(key: string): string {
    const name = this.#names.get(key);
    if (name === undefined) {
      throw validationError(
        `An expression attribute name used in the document path is not defined; attribute name: ${key}`,
      );
    }
    this.#unusedNames.delete(key);
    return name;
  }

  value(key: string): AttributeValue {
    const value = this.#values.get(key);
    if (value === undefined) {
      throw validationError(`An expression attribute value used in expression is not defined; attribute value: ${key}`);
    }
    this.#unusedValues.delete(key);
    return value;
  }

  path(steps: readonly RawStep[]): Path {
    const path = steps.map((step) => {
      if ('index' in step) return step.index;
      return 'name' in step ? step.name : this.name(step.placeholder);
    });
    return path as unknown as Path; // the grammar begins every path with a name
  }

  operand(raw: RawOperand): Operand {
    if (raw.kind === 'path') return { kind: 'path', path: this.path(raw.steps) };
    if (raw.kind === 'value') return { kind: 'value', value: this.value(raw.placeholder) };
    return { kind: 'function', name: raw.name, args: raw.args.map((argument) => this.operand(argument)) };
  }

  /** @throws ServiceError when something given was not used by any expression. */
  checkAllUsed(): void {
    for (const [kind, unused] of [
      ['Names', this.#unusedNames],
      ['Values', this.#unusedValues],
    ] as const) {
      if (unused.size > 0) {
        throw validationError(
          `Value provided in ExpressionAttribute${kind} unused in expressions: keys: {${[...unused].join(', ')}}`,
        );
      }
    }
  }
}
