import { ServiceError } from '../../core/service-error.ts';

export const validationError = (message: string) => new ServiceError('ValidationError', message);

export const noStack = (name: string) => validationError(`Stack with id ${name} does not exist`);

export const alreadyExists = (message: string) => new ServiceError('AlreadyExistsException', message);

export const changeSetNotFound = (name: string) =>
  new ServiceError('ChangeSetNotFound', `ChangeSet [${name}] does not exist`, { status: 404 });

export const invalidChangeSetStatus = (message: string) => new ServiceError('InvalidChangeSetStatus', message);

export const insufficientCapabilities = (capability: string) =>
  new ServiceError('InsufficientCapabilitiesException', `Requires capabilities : [${capability}]`);

/** The text of whatever was thrown. */
export const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
