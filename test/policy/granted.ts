import type { ProvisionedStack, RecordedCall } from '@twelvefold/local';

/** One action of an Allow statement of the template. */
export interface Granted {
  /** The role's name, or the ARN of the resource whose policy it is. */
  readonly to: string;
  /** `policy/statement`, as the endpoint's call log names what allowed a call. */
  readonly statement: string;
  readonly action: string;
}

interface Document {
  readonly Statement: ReadonlyArray<{
    readonly Sid?: string;
    readonly Effect: string;
    readonly Action: string | readonly string[];
  }>;
}

const list = <T>(value: T | readonly T[]): readonly T[] => (Array.isArray(value) ? value : [value as T]);

const grantsIn = (to: string, policy: string, { Statement }: Document): Granted[] =>
  Statement.flatMap(({ Sid, Effect, Action }, index) =>
    Effect === 'Allow'
      ? list(Action).map((action) => ({ to, statement: `${policy}/${Sid ?? index}`, action: String(action) }))
      : [],
  );

/** Every action that the template allows: by its roles, and by its policies of resources. */
export function grantedBy(stack: ProvisionedStack): Granted[] {
  const arnOf = (logicalId: string) => String(stack.resolve({ 'Fn::GetAtt': [logicalId, 'Arn'] }));
  return stack.resources.flatMap(({ logicalId, type, physicalId, properties }) => {
    if (type === 'AWS::IAM::Role') {
      const policies = (properties.Policies ?? []) as ReadonlyArray<{ PolicyName: string; PolicyDocument: Document }>; // CloudFormation's shape
      const trust = properties.AssumeRolePolicyDocument as Document; // likewise
      const arn = arnOf(logicalId);
      return [
        ...policies.flatMap(({ PolicyName, PolicyDocument }) => grantsIn(physicalId, PolicyName, PolicyDocument)),
        ...grantsIn(arn, arn, trust),
      ];
    }
    if (type === 'AWS::SQS::QueuePolicy') {
      const queues = stack.resources.filter((one) => (properties.Queues as string[]).includes(one.physicalId));
      return queues.flatMap((queue) => {
        const arn = arnOf(queue.logicalId);
        return grantsIn(arn, arn, properties.PolicyDocument as Document);
      });
    }
    if (type === 'AWS::SNS::TopicPolicy') {
      return (properties.Topics as string[]).flatMap((arn) =>
        grantsIn(arn, arn, properties.PolicyDocument as Document),
      );
    }
    if (type === 'AWS::Lambda::Permission') {
      // A permission names its function, or has its ARN.
      const name = String(properties.FunctionName);
      const prefix = `arn:\${AWS::Partition}:lambda:\${AWS::Region}:\${AWS::AccountId}:function:`;
      const arn = name.startsWith('arn:') ? name : String(stack.resolve({ 'Fn::Sub': `${prefix}${name}` }));
      return [{ to: arn, statement: `${arn}/${logicalId}`, action: String(properties.Action) }];
    }
    return [];
  });
}

const roleOf = ({ principal }: RecordedCall) => /:assumed-role\/([^/]+)\//.exec(principal)?.[1];

/** Whether the recorded calls need the grant: one was allowed by it and by nothing else. */
export const isNeeded = ({ to, statement, action }: Granted, calls: readonly RecordedCall[]): boolean =>
  calls.some((call) =>
    call.touched.some(
      (touched) =>
        touched.action === action &&
        touched.allowedBy?.length === 1 &&
        touched.allowedBy[0] === statement &&
        (to.startsWith('arn:') || roleOf(call) === to),
    ),
  );

/** The calls that were denied, as readable lines. */
export const denials = (calls: readonly RecordedCall[]): string[] => [
  ...new Set(
    calls
      .filter(({ error }) => /^(AccessDenied|Authorization)/.test(error ?? ''))
      .map(({ principal, touched }) => `${principal}: ${touched.at(-1)?.action} on ${touched.at(-1)?.resource}`),
  ),
];
