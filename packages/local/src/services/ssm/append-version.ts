import { ServiceError } from '../../core/service-error.ts';
import type { ParameterVersion, StoredParameter } from './store.ts';

/** From the user guide, "Working with parameter versions". */
const MAX_VERSIONS = 100;

/** Adds the newest version. The oldest of a hundred goes, unless a label holds it. @throws ServiceError `ParameterMaxVersionLimitExceeded` */
export function appendVersion({ versions, name }: StoredParameter, version: ParameterVersion): void {
  const oldest = versions[0];
  if (oldest !== undefined && versions.length >= MAX_VERSIONS) {
    if (oldest.labels.size > 0) {
      throw new ServiceError(
        'ParameterMaxVersionLimitExceeded',
        `You attempted to create a new version of ${name} by calling the PutParameter API with the overwrite flag. Version ${oldest.version}, the oldest version, can't be deleted because it has a label associated with it. Move the label to another version of the parameter, and try again.`,
      );
    }
    versions.shift();
  }
  versions.push(version);
}
