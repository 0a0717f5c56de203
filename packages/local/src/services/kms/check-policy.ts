import { ServiceError } from '../../core/service-error.ts';

const malformed = () =>
  new ServiceError('MalformedPolicyDocumentException', 'The policy is not a valid JSON document with statements.');

/** The form of a policy; what it allows is not judged here. @throws ServiceError `MalformedPolicyDocumentException` */
export function checkPolicy(policy: string): string {
  try {
    const document: unknown = JSON.parse(policy);
    if (typeof document === 'object' && document !== null && 'Statement' in document) return policy;
  } catch {
    // refused below, like JSON that is no policy
  }
  throw malformed();
}
