import type { CallContext } from '../../core/service.ts';
import { writePolicies } from './parameter-policy.ts';
import { readValue } from './secure-value.ts';
import type { ParameterVersion, StoredParameter } from './store.ts';

/** AWS JSON carries times as seconds. */
const seconds = (ms: number) => ms / 1000;

/** The `Parameter` shape. */
export function writeParameter(
  parameter: StoredParameter,
  version: ParameterVersion,
  withDecryption: boolean,
  context: CallContext,
) {
  return {
    Name: parameter.name,
    Type: version.type,
    Value: readValue(parameter, version, withDecryption, context),
    Version: version.version,
    LastModifiedDate: seconds(version.modifiedMs),
    ARN: parameter.arn,
    DataType: version.dataType,
  };
}

/** The members that `ParameterMetadata` and `ParameterHistory` share; neither shows labels or the value. */
export function writeMetadata(parameter: StoredParameter, version: ParameterVersion, { clock }: CallContext) {
  return {
    Name: parameter.name,
    Type: version.type,
    KeyId: version.keyId,
    LastModifiedDate: seconds(version.modifiedMs),
    LastModifiedUser: version.modifiedBy,
    Description: version.description,
    AllowedPattern: version.allowedPattern,
    Version: version.version,
    Tier: version.tier,
    Policies: writePolicies(version.policies, version.modifiedMs, clock.now()),
    DataType: version.dataType,
  };
}

/** The `ParameterHistory` shape. */
export function writeHistory(
  parameter: StoredParameter,
  version: ParameterVersion,
  withDecryption: boolean,
  context: CallContext,
) {
  return {
    ...writeMetadata(parameter, version, context),
    Value: readValue(parameter, version, withDecryption, context),
    Labels: [...version.labels].sort(),
  };
}
