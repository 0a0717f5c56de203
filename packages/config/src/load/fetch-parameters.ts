import type { Aws } from '@twelvefold/aws';
import { AwsError, ssm } from '@twelvefold/aws';
import { REFERENCE } from '../plan/lookup.ts';
import { fetchSecret } from './fetch-secrets.ts';
import type { StoreAnswer, StoreAnswers } from './store-answer.ts';
import { allSettledOrThrow, answerOf, mayIsolate } from './store-answer.ts';

interface FoundParameter {
  Name?: string;
  ARN?: string;
  Type?: string;
  Value?: string;
  Version?: number;
  Selector?: string;
  LastModifiedDate?: Date;
  /** For a secret's reference: what Secrets Manager answered, in JSON. */
  SourceResult?: string;
}

/**
 * One GetParameters call. One denied name, or one secret reference that leads nowhere, rejects a
 * whole call: its names are then asked for one by one, and its secrets of Secrets Manager itself,
 * whose answer leaves no doubt.
 */
export async function fetchParameters(
  aws: Aws,
  names: readonly string[],
  signal: AbortSignal | undefined,
  answers: StoreAnswers,
): Promise<void> {
  try {
    const input = { Names: [...names], WithDecryption: true };
    const { Parameters = [] } = await aws.call(ssm, 'GetParameters', input, { access: 'read', signal });
    for (const name of names) {
      const found =
        Parameters.find(({ Name, Selector = '' }) => Name !== undefined && Name + Selector === name) ??
        Parameters.find((parameter) => isNamed(parameter, name));
      answers.set(name, found === undefined ? { kind: 'missing' } : parameterAnswer(found));
    }
  } catch (error) {
    if (!AwsError.isInstance(error)) throw error;
    const secrets = names.filter((name) => name.startsWith(REFERENCE));
    const plain = names.filter((name) => !name.startsWith(REFERENCE));
    const askSecrets = () =>
      secrets.map((name) => fetchSecret(aws, { id: name.slice(REFERENCE.length), name }, signal, answers));
    if (mayIsolate(error) && (names.length > 1 || secrets.length > 0)) {
      await allSettledOrThrow([...plain.map((name) => fetchParameters(aws, [name], signal, answers)), ...askSecrets()]);
      return;
    }
    // A reference to a secret without a value was answered with 500 by one endpoint (moto 5.2); it
    // must not take the rest along.
    if (error.httpStatus === 500 && secrets.length > 0) {
      await allSettledOrThrow([
        ...(plain.length === 0 ? [] : [fetchParameters(aws, plain, signal, answers)]),
        ...askSecrets(),
      ]);
      return;
    }
    for (const name of names) answers.set(name, answerOf(error));
  }
}

/**
 * Every page under a path. A page may be empty and still have a next one (API reference,
 * GetParametersByPath).
 */
export async function fetchByPath(
  aws: Aws,
  { path, names }: { readonly path: string; readonly names: readonly string[] },
  signal: AbortSignal | undefined,
  answers: StoreAnswers,
): Promise<void> {
  const found = new Map<string, StoreAnswer>();
  try {
    let NextToken: string | undefined;
    do {
      const page = await aws.call(
        ssm,
        'GetParametersByPath',
        { Path: path, Recursive: true, WithDecryption: true, MaxResults: 10, ...(NextToken ? { NextToken } : {}) },
        { access: 'read', signal },
      );
      for (const parameter of page.Parameters ?? []) {
        if (parameter.Name !== undefined) found.set(parameter.Name, parameterAnswer(parameter));
      }
      NextToken = page.NextToken;
    } while (NextToken);
    for (const name of names) answers.set(name, found.get(name) ?? { kind: 'missing' });
  } catch (error) {
    if (!AwsError.isInstance(error)) throw error;
    for (const name of names) answers.set(name, answerOf(error));
  }
}

function isNamed({ Name, ARN, Selector = '' }: FoundParameter, name: string): boolean {
  // A parameter that is asked for by its ARN is answered with both.
  if (ARN !== undefined && ARN + Selector === name) return true;
  if (Name === undefined) return false;
  // Some endpoints (moto 5.2) answer a secret reference under the secret's own name, and a selector
  // within the name.
  return Name === name || name === REFERENCE + Name;
}

function parameterAnswer({ Value, Type, Version, LastModifiedDate, SourceResult }: FoundParameter): StoreAnswer {
  if (Value === undefined) return { kind: 'missing' };
  return {
    kind: 'value',
    text: Value,
    ...(Type === undefined ? {} : { type: Type }),
    // References have no versions of their own: theirs is 0. The secret's is read when it is asked
    // for: a load never does.
    ...(Version ? { version: String(Version) } : {}),
    ...(SourceResult === undefined ? {} : { secretVersion: () => versionIdOf(SourceResult) }),
    ...(LastModifiedDate === undefined ? {} : { modifiedAt: LastModifiedDate }),
  };
}

/** Documented as `VersionId`; other answers were seen to begin with small letters. */
function versionIdOf(sourceResult: string): string | undefined {
  try {
    const { VersionId, versionId = VersionId }: { VersionId?: unknown; versionId?: unknown } = JSON.parse(sourceResult);
    return typeof versionId === 'string' ? versionId : undefined;
  } catch {
    return undefined;
  }
}
