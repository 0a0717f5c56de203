/** Where dead letters of a subscription go. @throws Error with what is wrong */
export function parseRedriveTarget(text: string): string {
  let policy: unknown;
  try {
    policy = JSON.parse(text);
  } catch {
    throw new Error('failed to parse JSON.');
  }
  const target =
    typeof policy === 'object' && policy !== null && 'deadLetterTargetArn' in policy
      ? policy.deadLetterTargetArn
      : undefined;
  if (typeof target !== 'string' || !/^arn:aws[a-z-]*:sqs:[^:]+:\d{12}:[^:]+$/.test(target)) {
    throw new Error('deadLetterTargetArn is an invalid arn');
  }
  return target;
}
