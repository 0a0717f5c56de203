import { Match, Template } from 'aws-cdk-lib/assertions';
import { Repository } from 'aws-cdk-lib/aws-ecr';
import { describe, expect, it } from 'vitest';
import { lambda } from '../compute/placement.ts';
import { nightlyManifest } from '../testing/nightly-manifest.fixture.ts';
import { shopManifest } from '../testing/shop-manifest.fixture.ts';
import { newStack, shopProps } from '../testing/synthesize.fixture.ts';
import { deployStatements } from './deploy-statements.ts';
import type { TwelveFactorPipelineProps } from './pipeline.ts';
import { TwelveFactorPipeline } from './pipeline.ts';

const connectionArn = 'arn:aws:codeconnections:eu-west-1:111122223333:connection/1';
const props: TwelveFactorPipelineProps = {
  manifest: shopManifest,
  compute: shopProps.compute,
  source: { connectionArn, repository: 'example/shop' },
  stages: [{ name: 'staging' }, { name: 'production', approval: true, before: ['node dist/admin.js migrate'] }],
};

function synthesized(changed: Partial<TwelveFactorPipelineProps> = {}) {
  const stack = newStack();
  const pipeline = new TwelveFactorPipeline(stack, 'Pipeline', { ...props, ...changed });
  const template = Template.fromStack(stack);
  const [{ Properties } = { Properties: {} }] = Object.values(template.findResources('AWS::CodePipeline::Pipeline'));
  return { pipeline, template, properties: Properties as Record<string, never> };
}

interface StageJson {
  readonly Name: string;
  readonly OnFailure?: { readonly Result: string };
  readonly Actions: ReadonlyArray<{
    Name: string;
    RunOrder: number;
    Configuration: Record<string, unknown>;
    Commands?: unknown[];
  }>;
}

describe('the pipeline', () => {
  const { template, properties, pipeline } = synthesized();
  const stages = properties.Stages as unknown as StageJson[]; // as CodePipeline defines them
  const actionsOf = (name: string) => stages.find(({ Name }) => Name === name)?.Actions ?? [];

  it('builds once, scans, and deploys stage by stage with a way back', () => {
    expect(properties).toMatchObject({ PipelineType: 'V2', ExecutionMode: 'QUEUED' });
    expect(stages.map(({ Name }) => Name)).toEqual(['Source', 'Build', 'Scan', 'Staging', 'Production']);
    expect(actionsOf('Staging').map(({ Name }) => Name)).toEqual(['Check', 'Prepare', 'Deploy']);
    expect(stages.slice(3).map(({ OnFailure }) => OnFailure?.Result)).toEqual(['ROLLBACK', 'ROLLBACK']);
  });

  it('waits for a person before production, after the change set shows what will change', () => {
    const production = [...actionsOf('Production')].sort((a, b) => a.RunOrder - b.RunOrder);
    expect(production.map(({ Name }) => Name)).toEqual(['Check', 'Prepare', 'Approve', 'Deploy']);
    expect(JSON.stringify(production[0])).toContain('export TWELVEFOLD_STAGE=production');
    expect(JSON.stringify(production[0])).toContain('node dist/admin.js migrate');
  });

  it('deploys the functions and the image of the same commit', () => {
    const [, prepare] = actionsOf('Staging');
    const overrides = JSON.stringify(prepare?.Configuration.ParameterOverrides);
    expect(overrides).toContain('functions/#{Source.CommitId}');
    expect(overrides).toContain('"#{Source.CommitId}"');
    template.hasResourceProperties('AWS::ECR::Repository', {
      ImageTagMutability: 'IMMUTABLE',
      ImageScanningConfiguration: { ScanOnPush: true },
    });
  });

  it('stops for critical findings in the image', () => {
    const [scan] = actionsOf('Scan');
    expect(scan?.Configuration).toMatchObject({ CriticalThreshold: 1, HighThreshold: 1 });
  });

  it('keeps its artifacts encrypted and out of the public', () => {
    template.allResourcesProperties('AWS::S3::Bucket', {
      BucketEncryption: Match.anyValue(),
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
    });
  });

  it('deploys with roles that may act on the names of their stage, and on what takes no name', () => {
    expect([...pipeline.deployRoles.keys()]).toEqual(['staging', 'production']);
    const onEverything = deployStatements(shopManifest, 'staging')
      .filter(({ Resource }) => JSON.stringify(Resource) === '["*"]')
      .map(({ Sid }) => Sid);
    // Of these, AWS takes no name of the app in the resource.
    expect(onEverything).toEqual([
      'EventSources',
      'Definitions',
      'LoadBalancers',
      'StopShift',
      'Queries',
      'Keys',
      'Scaling',
      'Subnets',
    ]);
    expect(JSON.stringify(template.findResources('AWS::IAM::Policy'))).not.toContain('AdministratorAccess');
  });
});

it('builds no image for an app of functions, and names the release of its tasks', () => {
  const compute = { backfill: lambda(), report: lambda(), idle: lambda() };
  const { properties, template, pipeline } = synthesized({ manifest: nightlyManifest, compute });
  const stages = properties.Stages as unknown as StageJson[]; // as CodePipeline defines them
  expect(stages.map(({ Name }) => Name)).toEqual(['Source', 'Build', 'Staging', 'Production']);
  const [, prepare] = stages[2]?.Actions ?? [];
  const overrides = JSON.stringify(prepare?.Configuration.ParameterOverrides);
  expect(overrides).toContain('Release');
  expect(overrides).not.toContain('ImageUri');
  // The folders beside the zips stay where they are.
  expect(JSON.stringify(stages[1])).toContain(
    "aws s3 cp --recursive --exclude '*' --include '*.zip' dist/functions s3://",
  );
  template.resourceCountIs('AWS::ECR::Repository', 0);
  expect(pipeline.repository).toBeUndefined();
  const sids = deployStatements(nightlyManifest, 'staging').map(({ Sid }) => Sid);
  expect(sids).toEqual(expect.arrayContaining(['Rules', 'Schedules']));
});

it('takes a repository that is there, and properties of its pipeline', () => {
  const stack = newStack();
  const existingRepository = Repository.fromRepositoryName(stack, 'Existing', 'images');
  const pipelineProps = { pipelineName: 'shop-releases' };
  const pipeline = new TwelveFactorPipeline(stack, 'Pipeline', { ...props, existingRepository, pipelineProps });
  const template = Template.fromStack(stack);
  template.resourceCountIs('AWS::ECR::Repository', 0);
  expect(pipeline.repository).toBe(existingRepository);
  template.hasResourceProperties('AWS::CodePipeline::Pipeline', { Name: 'shop-releases', PipelineType: 'V2' });
  const [build] = Object.values(template.findResources('AWS::CodeBuild::Project'));
  expect(JSON.stringify(build)).toContain('/images');
});

it('takes its source from CodeCommit as well', () => {
  const { properties } = synthesized({ source: { codeCommit: 'shop', branch: 'trunk' } });
  expect(JSON.stringify(properties.Stages)).toContain('"Provider":"CodeCommit"');
  expect(JSON.stringify(properties.Stages)).toContain('"BranchName":"trunk"');
});

it('refuses stages that are missing, misnamed or there twice, all at once', () => {
  expect(() => synthesized({ stages: [] })).toThrow('stages is empty');
  expect(() => synthesized({ stages: [{ name: 'Prod' }, { name: 'a' }, { name: 'a' }] })).toThrow(
    "'Prod' is not a stage: lower-case words joined by hyphens; 'a' is in stages twice",
  );
});
