import { readBoolean, readString } from '../../../core/input.ts';
import type { Action } from '../../../core/service.ts';
import { ServiceError } from '../../../core/service-error.ts';
import { checkNotDeleted, requestedSecret } from '../find-secret.ts';
import { armRotation, beginVersion, invokeStep, pendingVersion, rotate } from '../rotate.ts';
import { nextRotation, readRotationRules } from '../rotation-rules.ts';
import { readClientRequestToken } from '../secret-value.ts';

const invalid = (message: string) => new ServiceError('InvalidRequestException', message);

/** Answers at once, as AWS does: the function runs afterwards. Without `RotateImmediately` only its testSecret runs. */
export const rotateSecret: Action = (input, context) => {
  const secret = requestedSecret(input, context);
  checkNotDeleted(secret);
  const token = readClientRequestToken(input);
  const rules = readRotationRules(input) ??
    secret.rotation?.rules ?? { days: undefined, schedule: undefined, duration: undefined };
  const functionArn = readString(input, 'RotationLambdaARN', { max: 2048 }) || secret.rotation?.functionArn;
  const immediately = readBoolean(input, 'RotateImmediately') ?? true;
  if (functionArn === undefined) throw invalid('No Lambda rotation function ARN is associated with this secret.');
  if (!context.functions.has(functionArn)) {
    throw new ServiceError(
      'AccessDeniedException',
      'Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants access to the principal secretsmanager.amazonaws.com.',
    );
  }
  if (secret.versions.get(token)?.stages.has('AWSCURRENT'))
    return { ARN: secret.arn, Name: secret.name, VersionId: token };
  secret.rotation = { functionArn, rules, enabled: true, nextMs: nextRotation(rules, context.clock.now()) };
  secret.changedMs = context.clock.now();
  const pending = pendingVersion(secret);
  if (pending !== undefined && pending.id !== token && immediately) {
    context.background(() => rotate(secret, pending.id, context));
    throw invalid("A previous rotation isn't complete. That rotation will be reattempted.");
  }
  if (immediately) {
    beginVersion(secret, token, context.clock.now());
    context.background(() => rotate(secret, token, context));
    return { ARN: secret.arn, Name: secret.name, VersionId: token };
  }
  armRotation(secret, context);
  if (pending === undefined) {
    beginVersion(secret, token, context.clock.now());
    const forget = () => secret.versions.delete(token);
    context.background(() => invokeStep(secret, 'testSecret', token, context).finally(forget));
  }
  return { ARN: secret.arn, Name: secret.name };
};
