import type { Fault } from './faults.ts';
import type { ServiceModule } from './service.ts';
import { ServiceError } from './service-error.ts';

/** The error that a fault answers with; undefined for the kinds that let the call through or break the connection. */
export function faultError({ kind }: Fault, service: ServiceModule | undefined): ServiceError | undefined {
  if (kind === 'throttle') {
    const { code, message, ...more } = service?.throttled ?? {
      code: 'ThrottlingException',
      message: 'Rate exceeded',
      queryCode: 'Throttling',
    };
    return new ServiceError(code, message, more);
  }
  if (kind === 'error500') {
    return new ServiceError('InternalServerError', 'The request processing has failed because of an unknown error', {
      status: 500,
      queryCode: 'InternalFailure',
    });
  }
  if (kind === 'error503') {
    return new ServiceError('ServiceUnavailable', 'The request has failed due to a temporary failure of the server', {
      status: 503,
    });
  }
  return undefined;
}
