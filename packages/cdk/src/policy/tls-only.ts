import type { Statement } from './policy-document.ts';

/** Refuses what comes over plain HTTP, which the endpoints of SQS and SNS also speak. */
export function tlsOnly(action: string, resource: string): Statement {
  return {
    Sid: 'TlsOnly',
    Effect: 'Deny',
    Principal: '*',
    Action: action,
    Resource: resource,
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  };
}
