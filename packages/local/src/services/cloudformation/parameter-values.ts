import type { AwsClient } from '../../client/aws-client.ts';
import { readBoolean, readString, readStructures } from '../../core/input.ts';
import type { ParameterFault } from '../../provision/parameters.ts';
import { parameterFault, parameterType } from '../../provision/parameters.ts';
import type { ReadTemplate } from '../../provision/template.ts';
import { validationError } from './errors.ts';
import type { Settings } from './stack-store.ts';

type Definition = ReadTemplate['parameters'][string];

const FAULTS: Readonly<Record<ParameterFault['rule'], (name: string, limit: string) => string>> = {
  AllowedPattern: (name, limit) => `Parameter '${name}' must match pattern ${limit}`,
  AllowedValues: (name) => `Parameter '${name}' must be one of AllowedValues`,
  MaxLength: (name, limit) => `Parameter '${name}' must contain at most ${limit} characters`,
  MaxValue: (name, limit) => `Parameter '${name}' must be a number not greater than ${limit}`,
  MinLength: (name, limit) => `Parameter '${name}' must contain at least ${limit} characters`,
  MinValue: (name, limit) => `Parameter '${name}' must be a number not less than ${limit}`,
  Number: (name) => `Parameter '${name}' must be a number`,
  Pattern: (name, limit) => `Parameter '${name}' has an invalid AllowedPattern ${limit}`,
};

function checkValue(name: string, value: string, definition: Definition): void {
  const { type, parts } = parameterType(definition);
  const fault = parts(value)
    .map((part) => parameterFault(part, definition, type))
    .find((found) => found !== undefined);
  if (fault === undefined) return;
  const { ConstraintDescription: description } = definition;
  // The rules of a value's text have a description of the template's author.
  throw validationError(
    typeof description === 'string'
      ? `Parameter ${name} failed to satisfy constraint: ${description}`
      : FAULTS[fault.rule](name, fault.limit),
  );
}

/** Parameter Store's values by name, ten in a call. @throws ServiceError `ValidationError` */
async function fetchStored(names: readonly string[], client: AwsClient): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (let at = 0; at < names.length; at += 10) {
    const answer = await client.json('ssm', 'GetParameters', { Names: names.slice(at, at + 10) });
    const parameters = answer.Parameters as ReadonlyArray<{ Name: string; Value: string }>; // AWS's model
    for (const { Name, Value } of parameters) found.set(Name, Value);
  }
  const missing = names.filter((name) => !found.has(name));
  if (missing.length > 0) {
    throw validationError(`Unable to fetch parameters [${missing.join(',')}] from parameter store for this account.`);
  }
  return found;
}

function givenValues(
  input: Record<string, unknown>,
  definitions: ReadTemplate['parameters'],
  previous: Settings | undefined,
): Map<string, string> {
  const given = new Map<string, string>();
  const unknown: string[] = [];
  for (const parameter of readStructures(input, 'Parameters') ?? []) {
    const name = readString(parameter, 'ParameterKey') ?? '';
    const value = readString(parameter, 'ParameterValue');
    if (!Object.hasOwn(definitions, name)) unknown.push(name);
    else if (!readBoolean(parameter, 'UsePreviousValue')) given.set(name, value ?? '');
    else if (value !== undefined) {
      throw validationError(
        `Invalid input for parameter key ${name}. Cannot specify usePreviousValue as true and non empty value for a parameter`,
      );
    } else {
      const before = previous?.parameters;
      if (before === undefined || !Object.hasOwn(before, name)) {
        throw validationError(
          `Invalid input for parameter key ${name}. Cannot specify usePreviousValue as true for a parameter key not in the previous template`,
        );
      }
      given.set(name, before[name] ?? '');
    }
  }
  if (unknown.length > 0) {
    throw validationError(`Parameters: [${unknown.join(', ')}] do not exist in the template`);
  }
  return given;
}

/**
 * The values of a template's parameters.
 *
 * @param previous - the settings of the stack, for `UsePreviousValue`
 * @throws ServiceError `ValidationError`
 */
export async function readParameterValues(
  input: Record<string, unknown>,
  { parameters: definitions }: ReadTemplate,
  previous: Settings | undefined,
  client: AwsClient,
): Promise<Pick<Settings, 'parameters' | 'resolved'>> {
  const given = givenValues(input, definitions, previous);
  const values = new Map<string, string>();
  const missing: string[] = [];
  for (const [name, definition] of Object.entries(definitions)) {
    const { Default } = definition;
    const value = given.get(name) ?? (Default === undefined ? undefined : String(Default));
    if (value === undefined) missing.push(name);
    else values.set(name, value);
  }
  if (missing.length > 0) throw validationError(`Parameters: [${missing.join(', ')}] must have values`);
  for (const [name, value] of values) checkValue(name, value, definitions[name] ?? {});
  const isStored = (name: string) => parameterType(definitions[name] ?? {}).isStored;
  const paths = [...new Set([...values].filter(([name]) => isStored(name)).map(([, value]) => value))];
  const stored = await fetchStored(paths, client);
  const resolved = [...values].map(([name, value]): [string, string | string[]] => {
    const { isList, parts } = parameterType(definitions[name] ?? {});
    const real = isStored(name) ? (stored.get(value) ?? '') : value;
    return [name, isList ? parts(real) : real];
  });
  return { parameters: Object.fromEntries(values), resolved: Object.fromEntries(resolved) };
}

const isHidden = ({ NoEcho }: Definition) => String(NoEcho) === 'true';

/** The names of the parameters whose values are not shown. */
export const hiddenParameters = ({ parameters }: Pick<ReadTemplate, 'parameters'>): Set<string> =>
  new Set(Object.entries(parameters).flatMap(([name, definition]) => (isHidden(definition) ? [name] : [])));

/** The value that is shown in place of a hidden one. */
export const HIDDEN = '****';

/** The members `Parameters` of what describes a stack. */
export function describeParameters({ parameters, resolved }: Settings, template: Pick<ReadTemplate, 'parameters'>) {
  const hidden = hiddenParameters(template);
  return Object.entries(parameters).map(([ParameterKey, value]) => ({
    ParameterKey,
    ParameterValue: hidden.has(ParameterKey) ? HIDDEN : value,
    ...(parameterType(template.parameters[ParameterKey] ?? {}).isStored
      ? { ResolvedValue: hidden.has(ParameterKey) ? HIDDEN : [resolved[ParameterKey]].flat().join(',') }
      : {}),
  }));
}
