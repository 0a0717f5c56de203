import type { $ZodType } from 'zod/v4/core';
import type { ConfigPlace } from './leaf.ts';
import { parameterTemplate, secretTemplate } from './names.ts';
import type { ParamOptions } from './param.ts';
import type { SecretOptions } from './secret.ts';

/** The options that `secret()` or `param()` gave a key. */
export type Marker =
  | { readonly kind: 'secret'; readonly innerType: $ZodType; readonly options: SecretOptions }
  | { readonly kind: 'param'; readonly innerType: $ZodType; readonly options: ParamOptions };

/**
 * Names that Parameter Store takes ("Constraints", PutParameter), placeholders aside: a path, or
 * one level without a slash.
 */
const PARAMETER_NAME = /^((\/[A-Za-z0-9_.-]+)+|[A-Za-z0-9_.-]+)$/;
/** For reading: the ARN of a parameter that another account shares (GetParameters, "Names"). */
const PARAMETER_ARN = /^arn:aws[a-z-]*:ssm:[a-z0-9-]+:\d{12}:parameter(\/[A-Za-z0-9_.-]+)+$/;
/** Levels of a name (PutParameter, "Name"). */
const MAX_LEVELS = 15;
/**
 * Names that Secrets Manager takes (CreateSecret), and those of secrets that a service of AWS made:
 * its own name and `!` before the rest (`rds!cluster-...`, `events!connection/...`; "Secrets
 * managed by other services").
 */
const SECRET_NAME = /^([a-z0-9-]+!)?[A-Za-z0-9/_+=.@-]{1,512}$/;
/**
 * With the hyphen and six characters that Secrets Manager adds: without them IAM and the API
 * disagree about what it names.
 */
const SECRET_ARN =
  /^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:([a-z0-9-]+!)?[A-Za-z0-9/_+=.@-]+-[A-Za-z0-9]{6}$/;
/** A label does not begin with a number, aws or ssm (LabelParameterVersion). */
const LABEL = /^(?!aws|ssm)[A-Za-z_.-][A-Za-z0-9_.-]{0,99}$/i;

/**
 * Where the stores hold a key: by its path, unless a marker names another place.
 *
 * @throws TypeError for a name, version or stage that the store would refuse.
 */
export function placeOf(path: readonly string[], marker: Marker | undefined): ConfigPlace {
  const refuse = (what: string): never => {
    throw new TypeError(`Cannot define config key '${path.join('.')}': ${what}`);
  };
  const selector = (version: number | string | undefined) => {
    if (version === undefined) return '';
    const valid = typeof version === 'number' ? Number.isInteger(version) && version > 0 : LABEL.test(version);
    return valid
      ? `:${version}`
      : refuse(`version ${JSON.stringify(version)} must be a whole number from 1, or a label of Parameter Store`);
  };
  const env = marker?.options.env;
  if (env !== undefined && !/^[A-Z][A-Z0-9_]*$/.test(env)) {
    refuse(`env ${JSON.stringify(env)} must be capital letters, digits and '_'`);
  }
  if (marker?.kind === 'secret' && marker.options.parameter === undefined) {
    const { id = secretTemplate(path), jsonKey, versionStage } = marker.options;
    if (!SECRET_NAME.test(filled(id)) && !SECRET_ARN.test(filled(id))) {
      refuse(`id ${JSON.stringify(id)} must be a name that Secrets Manager takes, or the whole ARN of a secret`);
    }
    if (jsonKey === '') refuse('jsonKey is empty');
    if (versionStage !== undefined && !/^[\w.+=@-]{1,256}$/.test(versionStage)) {
      refuse(`versionStage ${JSON.stringify(versionStage)} must be a staging label, e.g. 'AWSPREVIOUS'`);
    }
    return Object.freeze({
      in: 'secretsManager',
      id,
      ...(jsonKey === undefined ? {} : { jsonKey }),
      ...(versionStage === undefined || versionStage === 'AWSCURRENT' ? {} : { versionStage }),
    });
  }
  const secure = marker?.kind === 'secret';
  const given = marker?.kind === 'secret' ? marker.options.parameter : marker?.options.name;
  const name = typeof given === 'string' ? given : parameterTemplate(path);
  const isArn = PARAMETER_ARN.test(filled(name));
  if (!isArn && !PARAMETER_NAME.test(filled(name))) {
    refuse(
      `name ${JSON.stringify(name)} must be a name that Parameter Store takes, e.g. '/{app}/{stage}/tax-rate' or 'tax-rate', or the whole ARN of a parameter`,
    );
  }
  // Of the names that are reserved for AWS, public parameters can be read.
  if (!isArn && /^\/?(aws|ssm)/i.test(name) && !name.startsWith('/aws/service/')) {
    refuse('Parameter Store refuses names that begin with aws or ssm, except the public ones under /aws/service/');
  }
  const levels = name.replace(/^\/|^arn.*:parameter\//, '').split('/').length;
  if (levels > MAX_LEVELS) refuse(`its name in Parameter Store has ${levels} levels, and may have ${MAX_LEVELS}`);
  if (name.startsWith('/{app}/{stage}/bindings/')) {
    refuse('/{app}/{stage}/bindings belongs to attached resources; choose another name');
  }
  return Object.freeze({
    in: 'parameterStore',
    name,
    selector: selector(marker?.kind === 'secret' || marker?.kind === 'param' ? marker.options.version : undefined),
    secure,
  });
}

/** With something harmless for the placeholders; other braces stay and are refused. */
function filled(template: string): string {
  return template.replaceAll('{app}', 'a').replaceAll('{stage}', 's');
}
