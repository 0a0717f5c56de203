import { partitionOf } from '../../core/partition.ts';
import type { CallContext } from '../../core/service.ts';
import { ServiceError } from '../../core/service-error.ts';

/** From the API reference of PutParameter: hierarchies are at most fifteen levels deep. */
const MAX_LEVELS = 15;
/** Also from there: 1,011 characters, those of the ARN included. */
const MAX_ARN = 1011;

const PATH_RULE =
  'If formed as a path, it can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_';

const refused = (message: string) => new ServiceError('ValidationException', message);

/** `a` and `/a` name the same parameter, `parameter/a`. */
export const parameterKey = (name: string) => name.replace(/^\//, '');

export function parameterArn(name: string, { account, region }: Pick<CallContext, 'account' | 'region'>): string {
  return `arn:${partitionOf(region)}:ssm:${region}:${account}:parameter/${parameterKey(name)}`;
}

/** Whether `name` has the form that a parameter's name can have. */
function isWellFormed(name: string): boolean {
  return /^(\/[A-Za-z0-9_.-]+)+$|^[A-Za-z0-9_.-]+$/.test(name);
}

/** @throws ServiceError `ValidationException` for a name that no parameter can have. */
export function checkNameForm(name: string): void {
  if (!isWellFormed(name)) throw refused(`Parameter name: ${PATH_RULE}`);
}

/** @throws ServiceError for a name that PutParameter refuses. */
export function checkNewName(name: string, context: Pick<CallContext, 'account' | 'region'>): void {
  const levels = parameterKey(name).split('/');
  const first = levels[0]?.toLowerCase() ?? '';
  if (first.startsWith('aws') && name.startsWith('/') && levels.length > 1) {
    throw new ServiceError('AccessDeniedException', `No access to reserved parameter name: ${name}.`);
  }
  if (first.startsWith('aws') || first.startsWith('ssm')) {
    throw refused(
      levels.length > 1
        ? `Parameter name: can't be prefixed with "ssm" (case-insensitive). ${PATH_RULE}`
        : 'Parameter name: can\'t be prefixed with "aws" or "ssm" (case-insensitive).',
    );
  }
  if (!name.startsWith('/') && levels.length > 1) throw refused('Parameter name must be a fully qualified name.');
  checkNameForm(name);
  if (levels.length > MAX_LEVELS) {
    throw new ServiceError(
      'HierarchyLevelLimitExceededException',
      `Hierarchy depth of parameter ${name} exceeds ${MAX_LEVELS} levels`,
    );
  }
  if (parameterArn(name, context).length > MAX_ARN) {
    throw refused(`Parameter name: its ARN must have length less than or equal to ${MAX_ARN}`);
  }
}

/** @throws ServiceError `ValidationException` for an invalid path. */
export function checkPath(path: string, { reserved = 'taken' }: { reserved?: 'taken' | 'refused' } = {}): void {
  const isReserved = reserved === 'refused' && /^\/(aws|ssm)/i.test(path);
  if (path === '/' || (!isReserved && path.startsWith('/') && isWellFormed(path.replace(/\/$/, '')))) return;
  throw new ServiceError(
    'ValidationException',
    'The parameter doesn\'t meet the parameter name requirements. The parameter name must begin with a forward slash "/". It can\'t be prefixed with "aws" or "ssm" (case-insensitive). It must use only letters, numbers, or the following symbols: . (period), - (hyphen), _ (underscore). Special characters are not allowed. All sub-paths, if specified, must use the forward slash symbol "/". Valid example: /get/parameters2-/by1./path0_.',
  );
}

/** Whether `name` lies under `path`: directly, or at any depth. */
export function isUnderPath(name: string, path: string, recursive: boolean): boolean {
  const base = path.endsWith('/') ? path : `${path}/`;
  const full = name.startsWith('/') ? name : `/${name}`;
  return full.startsWith(base) && (recursive || !full.slice(base.length).includes('/'));
}
