import type { Duration } from 'aws-cdk-lib';
import { Aws, CfnOutput, Fn } from 'aws-cdk-lib';
import { CfnTaskDefinition } from 'aws-cdk-lib/aws-ecs';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import type { Manifest, ManifestComponent } from 'twelvefold/manifest';
import type { Attached } from '../data/add-resources.ts';
import { addRole } from '../policy/add-role.ts';
import { configStatements } from '../policy/config-statements.ts';
import { grantStatements } from '../policy/grant-statements.ts';
import { logStatement } from '../policy/log-statement.ts';
import type { Statement } from '../policy/policy-document.ts';
import { atStage } from '../template/at-stage.ts';
import { named } from '../template/named.ts';
import type { ImageParameters } from '../template/parameters.ts';
import { addLogGroup } from './add-log-group.ts';
import { componentEnvironment } from './component-environment.ts';

export interface ServiceOptions {
  /**
   * CPU units, 1,024 to a vCPU.
   *
   * @defaultValue 256
   */
  readonly cpu?: number;
  /**
   * Memory in MiB; which values go with `cpu` is Fargate's to say.
   *
   * @defaultValue 512
   */
  readonly memoryLimitMiB?: number;
  /**
   * The time between SIGTERM and SIGKILL, 2 to 120 seconds: the budget of a clean stop.
   *
   * @defaultValue 30 seconds
   */
  readonly stopTimeout?: Duration;
  /**
   * The command of the container.
   *
   * @defaultValue `['node', 'ecs.js']`
   */
  readonly command?: readonly string[];
  /**
   * Whether the task asks ECS not to scale it in while it handles messages: for work that must not
   * be repeated lightly. Grants `ecs:UpdateTaskProtection` on the account's tasks: a task cannot be
   * named before it runs.
   *
   * @defaultValue false
   */
  readonly taskProtection?: boolean;
}

/** The inputs of the service. */
export interface ServiceContext {
  readonly manifest: Manifest;
  /** The components that it runs. */
  readonly components: readonly ManifestComponent[];
  readonly attached: ReadonlyMap<string, Attached>;
  /** By config key. */
  readonly secrets: ReadonlyMap<string, CfnSecret>;
  readonly image: ImageParameters;
  readonly logRetention: RetentionDays;
  readonly options: ServiceOptions;
}

/** The port that the service listens on. */
const PORT = 8080;
/** The liveness check, run in the container: every image has Node, but not curl. */
const HEALTH_SCRIPT = `fetch('http://127.0.0.1:${PORT}/health/live').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))`;
export const DEFAULT_STOP_TIMEOUT_SECONDS = 30;

/**
 * Pulling one repository's image. The token is for every registry: AWS knows no resource for that
 * action.
 */
function pullStatements({ repository }: ImageParameters): Statement[] {
  return [
    { Sid: 'LogInToRegistry', Effect: 'Allow', Action: 'ecr:GetAuthorizationToken', Resource: '*' },
    {
      Sid: 'PullImage',
      Effect: 'Allow',
      Action: ['ecr:BatchCheckLayerAvailability', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchGetImage'],
      Resource: Fn.sub(
        `arn:\${AWS::Partition}:ecr:\${AWS::Region}:\${AWS::AccountId}:repository/\${${repository.logicalId}}`,
      ),
    },
  ];
}

/** Asking the agent for scale-in protection makes it call ECS with the task's own role. */
function protectionStatement(): Statement {
  return {
    Sid: 'ProtectTask',
    Effect: 'Allow',
    Action: 'ecs:UpdateTaskProtection',
    Resource: Fn.sub(`arn:\${AWS::Partition}:ecs:\${AWS::Region}:\${AWS::AccountId}:task/*`),
  };
}

/**
 * Adds the task definition that runs components as one process on Fargate, with its roles and its
 * log group.
 */
export function addService(scope: Construct, context: ServiceContext): CfnTaskDefinition {
  const { manifest, components, attached, secrets, image, logRetention, options } = context;
  const { cpu = 256, memoryLimitMiB = 512, command = ['node', 'ecs.js'], taskProtection = false } = options;
  const stopTimeout = options.stopTimeout?.toSeconds() ?? DEFAULT_STOP_TIMEOUT_SECONDS;
  const family = `${manifest.app}-{stage}`;
  const logs = addLogGroup(scope, 'ServiceLogs', `/aws/ecs/${family}`, logRetention);
  const taskRole = addRole(scope, 'ServiceTaskRole', {
    description: `What ${manifest.app}'s components in the service use`,
    service: 'ecs-tasks.amazonaws.com',
    statements: [
      ...grantStatements(components, attached),
      ...configStatements(components, manifest.config, secrets),
      ...(taskProtection ? [protectionStatement()] : []),
    ],
  });
  const executionRole = addRole(scope, 'ServiceExecutionRole', {
    description: `What ECS needs to start ${manifest.app}'s service`,
    service: 'ecs-tasks.amazonaws.com',
    statements: [...pullStatements(image), logStatement(logs)],
  });
  const environment = {
    ...componentEnvironment(components, attached),
    PORT: String(PORT),
    // The metadata endpoint does not say how long a stop may take.
    TWELVEFOLD_STOP_TIMEOUT_MS: String(stopTimeout * 1_000),
    ...(taskProtection ? { TWELVEFOLD_TASK_PROTECTION: 'on' } : {}),
  };
  const resource = named(
    new CfnTaskDefinition(scope, 'ServiceTaskDefinition', {
      family: atStage(family),
      requiresCompatibilities: ['FARGATE'],
      networkMode: 'awsvpc',
      runtimePlatform: { cpuArchitecture: 'ARM64', operatingSystemFamily: 'LINUX' },
      cpu: String(cpu),
      memory: String(memoryLimitMiB),
      taskRoleArn: taskRole.attrArn,
      executionRoleArn: executionRole.attrArn,
      containerDefinitions: [
        {
          name: 'app',
          image: image.uri.valueAsString,
          command: [...command],
          essential: true,
          environment: Object.entries(environment).map(([name, value]) => ({ name, value })),
          portMappings: [{ containerPort: PORT, protocol: 'tcp' }],
          stopTimeout,
          // Config and bindings may take a minute while an endpoint is down: only then does the
          // port open.
          healthCheck: {
            command: ['CMD', 'node', '-e', HEALTH_SCRIPT],
            interval: 10,
            timeout: 5,
            retries: 3,
            startPeriod: 90,
          },
          readonlyRootFilesystem: true,
          // A process that is PID 1 gets no default signal handlers and reaps no children.
          linuxParameters: { initProcessEnabled: true },
          logConfiguration: {
            logDriver: 'awslogs',
            options: { 'awslogs-group': logs.ref, 'awslogs-region': Aws.REGION, 'awslogs-stream-prefix': 'app' },
          },
        },
      ],
    }),
  );
  resource.addMetadata(
    'twelvefold:components',
    components.map(({ name }) => name),
  );
  named(
    new CfnOutput(scope, 'ServiceTaskDefinitionArn', {
      value: resource.ref,
      description: `The task definition that runs ${components.map(({ name }) => name).join(', ')}`,
    }),
  );
  return resource;
}
