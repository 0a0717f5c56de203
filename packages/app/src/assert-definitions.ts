import type { ResourceDefinition } from '@twelvefold/backing';
import type { Duration } from '@twelvefold/core';
import { durationMs } from '@twelvefold/core';
import { constantCase, deadLetterName } from './names.ts';
import { RESOURCE_ACCESS } from './resource-access.ts';

const WORDS = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
/** Keys become environment variables and parameter names. */
const KEY = /^[a-z][A-Za-z0-9]*$/;

interface AppLike {
  readonly name: string;
  readonly backing?: Readonly<Record<string, ResourceDefinition>> | undefined;
}

export function assertApp(options: AppLike): void {
  const faults = unknownOptions(options, ['name', 'config', 'backing']);
  if (typeof options.name !== 'string' || options.name.length > 20 || !WORDS.test(options.name)) {
    faults.push("'name' must be 1 to 20 characters, lower-case words joined by hyphens, e.g. 'orders'");
  }
  const entries = Object.entries(options.backing ?? {});
  const names = new Map<string, string>();
  const claim = (space: string, name: string, owner: string) => {
    const taken = names.get(`${space}/${name}`);
    if (taken) faults.push(`${owner} and ${taken} are both a ${space} named '${name}'`);
    names.set(`${space}/${name}`, owner);
  };
  const variables = new Map<string, string>();
  for (const [key, definition] of entries) {
    if (!KEY.test(key)) faults.push(`the key '${key}' must be camelCase letters and digits`);
    const namesake = variables.get(constantCase(key));
    if (namesake) faults.push(`the keys '${key}' and '${namesake}' would read the same environment variables`);
    variables.set(constantCase(key), key);
    if (key.endsWith('DeadLetter'))
      faults.push(`the key '${key}' ends in DeadLetter, which names the dead-letter queue of a queue`);
    if (!Object.hasOwn(RESOURCE_ACCESS, definition?.kind)) {
      faults.push(
        `'${key}' is no resource definition: make it with queue(), topic(), table(), sessionStore() or idempotencyStore()`,
      );
      continue;
    }
    // Tables of every kind share DynamoDB's name space; queues and topics have one each.
    const space = definition.kind === 'queue' || definition.kind === 'topic' ? definition.kind : 'table';
    claim(space, definition.name, `'${key}'`);
    if (definition.kind === 'queue' && definition.deadLetter)
      claim(space, deadLetterName(definition.name), `the dead-letter queue of '${key}'`);
  }
  for (const [key, definition] of entries) {
    if (definition?.kind !== 'queue') continue;
    for (const topic of definition.subscribe) {
      if (!entries.some(([, other]) => other === topic)) {
        faults.push(`'${key}' subscribes to the topic '${topic.name}', which is not in backing`);
      }
    }
  }
  refuse(`app ${JSON.stringify(options.name)}`, faults);
}

export function assertHttp(
  app: AppLike,
  options: { uses: unknown; name?: string; timeout?: Duration },
  handler: unknown,
): void {
  const faults = unknownOptions(options, ['uses', 'name', 'timeout']);
  if (options.timeout !== undefined) {
    try {
      const ms = durationMs(options.timeout);
      if (ms < 1) faults.push(`'timeout' is ${options.timeout}; it must be above 0`);
    } catch (error) {
      faults.push(`'timeout' is no duration: ${error instanceof Error ? error.message : error}`);
    }
  }
  if (options.name !== undefined && !WORDS.test(options.name))
    faults.push("'name' must be lower-case words joined by hyphens");
  refuse(`the HTTP front of '${app.name}'`, [...faults, ...componentFaults(app, options.uses, handler)]);
}

export function assertConsumer(
  app: AppLike,
  key: string,
  options: { uses: unknown; concurrency?: number },
  handler: unknown,
): void {
  const faults = unknownOptions(options, ['uses', 'concurrency']);
  const kind = app.backing?.[key]?.kind;
  if (kind !== 'queue')
    faults.push(
      kind ? `'${key}' is a ${kind}, not a queue; let a queue subscribe to it` : `'${key}' is not in backing`,
    );
  const { concurrency } = options;
  if (concurrency !== undefined && !(Number.isInteger(concurrency) && concurrency >= 1 && concurrency <= 1_000)) {
    faults.push(`'concurrency' is ${concurrency}; it must be 1 to 1000`);
  }
  refuse(`the consumer of '${key}'`, [...faults, ...componentFaults(app, options.uses, handler)]);
}

export function assertTask(
  app: AppLike,
  name: string,
  options: { params: unknown; uses: unknown; description?: string },
  handler: unknown,
): void {
  const faults = unknownOptions(options, ['params', 'uses', 'description']);
  if (!WORDS.test(name) || name.length > 40)
    faults.push('the name must be 1 to 40 characters, lower-case words joined by hyphens');
  if (!(options.params as { '~standard'?: unknown } | undefined)?.['~standard']) {
    faults.push("'params' is no Standard Schema: pass e.g. a zod object");
  }
  refuse(`task '${name}'`, [...faults, ...componentFaults(app, options.uses, handler)]);
}

function componentFaults(app: AppLike, uses: unknown, handler: unknown): string[] {
  const faults: string[] = [];
  if (typeof handler !== 'function') faults.push('the handler is not a function');
  if (typeof uses !== 'object' || uses === null)
    return [...faults, "'uses' is missing: name the resources, or write {}"];
  for (const [key, access] of Object.entries(uses)) {
    const definition = app.backing?.[key];
    if (!definition) {
      faults.push(
        `'${key}' in 'uses' is not declared in backing (declared: ${Object.keys(app.backing ?? {}).join(', ')})`,
      );
      continue;
    }
    // `consume` is not asked for: a queue's consumer has it.
    const known = Object.keys(RESOURCE_ACCESS[definition.kind]).filter((one) => one !== 'consume');
    const wrong = Array.isArray(access) ? access.filter((one) => !known.includes(one)) : [access];
    if (wrong.length > 0)
      faults.push(`a ${definition.kind} ('${key}') offers ${known.join(', ')}, not ${wrong.join(', ')}`);
  }
  return faults;
}

function unknownOptions(options: object, known: readonly string[]): string[] {
  return Object.keys(options)
    .filter((key) => !known.includes(key))
    .map((key) => `unknown option '${key}' (known: ${known.join(', ')})`);
}

function refuse(subject: string, faults: readonly string[]): void {
  if (faults.length > 0) throw new TypeError(`Cannot define ${subject}: ${faults.join('; ')}`);
}
