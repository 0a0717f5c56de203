import { assertKnownOptions, pascalCase } from '@twelvefold/core/internal';
import { Aws, CfnCapabilities, Duration, Fn, RemovalPolicy } from 'aws-cdk-lib';
import { BuildSpec, ComputeType, LinuxArmBuildImage, PipelineProject } from 'aws-cdk-lib/aws-codebuild';
import { Repository as CodeCommitRepository } from 'aws-cdk-lib/aws-codecommit';
import type { IAction, PipelineProps } from 'aws-cdk-lib/aws-codepipeline';
import { Artifact, ExecutionMode, Pipeline, PipelineType, Result } from 'aws-cdk-lib/aws-codepipeline';
import {
  CloudFormationCreateReplaceChangeSetAction,
  CloudFormationExecuteChangeSetAction,
  CodeBuildAction,
  CodeCommitSourceAction,
  CodeStarConnectionsSourceAction,
  CommandsAction,
  InspectorEcrImageScanAction,
  ManualApprovalAction,
} from 'aws-cdk-lib/aws-codepipeline-actions';
import type { IRepository } from 'aws-cdk-lib/aws-ecr';
import { Repository, TagMutability, TagStatus } from 'aws-cdk-lib/aws-ecr';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { Manifest } from 'twelvefold/manifest';
import type { Compute } from '../compute/placement.ts';
import { fargatePlacement, lambdaPlacement } from '../compute/placement.ts';
import { checkStatements, DEPLOY_PATH, deployStatements } from './deploy-statements.ts';

/** Where the code comes from. */
export type PipelineSource =
  | {
      /**
       * The ARN of a connection (CodeConnections) to GitHub, GitLab or Bitbucket, authorized in
       * the console.
       */
      readonly connectionArn: string;
      /** `owner/name`. */
      readonly repository: string;
      /** @defaultValue 'main' */
      readonly branch?: string;
    }
  | {
      /** The name of a CodeCommit repository in this account and region. */
      readonly codeCommit: string;
      /** @defaultValue 'main' */
      readonly branch?: string;
    };

/** A stage that the pipeline deploys to, in order. */
export interface PipelineStage {
  /** The app's stage, e.g. `staging`: the value of the parameter `Stage`. */
  readonly name: string;
  /**
   * Whether a person approves the deployment.
   *
   * @defaultValue false
   */
  readonly approval?: boolean;
  /**
   * Commands that run before the deployment, with the stage in `TWELVEFOLD_STAGE`. One that fails
   * ends
   * the deployment before anything has changed.
   *
   * @defaultValue `npx twelvefold config doctor app.ts --no-env`
   */
  readonly before?: readonly string[];
}

/** The properties of {@link TwelveFactorPipeline}. */
export interface TwelveFactorPipelineProps {
  readonly manifest: Manifest;
  /** Where each component runs, as in `TwelveFactorApp`: an app of functions has no image. */
  readonly compute: Compute;
  readonly source: PipelineSource;
  /** e.g. `[{ name: 'staging' }, { name: 'production', approval: true }]` */
  readonly stages: readonly PipelineStage[];
  /**
   * Commands that install and test.
   *
   * @defaultValue `npm ci`, `npm test`
   */
  readonly test?: readonly string[];
  /**
   * Commands that build, after an install. They leave the template at `template`, and one zip per
   * function under `functions`: `functions/lambda/orders.zip`, as `bundleFunctions` writes with
   * `zip`.
   *
   * @defaultValue `npm ci`, `npm run build`, `npm run package`
   */
  readonly build?: readonly string[];
  /** @defaultValue 'dist/template.json' */
  readonly template?: string;
  /** @defaultValue 'dist/functions' */
  readonly functions?: string;
  /** Findings of an image that stop the pipeline. @defaultValue 1 critical, 1 high */
  readonly scan?: { readonly critical: number; readonly high: number };
  /**
   * A repository of this account for images. Its tags should be immutable: one is made per commit.
   *
   * @defaultValue a new one, for an app with an image
   */
  readonly existingRepository?: IRepository;
  /** Properties of CDK's pipeline, over those of this construct, e.g. `triggers`. */
  readonly pipelineProps?: Partial<PipelineProps>;
}

/** Images that are kept for a way back. */
const IMAGES = 50;

/**
 * A pipeline (CodePipeline V2) with one build for all stages: source, tests, functions and image, a
 * scan of the image, then stage by stage a check of the config, an approval where one is wanted,
 * and
 * the deployment by a change set. A stage whose deployment fails goes back to the last one that
 * succeeded.
 *
 * It belongs in a separate stack from the app's. A role that deploys may act on what has the name
 * of the app and stage, and on the types that IAM cannot limit by name. It may not change itself.
 *
 * @throws TypeError for an unknown option, or stages that are missing or named twice.
 * @example
 * ```ts
 * new TwelveFactorPipeline(stack, 'Pipeline', {
 *   manifest,
 *   compute,
 *   source: {
 *     connectionArn: 'arn:aws:codeconnections:eu-west-1:111122223333:connection/example',
 *     repository: 'example/orders',
 *   },
 *   stages: [{ name: 'staging' }, { name: 'production', approval: true }],
 * });
 * ```
 */
export class TwelveFactorPipeline extends Construct {
  readonly pipeline: Pipeline;
  /** Images of the service and of tasks: tags never change, and pushes are scanned. */
  readonly repository: IRepository | undefined;
  /** Holds the artifacts, and one zip per function and version. */
  readonly bucket: Bucket;
  readonly imageBuild: PipelineProject | undefined;
  /** The roles that CloudFormation deploys with, by stage. */
  readonly deployRoles: ReadonlyMap<string, Role>;

  constructor(scope: Construct, id: string, props: TwelveFactorPipelineProps) {
    super(scope, id);
    assertPipeline(props);
    const { manifest, compute, source, stages, template = 'dist/template.json', functions = 'dist/functions' } = props;
    const { test = ['npm ci', 'npm test'], build = ['npm ci', 'npm run build', 'npm run package'] } = props;
    const { scan = { critical: 1, high: 1 } } = props;
    const { app } = manifest;
    const key = new Key(this, 'Key', { description: `Encrypts the artifacts of ${app}`, enableKeyRotation: true });
    this.bucket = new Bucket(this, 'Artifacts', {
      encryption: BucketEncryption.KMS,
      encryptionKey: key as IKey,
      bucketKeyEnabled: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      removalPolicy: RemovalPolicy.RETAIN,
      lifecycleRules: [{ expiration: Duration.days(90) }],
    });
    const has = partsOf(manifest, compute);
    this.repository = has.image ? (props.existingRepository ?? (addRepository(this, app) as IRepository)) : undefined;
    this.imageBuild = this.repository && addImageBuild(this, this.repository);
    this.pipeline = new Pipeline(this, 'Pipeline', {
      pipelineName: app,
      pipelineType: PipelineType.V2,
      // A newer commit waits for the one that is being deployed.
      executionMode: ExecutionMode.QUEUED,
      artifactBucket: this.bucket as IBucket,
      restartExecutionOnUpdate: true,
      ...props.pipelineProps,
    });

    const code = new Artifact('Code');
    const built = new Artifact('Built', [template]);
    const commit = '#{Source.CommitId}';
    this.pipeline.addStage({ stageName: 'Source', actions: [sourceAction(this, source, code)] });
    const upload = `aws s3 cp --recursive --exclude '*' --include '*.zip' ${functions} s3://${this.bucket.bucketName}/functions/$CODEBUILD_RESOLVED_SOURCE_VERSION`;
    const commands = new CommandsAction({
      actionName: 'Build',
      input: code,
      output: built,
      commands: [...build, ...(has.functions ? [upload] : [])],
    });
    this.pipeline.addStage({
      stageName: 'Build',
      actions: [
        new CommandsAction({ actionName: 'Test', input: code, commands: [...test] }),
        commands,
        ...(this.imageBuild
          ? [
              new CodeBuildAction({
                actionName: 'Image',
                input: code,
                project: this.imageBuild,
                environmentVariables: { VERSION: { value: commit } },
              }),
            ]
          : []),
      ],
    });
    if (has.functions) this.bucket.grantPut(this.pipeline.role, 'functions/*');
    for (const statement of checkStatements(manifest)) {
      this.pipeline.addToRolePolicy(PolicyStatement.fromJson(statement));
    }
    if (this.repository) {
      this.pipeline.addStage({
        stageName: 'Scan',
        actions: [
          new InspectorEcrImageScanAction({
            actionName: 'Image',
            repository: this.repository,
            imageTag: commit,
            criticalThreshold: scan.critical,
            highThreshold: scan.high,
            output: new Artifact('Findings'),
          }),
        ],
      });
    }
    this.deployRoles = new Map(
      stages.map((stage) => {
        const role = new Role(this, `${pascalCase(stage.name)}Deploy`, {
          assumedBy: new ServicePrincipal('cloudformation.amazonaws.com'),
          description: `Deploys ${app} at the stage ${stage.name}`,
          path: DEPLOY_PATH,
        });
        for (const statement of deployStatements(manifest, stage.name)) {
          role.addToPolicy(PolicyStatement.fromJson(statement));
        }
        this.bucket.grantRead(role, 'functions/*');
        return [stage.name, role];
      }),
    );
    for (const stage of stages) {
      this.pipeline.addStage({
        stageName: pascalCase(stage.name),
        actions: stageActions(this, stage, { manifest, code, built, template, commit, has }),
        onFailure: { result: Result.ROLLBACK },
      });
    }
  }
}

/** The parts of an app that a pipeline builds, and the parameters of its template. */
interface Parts {
  readonly functions: boolean;
  readonly image: boolean;
}

function partsOf({ components, supervisor }: Manifest, compute: Compute): Parts {
  return {
    functions: supervisor !== undefined || components.some(({ name }) => lambdaPlacement(compute, name)),
    image: components.some(({ name }) => fargatePlacement(compute, name)),
  };
}

function addRepository(scope: Construct, app: string): Repository {
  return new Repository(scope, 'Images', {
    repositoryName: app,
    imageTagMutability: TagMutability.IMMUTABLE,
    imageScanOnPush: true,
    removalPolicy: RemovalPolicy.RETAIN,
    lifecycleRules: [{ tagStatus: TagStatus.ANY, maxImageCount: IMAGES }],
  });
}

/** @throws TypeError listing every fault at once. */
function assertPipeline(props: TwelveFactorPipelineProps): void {
  assertKnownOptions('use TwelveFactorPipeline', props, [
    'manifest',
    'compute',
    'source',
    'stages',
    'test',
    'build',
    'template',
    'functions',
    'scan',
    'existingRepository',
    'pipelineProps',
  ]);
  const names = props.stages.map(({ name }) => name);
  const faults = [
    ...(names.length === 0 ? ['stages is empty: name at least one'] : []),
    ...names
      .filter((name) => !/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name))
      .map((name) => `'${name}' is not a stage: lower-case words joined by hyphens`),
    ...names.filter((name, at) => names.indexOf(name) !== at).map((name) => `'${name}' is in stages twice`),
  ];
  if (faults.length > 0) throw new TypeError(`Cannot use TwelveFactorPipeline: ${faults.join('; ')}`);
}

function sourceAction(scope: Construct, source: PipelineSource, output: Artifact): IAction {
  const { branch = 'main' } = source;
  const common = { actionName: 'Source', variablesNamespace: 'Source', output, branch };
  if ('codeCommit' in source) {
    const repository = CodeCommitRepository.fromRepositoryName(scope, 'Repository', source.codeCommit);
    return new CodeCommitSourceAction({ ...common, repository });
  }
  const [owner = '', repo = ''] = source.repository.split('/');
  return new CodeStarConnectionsSourceAction({ ...common, connectionArn: source.connectionArn, owner, repo });
}

/**
 * Builds the image natively for arm64 and pushes it under the commit's id: a tag that never
 * changes.
 */
function addImageBuild(scope: Construct, repository: IRepository): PipelineProject {
  const project = new PipelineProject(scope, 'ImageBuild', {
    description: 'Builds the image of the service',
    timeout: Duration.minutes(20),
    environment: {
      buildImage: LinuxArmBuildImage.AMAZON_LINUX_2023_STANDARD_3_0,
      computeType: ComputeType.SMALL,
      privileged: true, // Docker in CodeBuild needs it
    },
    environmentVariables: { REPOSITORY: { value: repository.repositoryUri } },
    buildSpec: BuildSpec.fromObject({
      version: '0.2',
      phases: {
        pre_build: {
          commands: [
            'aws ecr get-login-password | docker login --username AWS --password-stdin "$(dirname "$REPOSITORY")"',
          ],
        },
        build: { commands: ['docker build --tag "$REPOSITORY:$VERSION" .', 'docker push "$REPOSITORY:$VERSION"'] },
      },
    }),
  });
  repository.grantPullPush(project);
  return project;
}

interface StageContext {
  readonly manifest: Manifest;
  readonly has: Parts;
  readonly code: Artifact;
  readonly built: Artifact;
  readonly template: string;
  readonly commit: string;
}

function stageActions(pipeline: TwelveFactorPipeline, stage: PipelineStage, context: StageContext): IAction[] {
  const { manifest, code, built, template, commit, has } = context;
  const { repository } = pipeline;
  const { name, approval = false, before = ['npx twelvefold config doctor app.ts --no-env'] } = stage;
  const stackName = `${manifest.app}-${name}`;
  const changeSetName = 'pipeline';
  const deploymentRole = pipeline.deployRoles.get(name) as IRole; // made from the same stages
  return [
    new CommandsAction({
      actionName: 'Check',
      runOrder: 1,
      input: code,
      commands: ['npm ci', `export TWELVEFOLD_STAGE=${name}`, ...before],
    }),
    new CloudFormationCreateReplaceChangeSetAction({
      actionName: 'Prepare',
      runOrder: 2,
      stackName,
      changeSetName,
      templatePath: built.atPath(template),
      adminPermissions: false,
      deploymentRole,
      cfnCapabilities: [CfnCapabilities.ANONYMOUS_IAM],
      parameterOverrides: {
        Stage: name,
        ...(has.functions && { CodeBucket: pipeline.bucket.bucketName, CodePrefix: `functions/${commit}` }),
        ...(repository && {
          ImageUri: Fn.join(':', [repository.repositoryUri, commit]),
          ImageRepository: repository.repositoryName,
        }),
        ...(manifest.supervisor && { Release: commit }),
      },
    }),
    ...(approval
      ? [
          new ManualApprovalAction({
            actionName: 'Approve',
            runOrder: 3,
            additionalInformation: `The change set '${changeSetName}' of ${stackName} in ${Aws.REGION} lists what will change`,
          }),
        ]
      : []),
    new CloudFormationExecuteChangeSetAction({ actionName: 'Deploy', runOrder: 4, stackName, changeSetName }),
  ];
}
