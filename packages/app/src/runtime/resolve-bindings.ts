import type { Aws } from '@twelvefold/aws';
import { ssm } from '@twelvefold/aws';
import type { BindingOfKind } from '@twelvefold/backing/internal';
import type { Binding } from '../bindings.ts';
import type { BindingFault } from './bindings-error.ts';
import { BindingsError } from './bindings-error.ts';

/** A binding that a component needs, and how its kind wants it to look. */
export interface WantedBinding {
  readonly binding: Binding;
  readonly shape: BindingOfKind;
}

/** GetParameters takes 10 names. */
const NAMES_PER_CALL = 10;

export interface ResolveBindingsOptions {
  env: Readonly<Record<string, string | undefined>>;
  aws: Aws;
  signal?: AbortSignal | undefined;
}

/**
 * The value of each binding by key: the environment's, else Parameter Store's, all in one round
 * trip.
 *
 * @throws BindingsError listing every binding that neither has, with both ways to supply it, and
 * every malformed one.
 */
export async function resolveBindings(
  wanted: readonly WantedBinding[],
  { env, aws, signal }: ResolveBindingsOptions,
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  const faults: BindingFault[] = [];
  const take = ({ binding, shape }: WantedBinding, value: string, source: 'environment' | 'parameter') => {
    if (shape.pattern.test(value)) found.set(binding.key, value);
    else faults.push({ binding, malformed: { source, expected: shape.expected } });
  };
  const unset: WantedBinding[] = [];
  for (const one of wanted) {
    const value = env[one.binding.env];
    if (value) take(one, value, 'environment');
    else unset.push(one);
  }
  const pages: WantedBinding[][] = [];
  for (let at = 0; at < unset.length; at += NAMES_PER_CALL) pages.push(unset.slice(at, at + NAMES_PER_CALL));
  const answers = await Promise.all(
    pages.map((page) =>
      aws.call(
        ssm,
        'GetParameters',
        { Names: page.map(({ binding }) => binding.parameter) },
        { access: 'read', signal },
      ),
    ),
  );
  const stored = new Map(answers.flatMap(({ Parameters = [] }) => Parameters.map(({ Name, Value }) => [Name, Value])));
  for (const one of unset) {
    const value = stored.get(one.binding.parameter);
    if (value) take(one, value, 'parameter');
    else faults.push({ binding: one.binding });
  }
  if (faults.length > 0) throw new BindingsError(faults);
  return found;
}
