import { ServiceError } from '../../core/service-error.ts';

export const invalid = (message: string) => new ServiceError('InvalidParameterException', message);
export const notFound = (message: string) => new ServiceError('ResourceNotFoundException', message);
export const exists = (message: string) => new ServiceError('ResourceAlreadyExistsException', message);
