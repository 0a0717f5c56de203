import type { ParameterVersion, StoredParameter } from './store.ts';

/** AWS JSON carries times as seconds. */
const seconds = (ms: number) => ms / 1000;

const visibleValue = (version: ParameterVersion, withDecryption: boolean) =>
  withDecryption ? version.value : (version.ciphertext ?? version.value);

/** The `Parameter` shape. */
export function writeParameter(parameter: StoredParameter, version: ParameterVersion, withDecryption: boolean) {
  return {
    Name: parameter.name,
    Type: version.type,
    Value: visibleValue(version, withDecryption),
    Version: version.version,
    LastModifiedDate: seconds(version.modifiedMs),
    ARN: parameter.arn,
    DataType: version.dataType,
  };
}

/** The members that `ParameterMetadata` and `ParameterHistory` share; neither shows labels or the value. */
export function writeMetadata(parameter: StoredParameter, version: ParameterVersion) {
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
    Policies: [],
    DataType: version.dataType,
  };
}

/** The `ParameterHistory` shape. */
export function writeHistory(parameter: StoredParameter, version: ParameterVersion, withDecryption: boolean) {
  return {
    ...writeMetadata(parameter, version),
    Value: visibleValue(version, withDecryption),
    Labels: [...version.labels].sort(),
  };
}
