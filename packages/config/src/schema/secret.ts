import { assertKnownOptions } from '@twelvefold/core/internal';
import type { input, output } from 'zod/v4/core';
import { $constructor, $ZodType } from 'zod/v4/core';
import { Secret } from '../secret.ts';
import type { SchemaIssue } from './issue-detail.ts';
import { authorMessage, ISSUE_DETAIL, issueDetail } from './issue-detail.ts';
import { SECRET_TRAIT } from './marker.ts';
import { acceptsAbsence } from './unwrap.ts';

/** A zod schema that validates with `S` and gives a {@link Secret} of its output. */
export interface SecretSchema<S extends $ZodType = $ZodType> extends $ZodType<Secret<output<S>>, input<S>> {}

/**
 * Where a secret is kept, when the convention does not fit. Names may contain `{app}` and
 * `{stage}`.
 */
export interface SecretOptions {
  /** The id in Secrets Manager. @defaultValue `{app}/{stage}/` and the path */
  id?: string;
  /**
   * The value is this key of the JSON object that the secret holds, as rotation functions write it.
   * @defaultValue the whole text
   */
  jsonKey?: string;
  /**
   * The version stage to read. Any but the current one takes a separate call.
   * @defaultValue `AWSCURRENT`
   */
  versionStage?: string;
  /**
   * Read it from Parameter Store as a SecureString: by the conventional name (`true`) or by this
   * one.
   */
  parameter?: true | string;
  /** The version (a number) or the label of that parameter. @defaultValue the latest */
  version?: number | string;
  /** The environment variable. @defaultValue the path in constant case */
  env?: string;
}

type Internals = $ZodType & {
  _zod: { def: { type: 'custom'; innerType: $ZodType; options: SecretOptions } };
};

const OPTIONS = ['id', 'jsonKey', 'versionStage', 'parameter', 'version', 'env'];

const SecretType = $constructor<Internals>(SECRET_TRAIT, (inst, def) => {
  $ZodType.init(inst, def);
  inst._zod.parse = (payload, ctx) => {
    // loadConfig passes the raw text inside a secret with the key's name, so that no rule above
    // this one sees it in clear.
    const carrier = Secret.isInstance(payload.value) ? payload.value : undefined;
    const refuse = (detail: string) => {
      payload.issues.push({
        code: 'custom',
        // Never the value: with `reportInput` zod puts `input` into the error, and messages are
        // printed.
        input: undefined,
        message: `Invalid secret: ${detail}`,
        params: { [ISSUE_DETAIL]: detail },
        inst,
      });
      return payload;
    };
    const settle = (result: { value: unknown; issues: ReadonlyArray<SchemaIssue> }) => {
      const [issue] = result.issues;
      if (issue !== undefined) return refuse(secretIssueDetail(issue));
      payload.value = new Secret(result.value, carrier?.name);
      return payload;
    };
    // A transform may throw an error that quotes the value, as `new URL()` does.
    const thrown = (error: unknown) => refuse(`the schema threw ${error instanceof Error ? error.name : 'a value'}`);
    try {
      const value = carrier === undefined ? payload.value : carrier.reveal();
      const result = def.innerType._zod.run({ value, issues: [] }, ctx);
      return result instanceof Promise ? result.then(settle).catch(thrown) : settle(result);
    } catch (error) {
      return thrown(error);
    }
  };
});

/**
 * Allowed values and the parts a format asks for are candidates for the secret itself: say less
 * than for a plain key.
 */
function secretIssueDetail(issue: SchemaIssue): string {
  const message = issue.params?.[ISSUE_DETAIL] ?? authorMessage(issue);
  if (message !== undefined) return message;
  if (issue.code === 'invalid_value') return 'is not an allowed value';
  if (issue.code === 'invalid_format' && issue.format !== 'regex') {
    return ['starts_with', 'ends_with', 'includes'].includes(String(issue.format))
      ? `does not fit the schema's ${String(issue.format).replace('_', ' ')} rule`
      : issueDetail(issue);
  }
  return issueDetail(issue);
}

/**
 * Marks a config key as a secret: it is read from Secrets Manager (or the environment, or a file),
 * never from a plain parameter, and the loaded value is a {@link Secret}. `inner` validates the raw
 * text; when it is an array, an object or a record, the text is JSON. A refused value is described
 * without the value.
 *
 * @throws TypeError when `inner` accepts absence (write `z.optional(secret(z.string()))`), for an
 * unknown option, and for options of both stores at once.
 * @example
 * ```ts
 * const schema = z.object({
 *   payments: z.object({ apiKey: secret(z.string()) }),
 *   database: z.object({
 *     password: secret(z.string(), { id: '{app}/{stage}/database', jsonKey: 'password' }),
 *   }),
 * });
 * ```
 */
export function secret<S extends $ZodType>(inner: S, options: SecretOptions = {}): SecretSchema<S> {
  assertKnownOptions('mark a secret', options, OPTIONS);
  if (typeof inner !== 'object' || inner === null || !('_zod' in inner)) {
    throw new TypeError('Cannot mark a secret: secret() takes a zod 4 schema, e.g. secret(z.string())');
  }
  if (acceptsAbsence(inner)) {
    throw new TypeError(
      'Cannot mark a secret: what may be absent is the key, so the wrapper goes outside, e.g. z.optional(secret(z.string()))',
    );
  }
  if (options.parameter !== undefined && (options.id ?? options.jsonKey ?? options.versionStage) !== undefined) {
    throw new TypeError(
      'Cannot mark a secret: id, jsonKey and versionStage are of Secrets Manager, parameter is of Parameter Store; choose one',
    );
  }
  if (options.parameter === undefined && options.version !== undefined) {
    throw new TypeError(
      "Cannot mark a secret: version is a parameter's; a secret has stages, e.g. { versionStage: 'AWSPREVIOUS' }",
    );
  }
  // The constructor's type has the marker's shape only; by its parse above, its output is a
  // `Secret` of the output of `inner`.
  return new SecretType({ type: 'custom', innerType: inner, options }) as unknown as SecretSchema<S>;
}
