import type { Service } from '../operations/aws-operations.ts';

/**
 * The partitions of AWS and what their endpoints end in (AWS SDK partitions data, November 2026).
 */
const PARTITIONS: ReadonlyArray<readonly [RegExp, string]> = [
  [/^(?:us|eu|ap|sa|ca|me|af|il|mx)-\w+-\d+$/, 'amazonaws.com'],
  [/^us-gov-\w+-\d+$/, 'amazonaws.com'],
  [/^cn-\w+-\d+$/, 'amazonaws.com.cn'],
  [/^eusc-de-\w+-\d+$/, 'amazonaws.eu'],
  [/^us-iso-\w+-\d+$/, 'c2s.ic.gov'],
  [/^us-isob-\w+-\d+$/, 'sc2s.sgov.gov'],
  [/^eu-isoe-\w+-\d+$/, 'cloud.adc-e.uk'],
  [/^us-isof-\w+-\d+$/, 'csp.hci.ic.gov'],
];

/**
 * AWS's own endpoint for a service, or `undefined` for a region of no partition known here, which
 * is left to the SDK.
 */
export function awsEndpoint(service: Service, region: string): string | undefined {
  const suffix = PARTITIONS.find(([pattern]) => pattern.test(region))?.[1];
  return suffix === undefined ? undefined : `https://${service}.${region}.${suffix}`;
}
