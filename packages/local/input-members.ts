import { join } from 'node:path';
import { registry } from './src/services/registry.ts';

/** The SDK client of each service, by signing name. Lambda's only input is a path and a payload. */
export const CLIENTS: Readonly<Record<string, string>> = {
  cloudformation: 'cloudformation',
  dynamodb: 'dynamodb',
  dynamodbstreams: 'dynamodb-streams',
  ecs: 'ecs',
  events: 'eventbridge',
  iam: 'iam',
  kms: 'kms',
  logs: 'cloudwatch-logs',
  monitoring: 'cloudwatch',
  s3: 's3',
  scheduler: 'scheduler',
  secretsmanager: 'secrets-manager',
  sns: 'sns',
  sqs: 'sqs',
  ssm: 'ssm',
  sts: 'sts',
};

/** A member of an operation's input, at any depth. */
export interface InputMember {
  readonly operation: string;
  /** Names from the input down; list items and map values have no name. */
  readonly path: readonly string[];
  /** Whether the service model marks it sensitive. */
  readonly sensitive: boolean;
}

/**
 * The SDK's schemas as data: `[kind, namespace, name, traits, ...]`. Kinds: -3 and 3 are structures
 * (and unions) with names at 4 and schemas at 5, 1 a list with its items at 4, 2 a map with its
 * values at 5, 0 a simple type. `[schema, traits]` is a schema with more traits.
 */
type Schema = readonly unknown[];
const KINDS = { list: 1, map: 2, structures: new Set<unknown>([3, 4, -3]) };

/** The bit of the trait `sensitive` in a number of traits (@smithy/core, translateTraits). */
const SENSITIVE = 8;

const isSensitive = (traits: unknown): boolean =>
  typeof traits === 'number'
    ? (traits & SENSITIVE) !== 0
    : typeof traits === 'object' && traits !== null && 'sensitive' in traits;

const unfold = (schema: unknown): unknown => (typeof schema === 'function' ? unfold(schema()) : schema);

/** Simple types that carry a flag of a list (64) or a map (128) have no members. */
function* membersOf(
  given: unknown,
  path: readonly string[],
  within: readonly unknown[],
): Generator<Omit<InputMember, 'operation'>> {
  const schema = unfold(given);
  if (!Array.isArray(schema)) return;
  const [kind, second, name, , names, inner]: Schema = schema;
  if (typeof kind !== 'number' || typeof second !== 'string') {
    yield* membersOf(kind, path, within); // a schema with more traits
    return;
  }
  if (within.includes(name)) return; // a type that contains itself
  const deeper = [...within, name];
  if (kind === KINDS.list) yield* membersOf(names, path, deeper);
  else if (kind === KINDS.map) yield* membersOf(inner, path, deeper);
  else if (KINDS.structures.has(kind)) {
    const schemas = inner as unknown[]; // what stands at 5 in a structure
    for (const [index, member] of (names as string[]).entries()) {
      const at = [...path, member];
      yield { path: at, sensitive: sensitive(schemas[index]) };
      yield* membersOf(schemas[index], at, deeper);
    }
  }
}

/** Whether a member or its type is marked. */
function sensitive(given: unknown): boolean {
  const schema = unfold(given);
  if (!Array.isArray(schema)) return false;
  const [kind, second, , traits]: Schema = schema;
  if (typeof kind === 'number' && typeof second === 'string') return isSensitive(traits);
  return isSensitive(second) || sensitive(kind);
}

/** Every member of every input that a service's operations take, by the models in the AWS SDK. */
export async function inputMembers(service: string): Promise<InputMember[]> {
  const module = await registry.find(({ name }) => name === service)?.load();
  const sdk: Record<string, unknown> = await import(`@aws-sdk/client-${CLIENTS[service]}`);
  return Object.keys(module?.actions ?? {}).flatMap((operation) => {
    const command = sdk[`${operation}Command`];
    if (typeof command !== 'function') throw new Error(`the SDK does not have ${service} ${operation}`);
    const { schema } = Reflect.construct(command, [{}]) as { schema: Schema }; // the SDK's commands carry it
    return [...membersOf(schema[4], [], [])].map((member) => ({ operation, ...member }));
  });
}

export const SENSITIVE_MEMBERS_FILE = join(import.meta.dirname, 'src/core/sensitive-members.ts');

/** The text of `sensitive-members.ts`. */
export async function sensitiveMembers(): Promise<string> {
  const services: string[] = [];
  for (const service of Object.keys(CLIENTS)) {
    const byOperation = new Map<string, string[]>();
    for (const { operation, path, sensitive: marked } of await inputMembers(service)) {
      if (marked) byOperation.set(operation, [...(byOperation.get(operation) ?? []), path.join('.')]);
    }
    const operations = [...byOperation].map(
      ([operation, paths]) => `    ${operation}: [${paths.map((path) => `'${path}'`).join(', ')}],`,
    );
    if (operations.length > 0) services.push(`  ${service}: {\n${operations.join('\n')}\n  },`);
  }
  return `// Written by packages/local/write-sensitive-members.ts from the models in the AWS SDK.

/**
 * Members that the service models mark sensitive, by signing name and operation. Messages never
 * show their values.
 */
// biome-ignore format: generated
export const SENSITIVE_MEMBERS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
${services.join('\n')}
};
`;
}
