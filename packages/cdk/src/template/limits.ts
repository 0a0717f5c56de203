import { Annotations, CfnResource, Stack } from 'aws-cdk-lib';
import { CfnRole } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

/**
 * Quotas of CloudFormation (user guide, "Understand CloudFormation quotas") and IAM (user guide,
 * "IAM
 * and AWS STS quotas").
 */
export const LIMITS = {
  resources: 500,
  /** A template in S3. */
  templateBytes: 1_000_000,
  /** A template in the request: above it, `--template-body` is refused. */
  inlineTemplateBytes: 51_200,
  /** All inline policies of one role, without white space. */
  rolePolicyCharacters: 10_240,
} as const;

/**
 * Makes synth fail for a stack that CloudFormation or IAM would refuse after minutes of
 * deploying, with
 * what to do about it. References count as they are written: what they resolve to is known on AWS
 * only. Bytes count without white space, as a template is deployed: CDK writes it with line breaks,
 * a third to half of it.
 */
export function assertLimits(scope: Construct): void {
  const stack = Stack.of(scope);
  let warned = false;
  stack.node.addValidation({
    validate: () => {
      const resources = stack.node.findAll().filter((one) => CfnResource.isCfnResource(one));
      const bytes = Buffer.byteLength(JSON.stringify(templateOf(stack)));
      if (bytes > LIMITS.inlineTemplateBytes && !warned) {
        warned = true;
        Annotations.of(scope).addWarningV2(
          'twelvefold:template-size',
          `the template has ${bytes} bytes; without white space; above ${LIMITS.inlineTemplateBytes} it must be uploaded: deploy by cdk deploy, or by aws cloudformation deploy --s3-bucket`,
        );
      }
      return [
        ...(resources.length > LIMITS.resources
          ? [
              `the stack has ${resources.length} resources, CloudFormation takes ${LIMITS.resources}: move components into a second app and stack`,
            ]
          : []),
        ...(bytes > LIMITS.templateBytes
          ? [
              `the template has ${bytes} bytes, CloudFormation takes ${LIMITS.templateBytes}: move components into a second app and stack`,
            ]
          : []),
        ...resources.flatMap((role) => {
          if (!(role instanceof CfnRole)) return [];
          const characters = JSON.stringify(stack.resolve(role.policies) ?? []).length;
          return characters > LIMITS.rolePolicyCharacters
            ? [
                `${role.node.id} has ${characters} characters of inline policy, IAM takes ${LIMITS.rolePolicyCharacters}: split its component, or name whole sections of the config`,
              ]
            : [];
        }),
      ];
    },
  });
}

/** The stack's template, as synth writes it. */
function templateOf(stack: Stack): unknown {
  return stack.resolve((stack as unknown as { _toCloudFormation(): unknown })._toCloudFormation()); // CDK's own, not in its declarations
}
