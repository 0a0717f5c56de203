import type { AwsClient } from '../client/aws-client.ts';
import { xmlAt } from '../client/xml.ts';
import { javaPattern } from '../core/java-pattern.ts';
import { NO_VALUE } from './intrinsics.ts';

type Fields = Readonly<Record<string, unknown>>;

const PATH_TYPE = 'AWS::SSM::Parameter::Value<';
const isList = (type: string) => type === 'CommaDelimitedList' || type.includes('List<');

const textOf = (value: unknown) =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;

/** A rule of a parameter's definition that a value breaks. */
export interface ParameterFault {
  readonly rule:
    | 'AllowedPattern'
    | 'AllowedValues'
    | 'MaxLength'
    | 'MaxValue'
    | 'MinLength'
    | 'MinValue'
    | 'Number'
    | 'Pattern';
  /** As the definition has it. */
  readonly limit: string;
}

function boundsFault(value: string, definition: Fields, isNumber: boolean): ParameterFault | undefined {
  const { MinValue, MaxValue, MinLength, MaxLength } = definition;
  const broken = (rule: ParameterFault['rule'], limit: unknown) => ({ rule, limit: String(limit) });
  if (isNumber && (value.trim() === '' || !Number.isFinite(Number(value)))) return broken('Number', '');
  if (isNumber && MinValue !== undefined && Number(value) < Number(MinValue)) return broken('MinValue', MinValue);
  if (isNumber && MaxValue !== undefined && Number(value) > Number(MaxValue)) return broken('MaxValue', MaxValue);
  if (MinLength !== undefined && value.length < Number(MinLength)) return broken('MinLength', MinLength);
  if (MaxLength !== undefined && value.length > Number(MaxLength)) return broken('MaxLength', MaxLength);
  return undefined;
}

function patternFault(pattern: string, value: string): ParameterFault | undefined {
  try {
    return javaPattern(pattern).exec(value)?.[0] === value ? undefined : { rule: 'AllowedPattern', limit: pattern };
  } catch {
    return { rule: 'Pattern', limit: pattern };
  }
}

/** The first rule that one value of a parameter breaks. */
export function parameterFault(value: string, definition: Fields, type: string): ParameterFault | undefined {
  const { AllowedValues: allowed, AllowedPattern: pattern } = definition;
  if (Array.isArray(allowed) && !allowed.some((candidate) => String(candidate) === value)) {
    return { rule: 'AllowedValues', limit: allowed.join(', ') };
  }
  const fault = typeof pattern === 'string' ? patternFault(pattern, value) : undefined;
  return fault ?? boundsFault(value, definition, type === 'Number' || type === 'List<Number>');
}

const FAULTS: Readonly<Record<ParameterFault['rule'], (limit: string) => string>> = {
  AllowedPattern: (limit) => `does not match ${limit}`,
  AllowedValues: (limit) => `is not one of ${limit}`,
  MaxLength: (limit) => `is longer than ${limit} characters`,
  MaxValue: (limit) => `is more than ${limit}`,
  MinLength: (limit) => `is shorter than ${limit} characters`,
  MinValue: (limit) => `is less than ${limit}`,
  Number: () => 'is not a number',
  Pattern: (limit) => `has an AllowedPattern that cannot be read: ${limit}`,
};

/** A parameter's type, and what it makes of a value. */
export function parameterType(definition: Fields) {
  const type = textOf(definition.Type) ?? 'String';
  return {
    type,
    /** Whether the value names a parameter in Parameter Store that holds the real one. */
    isStored: type.startsWith(PATH_TYPE),
    isList: isList(type),
    /** The value's parts: several for a list. */
    parts: (value: string) => (isList(type) ? value.split(',').map((part) => part.trim()) : [value]),
  };
}

export interface ParameterValues {
  /** A string, or a list of strings for list types. */
  readonly values: ReadonlyMap<string, string | string[]>;
  /** Parameters whose value is the name of a Parameter Store parameter that holds the real one. */
  readonly stored: ReadonlySet<string>;
}

/**
 * The value of each of the template's parameters: the given one, or its default.
 *
 * @throws Error that lists every parameter that is missing, unknown or not allowed; values are not
 *   shown, they may be secrets.
 */
export function readParameters(
  definitions: Readonly<Record<string, Fields>>,
  given: Readonly<Record<string, string>>,
): ParameterValues {
  const faults: string[] = [];
  const values = new Map<string, string | string[]>();
  const stored = new Set<string>();
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(definitions, name)) {
      const known = Object.keys(definitions).join(', ') || 'none';
      faults.push(`${name} is not a parameter of the template (${known})`);
    }
  }
  for (const [name, definition] of Object.entries(definitions)) {
    const { type, isStored, isList: isListType, parts: partsOf } = parameterType(definition);
    const value = textOf(given[name] ?? definition.Default);
    if (value === undefined) {
      faults.push(
        `${name} is missing and has no default${definition.Description ? ` (${definition.Description})` : ''}`,
      );
      continue;
    }
    const parts = partsOf(value);
    const fault = parts.map((part) => parameterFault(part, definition, type)).find((found) => found !== undefined);
    if (fault !== undefined) faults.push(`${name} ${FAULTS[fault.rule](fault.limit)}`);
    if (isStored) stored.add(name);
    values.set(name, isListType && !isStored ? parts : value);
  }
  if (faults.length > 0) throw new Error(`Cannot provision the template: ${faults.join('; ')}`);
  return { values, stored };
}

/** Where a stack is. */
export interface Pseudo {
  readonly account: string;
  readonly partition: string;
  readonly region: string;
  readonly stackName: string;
  readonly urlSuffix: string;
  /** @defaultValue made of the stack's name */
  readonly stackId?: string | undefined;
  /** @defaultValue empty */
  readonly notificationArns?: readonly string[] | undefined;
}

/** Asks the endpoint whose account the credentials are of. */
export async function readPseudo(client: AwsClient, stackName: string): Promise<Pseudo> {
  const identity = await client.query('sts', 'GetCallerIdentity', {});
  const account = xmlAt(identity, 'Account')?.text;
  if (!account)
    throw new Error('Cannot provision: the endpoint did not say whose account this is (sts GetCallerIdentity)');
  const partition = xmlAt(identity, 'Arn')?.text.split(':')[1] || 'aws';
  const urlSuffix = partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com';
  return { account, partition, region: client.region, stackName, urlSuffix };
}

/** The pseudo parameter called `name`, undefined where there is none of that name. */
export function pseudoParameter(name: string, pseudo: Pseudo): unknown {
  const { account, partition, region, stackName, urlSuffix } = pseudo;
  const values: Record<string, unknown> = {
    'AWS::AccountId': account,
    'AWS::NoValue': NO_VALUE,
    'AWS::NotificationARNs': pseudo.notificationArns ?? [],
    'AWS::Partition': partition,
    'AWS::Region': region,
    'AWS::StackId': pseudo.stackId ?? `arn:${partition}:cloudformation:${region}:${account}:stack/${stackName}/local`,
    'AWS::StackName': stackName,
    'AWS::URLSuffix': urlSuffix,
  };
  return Object.hasOwn(values, name) ? values[name] : undefined;
}
