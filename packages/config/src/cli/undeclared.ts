import type { Aws } from '@twelvefold/aws';
import { AwsError, secretsmanager, ssm } from '@twelvefold/aws';
import type { ConfigDefinition } from '../define-config.ts';
import type { ConfigTarget } from '../schema/names.ts';
import { atTarget } from '../schema/names.ts';

/** Names that the stores of a stage have and the schema does not. */
export interface Undeclared {
  /** Names of parameters, then of secrets, each with its store. */
  readonly found: ReadonlyArray<{ readonly in: 'parameterStore' | 'secretsManager'; readonly name: string }>;
  /** Stores that could not be listed, with the reason. */
  readonly unlisted: readonly string[];
}

/**
 * Lists what the stores hold under the names of an app and a stage and no key of its schema reads.
 * `/{app}/{stage}/bindings/` belongs to attached resources and is left out.
 */
export async function findUndeclared(
  aws: Aws,
  { leaves, sources }: ConfigDefinition,
  target: ConfigTarget,
): Promise<Undeclared> {
  const declared = new Set(
    leaves.map(({ place }) => atTarget(place.in === 'parameterStore' ? place.name : place.id, target)),
  );
  const unlisted: string[] = [];
  const list = async (store: string, names: () => Promise<string[]>): Promise<string[]> => {
    try {
      return (await names()).filter((name) => !declared.has(name)).sort();
    } catch (error) {
      if (!AwsError.isInstance(error)) throw error;
      unlisted.push(`${store}: ${error.message}`);
      return [];
    }
  };
  const has = (kind: string) => sources.some((source) => source.kind === kind);
  const [parameters, secrets] = await Promise.all([
    has('parameterStore') ? list('Parameter Store', () => parameterNames(aws, target)) : [],
    has('secretsManager') ? list('Secrets Manager', () => secretNames(aws, target)) : [],
  ]);
  return {
    found: [
      ...parameters.map((name) => ({ in: 'parameterStore', name }) as const),
      ...secrets.map((name) => ({ in: 'secretsManager', name }) as const),
    ],
    unlisted,
  };
}

async function parameterNames(aws: Aws, { app, stage }: ConfigTarget): Promise<string[]> {
  const input = { Path: `/${app}/${stage}/`, Recursive: true, WithDecryption: false, MaxResults: 10 };
  const names: string[] = [];
  let NextToken: string | undefined;
  do {
    const page = await aws.call(ssm, 'GetParametersByPath', { ...input, NextToken }, { access: 'read' });
    names.push(...(page.Parameters ?? []).flatMap(({ Name }) => (Name === undefined ? [] : [Name])));
    NextToken = page.NextToken;
  } while (NextToken);
  return names.filter((name) => !name.startsWith(`/${app}/${stage}/bindings/`));
}

async function secretNames(aws: Aws, { app, stage }: ConfigTarget): Promise<string[]> {
  const prefix = `${app}/${stage}/`;
  const Filters = [{ Key: 'name' as const, Values: [prefix] }];
  const names: string[] = [];
  let NextToken: string | undefined;
  do {
    const page = await aws.call(secretsmanager, 'ListSecrets', { Filters, NextToken }, { access: 'read' });
    names.push(...(page.SecretList ?? []).flatMap(({ Name }) => (Name === undefined ? [] : [Name])));
    NextToken = page.NextToken;
  } while (NextToken);
  return names.filter((name) => name.startsWith(prefix));
}
