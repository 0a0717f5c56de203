import { ServiceError } from '../../core/service-error.ts';

/** Reads a member; Query services call a refused one `ValidationError`, not `ValidationException`. */
export function readMember<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof ServiceError && error.code === 'ValidationException') {
      throw new ServiceError('ValidationError', error.message);
    }
    throw error;
  }
}
