import { ServiceError } from '../../core/service-error.ts';
import { isWellFormed } from './parameter-name.ts';

/** @throws ServiceError `ValidationException` for what is no path of parameters. */
export function checkPath(path: string): void {
  if (path === '/' || (path.startsWith('/') && isWellFormed(path.replace(/\/$/, '')))) return;
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
