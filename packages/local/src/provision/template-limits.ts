import type { TemplateResource } from './template.ts';

/**
 * Quotas of CloudFormation (user guide, "Understand CloudFormation quotas") and IAM (user guide,
 * "IAM and AWS STS quotas").
 */
export const LIMITS = {
  resources: 500,
  /** A template in S3. */
  bytes: 1_000_000,
  /** A template in the request. */
  inlineBytes: 51_200,
  /** All inline policies of one role, without white space. */
  rolePolicyCharacters: 10_240,
} as const;

/**
 * Refuses a template that CloudFormation would refuse for its size.
 *
 * @returns a note for one that is too large for `--template-body`
 * @throws Error that names the number and the limit.
 */
export function templateLimits(template: unknown, resources: readonly TemplateResource[]): string | undefined {
  const bytes = Buffer.byteLength(typeof template === 'string' ? template : JSON.stringify(template));
  if (resources.length > LIMITS.resources) {
    throw new Error(
      `Cannot provision the template: it has ${resources.length} resources, CloudFormation takes ${LIMITS.resources}`,
    );
  }
  if (bytes > LIMITS.bytes) {
    throw new Error(`Cannot provision the template: it has ${bytes} bytes, CloudFormation takes ${LIMITS.bytes}`);
  }
  if (bytes <= LIMITS.inlineBytes) return undefined;
  return `it has ${bytes} bytes; above ${LIMITS.inlineBytes} AWS takes it from S3 only: aws cloudformation deploy --s3-bucket`;
}

/**
 * Refuses a role whose inline policies IAM would refuse.
 *
 * @param properties the role's, with functions resolved
 */
export function rolePolicyLimit(type: string, properties: Readonly<Record<string, unknown>>): void {
  if (type !== 'AWS::IAM::Role' || !Array.isArray(properties.Policies)) return;
  const documents = properties.Policies.map((policy: { PolicyDocument?: unknown }) => policy.PolicyDocument ?? {});
  const characters = documents.reduce<number>((sum, document) => sum + JSON.stringify(document).length, 0);
  if (characters > LIMITS.rolePolicyCharacters) {
    throw new Error(
      `its inline policies have ${characters} characters, IAM takes ${LIMITS.rolePolicyCharacters} for a role`,
    );
  }
}
