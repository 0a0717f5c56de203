import type { CallContext } from '../../core/service.ts';
import { ServiceError } from '../../core/service-error.ts';
import { checkNameForm, parameterKey } from './parameter-name.ts';
import type { ParameterVersion, StoredParameter } from './store.ts';
import { liveParameters } from './store.ts';

/** What a caller writes where a parameter is meant: `name`, `name:version`, `name:label`, or an ARN of these. */
export interface ParameterRequest {
  readonly name: string;
  /** A version number or a label. */
  readonly selector: string | undefined;
}

/** @throws ServiceError `ValidationException` for a selector with more than one colon or nothing behind it. */
export function readParameterRequest(text: string): ParameterRequest {
  const trimmed = text.trim();
  const resource = /^arn:[^:]*:ssm:[^:]*:[^:]*:parameter(\/.*)$/s.exec(trimmed)?.[1] ?? trimmed;
  const [name = '', selector, ...rest] = resource.split(':');
  if (selector === '' || rest.length > 0) {
    throw new ServiceError(
      'ValidationException',
      'Invalid parameter name. Please use correct syntax for referencing a version/label  <name>:<version/label>',
    );
  }
  return { name, selector };
}

/** The parameter called `name`. @throws ServiceError `ParameterNotFound`, without a message, as AWS sends it. */
export function findParameter(name: string, context: CallContext): StoredParameter {
  checkNameForm(name);
  const parameter = liveParameters(context).get(parameterKey(name));
  if (parameter === undefined) throw new ServiceError('ParameterNotFound', '');
  return parameter;
}

/** The newest version, or the one that `selector` names. @throws ServiceError `ParameterVersionNotFound`. */
export function selectVersion(parameter: StoredParameter, selector: string | undefined): ParameterVersion {
  const { versions, name } = parameter;
  const isNumber = selector !== undefined && /^\d+$/.test(selector);
  const found =
    selector === undefined
      ? versions.at(-1)
      : versions.find(({ version, labels }) => (isNumber ? version === Number(selector) : labels.has(selector)));
  if (found === undefined) {
    const kind = isNumber ? 'version' : 'label';
    throw new ServiceError(
      'ParameterVersionNotFound',
      `Systems Manager could not find ${kind} ${selector} of ${name}. Verify the ${kind} and try again.`,
    );
  }
  return found;
}
