import type { Aws } from '@twelvefold/aws';
import type { Binding } from '../bindings.ts';
import { BindingsError } from './bindings-error.ts';

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
 * @throws BindingsError listing every binding that neither has, with both ways to supply it.
 */
export async function resolveBindings(
  wanted: readonly Binding[],
  { env, aws, signal }: ResolveBindingsOptions,
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  const unset: Binding[] = [];
  for (const binding of wanted) {
    const value = env[binding.env];
    if (value) found.set(binding.key, value);
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
  const missing: Binding[] = [];
  for (const binding of unset) {
    const value = stored.get(binding.parameter);
    if (value) found.set(binding.key, value);
    else missing.push(binding);
  }
  if (missing.length > 0) throw new BindingsError(missing);
  return found;
}
