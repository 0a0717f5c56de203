import { ServiceError } from '../../core/service-error.ts';
import type { PolicyKind } from '../../iam/policy.ts';
import { PolicyError, parsePolicy } from '../../iam/policy.ts';

/** @throws ServiceError `MalformedPolicyDocument` naming every fault */
export function checkPolicyDocument(document: string, kind: PolicyKind): void {
  try {
    parsePolicy(document, kind);
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    throw new ServiceError('MalformedPolicyDocument', `The policy is malformed: ${error.message}`);
  }
}

/**
 * The quotas count no white space (IAM User Guide, "IAM and AWS STS quotas").
 *
 * @throws ServiceError `LimitExceeded`
 */
export function checkPolicySize(what: string, documents: Iterable<string>, most: number): void {
  let size = 0;
  for (const document of documents) size += document.replaceAll(/\s/g, '').length;
  if (size <= most) return;
  throw new ServiceError('LimitExceeded', `Cannot exceed quota for ${what}: ${most}`, { status: 409 });
}
