import type { Aws } from '@twelvefold/aws';
import type { Binding, BindingValue } from '../bindings.ts';
import type { BindingFault } from './bindings-error.ts';
import { BindingsError } from './bindings-error.ts';

/** What each kind of value looks like; the limits of a table's name are DynamoDB's, which takes its ARN too. */
const SHAPES: Record<BindingValue, { fits(value: string): boolean; expected: string }> = {
  url: { fits: (value) => /^https?:\/\/\S+$/.test(value) && URL.canParse(value), expected: 'the URL of a queue' },
  arn: { fits: (value) => /^arn:[^:\s]+:sns:[^:\s]*:[^:\s]*:[^:\s]+$/.test(value), expected: 'the ARN of a topic' },
  name: {
    fits: (value) => /^(arn:[^:\s]+:dynamodb:\S+:table\/)?[\w.-]{3,255}$/.test(value),
    expected: 'the name of a table',
  },
};

/** GetParameters takes 10 names. */
const NAMES_PER_CALL = 10;

export interface ResolveBindingsOptions {
  env: Readonly<Record<string, string | undefined>>;
  aws: Aws;
  signal?: AbortSignal | undefined;
}

/**
 * The value of each binding by key: the environment's, else Parameter Store's, all in one round trip.
 *
 * @throws BindingsError listing every binding that neither has, with both ways to supply it, and every malformed one.
 */
export async function resolveBindings(
  wanted: readonly Binding[],
  { env, aws, signal }: ResolveBindingsOptions,
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  const faults: BindingFault[] = [];
  const take = (binding: Binding, value: string, source: 'environment' | 'parameter') => {
    const { fits, expected } = SHAPES[binding.value];
    if (fits(value)) found.set(binding.key, value);
    else faults.push({ binding, malformed: { source, expected } });
  };
  const unset: Binding[] = [];
  for (const binding of wanted) {
    const value = env[binding.env];
    if (value) take(binding, value, 'environment');
    else unset.push(binding);
  }
  const pages: Binding[][] = [];
  for (let at = 0; at < unset.length; at += NAMES_PER_CALL) pages.push(unset.slice(at, at + NAMES_PER_CALL));
  const answers = await Promise.all(
    pages.map((page) =>
      aws.call('ssm', 'GetParameters', { Names: page.map(({ parameter }) => parameter) }, { access: 'read', signal }),
    ),
  );
  const stored = new Map(answers.flatMap(({ Parameters = [] }) => Parameters.map(({ Name, Value }) => [Name, Value])));
  for (const binding of unset) {
    const value = stored.get(binding.parameter);
    if (value) take(binding, value, 'parameter');
    else faults.push({ binding });
  }
  if (faults.length > 0) throw new BindingsError(faults);
  return found;
}
