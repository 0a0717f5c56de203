import type { CallContext } from '../../core/service.ts';
import { findParameter, readParameterRequest, selectVersion } from './find-parameter.ts';
import { parameterArn } from './parameter-name.ts';
import { isSecretReference, readSecretReference } from './secret-reference.ts';
import { writeParameter } from './write-parameter.ts';

/** One `Parameter`, by whatever a caller may write for it; names what it touches in the call log. */
export function readParameter(text: string, withDecryption: boolean, context: CallContext) {
  const request = readParameterRequest(text);
  context.touches(parameterArn(request.name, context));
  if (isSecretReference(request)) return readSecretReference(request, withDecryption, context);
  const parameter = findParameter(request.name, context);
  const { selector } = request;
  return {
    ...writeParameter(parameter, selectVersion(parameter, selector), withDecryption, context),
    // `a` and `/a` are one parameter, and AWS answers with the spelling it was asked for.
    Name: text.startsWith('arn:') ? parameter.name : request.name,
    Selector: selector === undefined ? undefined : `:${selector}`,
  };
}
