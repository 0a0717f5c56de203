import type { Duration } from 'aws-cdk-lib';
import { Duration as CdkDuration } from 'aws-cdk-lib';
import type { CfnTaskDefinition } from 'aws-cdk-lib/aws-ecs';
import {
  Capability,
  CpuArchitecture,
  FargateTaskDefinition,
  LinuxParameters,
  LogDrivers,
  OperatingSystemFamily,
  Protocol,
} from 'aws-cdk-lib/aws-ecs';
import { Role } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ILogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import type { Manifest, ManifestComponent } from 'twelvefold/manifest';
import type { Attached } from '../data/add-resources.ts';
import { keyStatements } from '../data/data-key.ts';
import { addRole } from '../policy/add-role.ts';
import type { Statement } from '../policy/policy-document.ts';
import { configStatements, grantStatements, logStatement } from '../policy/statements.ts';
import { atStage } from '../template/at-stage.ts';
import { defaultNamed } from '../template/named.ts';
import type { AppImage } from './app-image.ts';
import { pullStatements } from './app-image.ts';
import { componentEnvironment } from './component-environment.ts';
import { addLogGroup } from './log-group.ts';

/** The port that the service listens on. */
export const PORT = 8080;
/** The liveness check, run in the container: every image has Node, but not curl. */
const HEALTH_SCRIPT = `fetch('http://127.0.0.1:${PORT}/health/live').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))`;

/** The inputs of every container of an app. */
export interface ContainerContext {
  readonly manifest: Manifest;
  readonly attached: ReadonlyMap<string, Attached>;
  /** By config key. */
  readonly secrets: ReadonlyMap<string, CfnSecret>;
  readonly image: AppImage;
  readonly logRetention: RetentionDays;
  /** Of everything that keeps data, where it is not AWS's. */
  readonly dataKey?: IKey | undefined;
  /** The parameter's value, for an app with records of runs. */
  readonly release?: string | undefined;
}

/** A container that runs components, with its task definition. */
interface ContainerOptions {
  /** The beginning of the logical ids: `Service`, or a task's name. */
  readonly id: string;
  /** The family and the log group's name, with `{stage}`. */
  readonly family: string;
  readonly components: readonly ManifestComponent[];
  readonly command: readonly string[];
  readonly cpu: number;
  readonly memoryLimitMiB: number;
  readonly stopTimeout: Duration;
  readonly environment: Readonly<Record<string, string>>;
  /** Permissions beside those of the components. */
  readonly statements: readonly Statement[];
  /** Whether it listens on {@link PORT}. */
  readonly listens: boolean;
}

/** A task definition with the log group of its container. */
export interface ContainerTask {
  readonly taskDefinition: FargateTaskDefinition;
  readonly logs: ILogGroup;
}

/**
 * Adds a task definition that runs components in one container, with its roles and its log group.
 */
export function addContainerTask(
  scope: Construct,
  { manifest, attached, secrets, image, logRetention, dataKey }: ContainerContext,
  options: ContainerOptions,
): ContainerTask {
  const { id, family, components, command, cpu, memoryLimitMiB, stopTimeout, listens } = options;
  const logs = addLogGroup(scope, `${id}Logs`, `/aws/ecs/${family}`, logRetention);
  const names = components.map(({ name }) => name);
  const taskRole = addRole(scope, `${id}TaskRole`, {
    description: `What ${manifest.app}'s ${names.join(', ')} on Fargate use`.slice(0, 1_000),
    service: 'ecs-tasks.amazonaws.com',
    statements: [
      ...grantStatements(components, attached),
      ...configStatements(components, manifest.config, secrets),
      ...keyStatements(components, dataKey),
      ...options.statements,
    ],
  });
  const executionRole = addRole(scope, `${id}ExecutionRole`, {
    description: `What ECS needs to start ${manifest.app}'s ${names.join(', ')}`.slice(0, 1_000),
    service: 'ecs-tasks.amazonaws.com',
    statements: [...pullStatements(image), logStatement(logs)],
  });
  // Immutable: CDK would add wider permissions, such as ECR's token on every image.
  const byArn = (name: string, arn: string) => Role.fromRoleArn(scope, `${name}ByArn`, arn, { mutable: false });
  const taskDefinition = new FargateTaskDefinition(scope, `${id}TaskDefinition`, {
    family: atStage(family),
    cpu,
    memoryLimitMiB,
    runtimePlatform: { cpuArchitecture: CpuArchitecture.ARM64, operatingSystemFamily: OperatingSystemFamily.LINUX },
    taskRole: byArn(`${id}TaskRole`, taskRole.attrArn),
    executionRole: byArn(`${id}ExecutionRole`, executionRole.attrArn),
  });
  defaultNamed<CfnTaskDefinition>(taskDefinition, `${id}TaskDefinition`).addMetadata('twelvefold:components', names);
  // A process that is PID 1 gets no default signal handlers and reaps no children.
  const linuxParameters = new LinuxParameters(scope, `${id}Linux`, { initProcessEnabled: true });
  // Node listens on a high port and writes nowhere: it needs none of them.
  linuxParameters.dropCapabilities(Capability.ALL);
  taskDefinition.addContainer('app', {
    image: image.container,
    command: [...command],
    environment: {
      ...componentEnvironment(components, attached),
      // `run` compares it with the components that the image starts.
      TWELVEFOLD_COMPONENTS: names.join(','),
      ...(listens && { PORT: String(PORT) }),
      // The metadata endpoint does not include the time that a stop may take.
      TWELVEFOLD_STOP_TIMEOUT_MS: String(stopTimeout.toMilliseconds()),
      ...options.environment,
    },
    stopTimeout,
    readonlyRootFilesystem: true,
    linuxParameters,
    logging: LogDrivers.awsLogs({ logGroup: logs, streamPrefix: 'app' }),
    ...(listens && {
      portMappings: [{ containerPort: PORT, protocol: Protocol.TCP }],
      // Config and bindings may take a minute while an endpoint is down: only then does the port
      // open.
      healthCheck: {
        command: ['CMD', 'node', '-e', HEALTH_SCRIPT],
        interval: CdkDuration.seconds(10),
        timeout: CdkDuration.seconds(5),
        retries: 3,
        startPeriod: CdkDuration.seconds(90),
      },
    }),
  });
  return { taskDefinition, logs };
}
