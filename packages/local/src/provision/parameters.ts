import type { AwsClient } from '../client/aws-client.ts';
import { xmlAt } from '../client/xml.ts';
import { javaPattern } from '../core/java-pattern.ts';
import { NO_VALUE } from './intrinsics.ts';

type Fields = Readonly<Record<string, unknown>>;

const PATH_TYPE = 'AWS::SSM::Parameter::Value<';
const isList = (type: string) => type === 'CommaDelimitedList' || type.includes('List<');

const textOf = (value: unknown) =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;

function checkBounds(value: string, definition: Fields, isNumber: boolean): string | undefined {
  const { MinValue, MaxValue, MinLength, MaxLength } = definition;
  if (isNumber && (value.trim() === '' || !Number.isFinite(Number(value)))) return 'is not a number';
  if (isNumber && MinValue !== undefined && Number(value) < Number(MinValue)) return `is less than ${MinValue}`;
  if (isNumber && MaxValue !== undefined && Number(value) > Number(MaxValue)) return `is more than ${MaxValue}`;
  if (MinLength !== undefined && value.length < Number(MinLength)) return `is shorter than ${MinLength} characters`;
  if (MaxLength !== undefined && value.length > Number(MaxLength)) return `is longer than ${MaxLength} characters`;
  return undefined;
}

function patternFault(pattern: string, value: string): string | undefined {
  try {
    const whole = javaPattern(pattern).exec(value)?.[0] === value;
    return whole ? undefined : `does not match ${pattern}`;
  } catch {
    return `has an AllowedPattern that cannot be read: ${pattern}`;
  }
}

function checkOne(value: string, definition: Fields, type: string): string | undefined {
  const { AllowedValues: allowed, AllowedPattern: pattern } = definition;
  if (Array.isArray(allowed) && !allowed.some((candidate) => String(candidate) === value)) {
    return `is not one of ${allowed.join(', ')}`;
  }
  if (typeof pattern === 'string') {
    const fault = patternFault(pattern, value);
    if (fault !== undefined) return fault;
  }
  return checkBounds(value, definition, type === 'Number' || type === 'List<Number>');
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
    const type = textOf(definition.Type) ?? 'String';
    const value = textOf(given[name] ?? definition.Default);
    if (value === undefined) {
      faults.push(
        `${name} is missing and has no default${definition.Description ? ` (${definition.Description})` : ''}`,
      );
      continue;
    }
    const parts = isList(type) ? value.split(',').map((part) => part.trim()) : [value];
    const fault = parts.map((part) => checkOne(part, definition, type)).find((found) => found !== undefined);
    if (fault !== undefined) faults.push(`${name} ${fault}`);
    if (type.startsWith(PATH_TYPE)) stored.add(name);
    values.set(name, isList(type) && !stored.has(name) ? parts : value);
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
