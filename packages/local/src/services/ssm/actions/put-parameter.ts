import { constraint, readBoolean, readOneOf, readString, requireString } from '../../../core/input.ts';
import type { Action, CallContext } from '../../../core/service.ts';
import { ServiceError } from '../../../core/service-error.ts';
import { addTags, readTags } from '../../json-tags.ts';
import { appendVersion } from '../append-version.ts';
import { checkCount } from '../check-count.ts';
import { checkPattern, checkValue, isImageId } from '../check-value.ts';
import { oneUpdate } from '../one-update.ts';
import { checkNewName, parameterArn, parameterKey } from '../parameter-name.ts';
import { readPolicies } from '../parameter-policy.ts';
import { chooseTier } from '../parameter-tier.ts';
import { encryptValue } from '../secure-value.ts';
import type { ParameterType, ParameterVersion } from '../store.ts';
import { expectExpiry, liveParameters, PARAMETER_TYPES } from '../store.ts';

type Input = Record<string, unknown>;

const refused = (message: string) => new ServiceError('ValidationException', message);

function readKeyId(input: Input, type: ParameterType): string | undefined {
  const keyId = readString(input, 'KeyId', { min: 1, max: 256 });
  if (keyId !== undefined && !/^[a-zA-Z0-9:/_-]+$/.test(keyId)) {
    throw constraint('KeyId', 'satisfy regular expression pattern: ^([a-zA-Z0-9:/_-]+)$');
  }
  if (keyId !== undefined && type !== 'SecureString') {
    throw refused('KeyId is required for SecureString type parameter only.');
  }
  return type === 'SecureString' ? (keyId ?? 'alias/aws/ssm') : undefined;
}

/** The version that the call makes. What it does not say stays as it was, but for the key. */
function readVersion(
  input: Input,
  { name, type, previous }: { name: string; type: ParameterType; previous: ParameterVersion | undefined },
  context: CallContext,
): ParameterVersion {
  const value = requireString(input, 'Value');
  const keyId = readKeyId(input, type);
  const dataType = readString(input, 'DataType', { max: 128 }) ?? previous?.dataType ?? 'text';
  checkValue(value, dataType);
  const allowedPattern = readString(input, 'AllowedPattern', { max: 1024 }) ?? previous?.allowedPattern;
  checkPattern(allowedPattern, value);
  const policyText = readString(input, 'Policies', { min: 1, max: 4096 });
  const policies =
    policyText === undefined ? (previous?.policies ?? []) : readPolicies(policyText, context.clock.now());
  const tier = chooseTier({
    asked: readOneOf(input, 'Tier', ['Standard', 'Advanced', 'Intelligent-Tiering']),
    bytes: Buffer.byteLength(value),
    hasPolicies: policies.length > 0,
    previous: previous?.tier,
  });
  const arn = parameterArn(name, context);
  return {
    version: (previous?.version ?? 0) + 1,
    type,
    value: keyId === undefined ? value : encryptValue(value, { arn, keyId, tier }, context),
    modifiedMs: context.clock.now(),
    modifiedBy: context.principal.arn,
    description: readString(input, 'Description', { max: 1024 }) ?? previous?.description,
    allowedPattern,
    keyId,
    tier,
    dataType,
    policies,
    labels: new Set(),
  };
}

function put(name: string, input: Input, context: CallContext) {
  const overwrite = readBoolean(input, 'Overwrite') ?? false;
  const tags = readTags(input);
  if (overwrite && tags !== undefined && tags.size > 0) {
    throw refused(
      "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please remove overwrite flag. To update tags for an existing parameter, please use AddTagsToResource or RemoveTagsFromResource.",
    );
  }
  const all = liveParameters(context);
  const existing = all.get(parameterKey(name));
  const previous = existing?.versions.at(-1);
  const type = readOneOf(input, 'Type', PARAMETER_TYPES) ?? previous?.type;
  if (type === undefined) throw refused('A parameter type is required when you create a parameter.');
  if (existing !== undefined && !overwrite) {
    throw new ServiceError(
      'ParameterAlreadyExists',
      'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
    );
  }
  const version = readVersion(input, { name, type, previous }, context);
  const answer = { Version: version.version, Tier: version.tier };
  // AWS looks for the image after it has answered: a value that is none changes nothing, on a 200.
  if (version.dataType === 'aws:ec2:image' && type === 'String' && !isImageId(version.value)) return answer;
  if (existing !== undefined) {
    appendVersion(existing, version);
    expectExpiry(version, context);
    return answer;
  }
  checkCount(all, version.tier);
  const parameter = { name, arn: parameterArn(name, context), versions: [version], tags: new Map<string, string>() };
  addTags(parameter.tags, tags ?? new Map(), 'TooManyTagsError');
  all.set(parameterKey(name), parameter);
  expectExpiry(version, context);
  return answer;
}

export const putParameter: Action = (input, context) => {
  const name = requireString(input, 'Name', { min: 1, max: 2048 }).trim();
  context.touches(parameterArn(name, context));
  checkNewName(name, context);
  return oneUpdate(parameterKey(name), context, () => put(name, input, context));
};
