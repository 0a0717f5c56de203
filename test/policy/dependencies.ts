const GUIDES = 'https://docs.aws.amazon.com';

/** An effect of a service for a user, and the permission that it needs. */
interface Dependency {
  /** The service principal, or `role` where it acts with a role of the user's. */
  readonly by: string;
  readonly for: string;
  readonly actions: readonly string[];
  /** Whose policy is asked. */
  readonly policy: string;
  /** The result without it. */
  readonly denied: string;
  readonly source: string;
}

const LAMBDA = `${GUIDES}/lambda/latest/dg`;

/**
 * Every dependency that is checked where permissions are enforced. A test denies each of them.
 */
export const DEPENDENCIES: Readonly<Record<string, Dependency>> = {
  'sns to sqs': {
    by: 'sns.amazonaws.com',
    for: 'a message to a queue that subscribes',
    actions: ['sqs:SendMessage'],
    policy: "the queue's, with aws:SourceArn of the topic",
    denied: "the subscription's dead-letter queue gets the message, if its policy lets SNS",
    source: `${GUIDES}/sns/latest/dg/subscribe-sqs-queue-to-sns-topic.html`,
  },
  'sns to encrypted sqs': {
    by: 'sns.amazonaws.com',
    for: 'a message to a queue under a key of the customer',
    actions: ['kms:GenerateDataKey', 'kms:Decrypt'],
    policy: "the key's",
    denied: 'as for a queue that refuses the message',
    source: `${GUIDES}/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html`,
  },
  'sns to lambda': {
    by: 'sns.amazonaws.com',
    for: 'a message to a function that subscribes',
    actions: ['lambda:InvokeFunction'],
    policy: "the function's, with aws:SourceArn of the topic",
    denied: "the subscription's dead-letter queue gets the message",
    source: `${LAMBDA}/with-sns-example.html`,
  },
  's3 to sqs': {
    by: 's3.amazonaws.com',
    for: 'an event to a queue',
    actions: ['sqs:SendMessage'],
    policy: "the queue's, with aws:SourceArn of the bucket and aws:SourceAccount",
    denied: 'PutBucketNotificationConfiguration is refused; a later event is lost',
    source: `${GUIDES}/AmazonS3/latest/userguide/grant-destinations-permissions-to-s3.html`,
  },
  's3 to sns': {
    by: 's3.amazonaws.com',
    for: 'an event to a topic',
    actions: ['sns:Publish'],
    policy: "the topic's, with aws:SourceArn of the bucket and aws:SourceAccount",
    denied: 'PutBucketNotificationConfiguration is refused; a later event is lost',
    source: `${GUIDES}/AmazonS3/latest/userguide/grant-destinations-permissions-to-s3.html`,
  },
  's3 to lambda': {
    by: 's3.amazonaws.com',
    for: 'an event to a function',
    actions: ['lambda:InvokeFunction'],
    policy: "the function's, with aws:SourceArn of the bucket and aws:SourceAccount",
    denied: 'PutBucketNotificationConfiguration is refused; a later event is lost',
    source: `${GUIDES}/AmazonS3/latest/userguide/grant-destinations-permissions-to-s3.html`,
  },
  'events to lambda': {
    by: 'events.amazonaws.com',
    for: 'an event or a schedule of a rule to a function',
    actions: ['lambda:InvokeFunction'],
    policy: "the function's, with aws:SourceArn of the rule",
    denied: 'the function is not invoked',
    source: `${GUIDES}/eventbridge/latest/userguide/eb-use-resource-based.html`,
  },
  'scheduler to lambda': {
    by: 'role',
    for: 'a schedule to a function',
    actions: ['sts:AssumeRole', 'lambda:InvokeFunction'],
    policy: "the role's trust in scheduler.amazonaws.com, and the role's",
    denied: 'the function is not invoked and not retried; the dead-letter queue gets the input',
    source: `${GUIDES}/scheduler/latest/UserGuide/setting-up.html`,
  },
  'scheduler to sqs': {
    by: 'role',
    for: 'an input to the dead-letter queue of a schedule',
    actions: ['sqs:SendMessage'],
    policy: "the schedule's role",
    denied: 'the input is lost',
    source: `${GUIDES}/scheduler/latest/UserGuide/configuring-schedule-dlq.html`,
  },
  'pass role to scheduler': {
    by: 'role',
    for: 'CreateSchedule and UpdateSchedule',
    actions: ['iam:PassRole'],
    policy: "the caller's, with iam:PassedToService",
    denied: 'AccessDenied to the caller',
    source: `${GUIDES}/scheduler/latest/UserGuide/security_iam_id-based-policy-examples.html`,
  },
  'cloudformation to resources': {
    by: 'role',
    for: 'a resource of a stack with a role',
    actions: ['sts:AssumeRole', 'sqs:CreateQueue'],
    policy: "the role's trust in cloudformation.amazonaws.com, and the role's",
    denied: 'the resource fails and the stack is rolled back',
    source: `${GUIDES}/AWSCloudFormation/latest/UserGuide/using-iam-servicerole.html`,
  },
  'cloudformation as its caller': {
    by: 'role',
    for: 'a resource of a stack without a role',
    actions: ['sqs:CreateQueue'],
    policy: "the caller's",
    denied: 'the resource fails and the stack is rolled back',
    source: `${GUIDES}/AWSCloudFormation/latest/UserGuide/using-iam-servicerole.html`,
  },
  'cloudformation assumes a role': {
    by: 'role',
    for: 'CreateStack, UpdateStack, DeleteStack and CreateChangeSet with RoleARN',
    actions: ['sts:AssumeRole'],
    policy: "the role's trust in cloudformation.amazonaws.com",
    denied: 'ValidationError to the caller',
    source: `${GUIDES}/AWSCloudFormation/latest/UserGuide/using-iam-servicerole.html`,
  },
  'pass role to cloudformation': {
    by: 'role',
    for: 'CreateStack, UpdateStack, DeleteStack and CreateChangeSet with RoleARN',
    actions: ['iam:PassRole'],
    policy: "the caller's, with iam:PassedToService",
    denied: 'AccessDenied to the caller',
    source: `${GUIDES}/AWSCloudFormation/latest/UserGuide/using-iam-servicerole.html`,
  },
  'pass role to ecs': {
    by: 'role',
    for: 'RunTask with a task role or an execution role',
    actions: ['iam:PassRole'],
    policy: "the caller's, with iam:PassedToService",
    denied: 'AccessDenied to the caller',
    source: `${GUIDES}/AmazonECS/latest/developerguide/CWE_IAM_role.html`,
  },
  'pass role to events': {
    by: 'role',
    for: 'PutRule and PutTargets with a role',
    actions: ['iam:PassRole'],
    policy: "the caller's, with iam:PassedToService",
    denied: 'AccessDenied to the caller',
    source: `${GUIDES}/eventbridge/latest/userguide/eb-use-identity-based.html`,
  },
  'ecs to task role': {
    by: 'ecs-tasks.amazonaws.com',
    for: 'the keys of a task',
    actions: ['sts:AssumeRole'],
    policy: "the role's trust",
    denied: 'the task stops before it starts',
    source: `${GUIDES}/AmazonECS/latest/developerguide/task-iam-roles.html`,
  },
  'ecs to logs': {
    by: 'role',
    for: 'the lines of a container',
    actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    policy: "the task's execution role",
    denied: 'the lines are lost',
    source: `${GUIDES}/AmazonECS/latest/developerguide/using_awslogs.html`,
  },
  'lambda to role': {
    by: 'lambda.amazonaws.com',
    for: 'the keys of a function',
    actions: ['sts:AssumeRole'],
    policy: "the role's trust",
    denied: 'the function cannot be launched',
    source: `${LAMBDA}/lambda-intro-execution-role.html`,
  },
  'lambda to logs': {
    by: 'role',
    for: 'the lines of a function',
    actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    policy: "the function's role",
    denied: 'the lines are lost',
    source: `${GUIDES}/aws-managed-policy/latest/reference/AWSLambdaBasicExecutionRole.html`,
  },
  'event source of a queue': {
    by: 'role',
    for: 'polls of a queue by Lambda',
    actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
    policy: "the function's role",
    denied: 'the mapping cannot be launched, or its polls fail',
    source: `${GUIDES}/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-lambda-function-trigger.html`,
  },
  'event source of a stream': {
    by: 'role',
    for: 'polls of a stream by Lambda',
    actions: ['dynamodb:DescribeStream', 'dynamodb:GetShardIterator', 'dynamodb:GetRecords'],
    policy: "the function's role",
    denied: 'its polls fail',
    // `lamda` is how the page is called.
    source: `${GUIDES}/amazondynamodb/latest/developerguide/iam-policy-example-lamda-process-dynamodb-streams.html`,
  },
  'api gateway to lambda': {
    by: 'apigateway.amazonaws.com',
    for: 'requests of an HTTP API',
    actions: ['lambda:InvokeFunction'],
    policy: "the function's, with aws:SourceArn of the API",
    denied: 'the API cannot be launched',
    source: `${GUIDES}/apigateway/latest/developerguide/http-api-troubleshooting-lambda.html`,
  },
  'secrets manager to lambda': {
    by: 'secretsmanager.amazonaws.com',
    for: 'the steps of a rotation',
    actions: ['lambda:InvokeFunction'],
    policy: "the function's, with aws:SourceAccount or with aws:SourceArn of the secret",
    denied: 'RotateSecret is refused',
    source: `${GUIDES}/secretsmanager/latest/userguide/rotating-secrets-required-permissions-function.html`,
  },
  'secrets manager to kms': {
    by: 'role',
    for: 'values of secrets under a key of the customer',
    actions: ['kms:GenerateDataKey', 'kms:Decrypt'],
    policy: "the caller's and the key's, with kms:ViaService",
    denied: 'AccessDenied to the caller',
    source: `${GUIDES}/secretsmanager/latest/userguide/security-encryption.html`,
  },
  'parameter store to kms': {
    by: 'role',
    for: 'a SecureString under a key of the customer',
    actions: ['kms:Encrypt', 'kms:GenerateDataKey', 'kms:Decrypt'],
    policy: "the caller's and the key's, with kms:ViaService",
    denied: 'AccessDenied to the caller',
    source: `${GUIDES}/kms/latest/developerguide/services-parameter-store.html`,
  },
  'sqs to kms': {
    by: 'role',
    for: 'messages of a queue under a key of the customer',
    actions: ['kms:GenerateDataKey', 'kms:Decrypt'],
    policy: "the caller's and the key's, with kms:ViaService",
    denied: 'AccessDenied to the caller',
    source: `${GUIDES}/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html`,
  },
  'sns to kms': {
    by: 'role',
    for: 'messages of a topic under a key of the customer',
    actions: ['kms:GenerateDataKey', 'kms:Decrypt'],
    policy: "the caller's and the key's, with kms:ViaService",
    denied: 'AccessDenied to the caller',
    source: `${GUIDES}/sns/latest/dg/sns-key-management.html`,
  },
  'move task': {
    by: 'role',
    for: 'StartMessageMoveTask',
    actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:SendMessage'],
    policy: "the caller's",
    denied: 'AccessDenied to the caller',
    source: `${GUIDES}/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html`,
  },
};

/** The rows that only a launched stack shows: launched.test.ts denies them. */
export const LAUNCHED: readonly string[] = [
  'lambda to role',
  'lambda to logs',
  'event source of a queue',
  'event source of a stream',
  'api gateway to lambda',
];

/** Those that `stacks.test.ts` denies. */
export const STACKS: readonly string[] = [
  'cloudformation to resources',
  'cloudformation as its caller',
  'cloudformation assumes a role',
  'pass role to cloudformation',
];
