import { execFile } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { TEMPLATE_FILE } from '../template-file.ts';
import type { ProofContext } from './prove.ts';
import { prove } from './prove.ts';

const run = promisify(execFile);
const FUNCTIONS = join(import.meta.dirname, '../../examples/orders/dist/lambda');

/** Puts one zip per function into the bucket. */
async function upload({ folder, bucket, stage, aws, atEnd }: ProofContext): Promise<string> {
  const prefix = `${stage}/${Date.now()}`;
  const packageJson = join(folder, 'package.json');
  await writeFile(packageJson, '{"type":"module"}');
  const bundles = (await readdir(FUNCTIONS)).filter((name) => name.endsWith('.js'));
  atEnd('delete the code', () => aws('s3', 'rm', '--recursive', '--only-show-errors', `s3://${bucket}/${prefix}`));
  for (const bundle of bundles) {
    const zip = join(folder, bundle.replace(/js$/, 'zip'));
    await run('zip', ['-q', '-j', zip, join(FUNCTIONS, bundle), packageJson]);
    await aws('s3', 'cp', '--only-show-errors', zip, `s3://${bucket}/${prefix}/lambda/${bundle.replace(/js$/, 'zip')}`);
  }
  return prefix;
}

/** Deletes at the end the resources that outlive the stack. */
function deleteKept({ stage, aws, atEnd }: ProofContext, template: string): void {
  const { Resources } = JSON.parse(template) as {
    Resources: Readonly<Record<string, { Type: string; DeletionPolicy?: string; Properties: Record<string, unknown> }>>;
  }; // CloudFormation's shape
  const named = (name: unknown) => (name as { 'Fn::Sub': string })['Fn::Sub'].replaceAll(`\${Stage}`, stage);
  for (const { Type, DeletionPolicy, Properties } of Object.values(Resources)) {
    if (DeletionPolicy !== 'Retain') continue;
    if (Type === 'AWS::DynamoDB::Table') {
      const name = named(Properties.TableName);
      atEnd(`delete the table ${name}`, () => aws('dynamodb', 'delete-table', '--table-name', name));
    }
    if (Type === 'AWS::SecretsManager::Secret') {
      const name = named(Properties.Name);
      const command = ['secretsmanager', 'delete-secret', '--force-delete-without-recovery', '--secret-id', name];
      atEnd(`delete the secret ${name}`, () => aws(...command));
    }
  }
}

await prove(
  {
    name: 'functions',
    proves: 'the orders example takes an order over HTTP, prices it and notifies of it, once, on Lambda',
    minutes: 10,
    async run(context) {
      const { stage, aws, atEnd, deploy, check, until, bucket } = context;
      const template = await readFile(TEMPLATE_FILE, 'utf8');
      deleteKept(context, template);
      const CodePrefix = await upload(context);
      const outputs = await deploy(`orders-${stage}`, template, { Stage: stage, CodeBucket: bucket, CodePrefix });
      const taxRate = `/orders/${stage}/pricing/taxRate`;
      atEnd('delete the tax rate', () => aws('ssm', 'delete-parameter', '--name', taxRate));
      await aws('ssm', 'put-parameter', '--overwrite', '--type', 'String', '--name', taxRate, '--value', '0.19');
      const secret = ['--secret-id', `orders/${stage}/payments/apiKey`, '--secret-string', 'proof'];
      await aws('secretsmanager', 'put-secret-value', ...secret);

      const url = outputs.get('HttpApiUrl') ?? '';
      const json = { 'content-type': 'application/json' };
      const session = await fetch(`${url}/sessions`, { method: 'POST', headers: json, body: '{"userId":"ada"}' });
      check('a session is opened', session.ok);
      const cookie = session.headers
        .getSetCookie()
        .map((one) => one.split(';')[0])
        .join('; ');
      const headers = { ...json, cookie, 'idempotency-key': `proof-${Date.now()}` };
      const body = JSON.stringify({ sku: 'keyboard', quantity: 1, unitPriceCents: 100 });
      const place = () => fetch(`${url}/orders`, { method: 'POST', headers, body });
      const { orderId } = (await (await place()).json()) as { orderId: string }; // the example's answer
      const again = (await (await place()).json()) as { orderId: string }; // the same
      check('an order that is sent twice is one', again.orderId === orderId);
      await until('the order is notified', async () => {
        const order = (await (await fetch(`${url}/orders/${orderId}`, { headers })).json()) as { status?: string };
        return order.status === 'notified' ? order : undefined;
      });
      const wrong = await fetch(`${url}/orders`, { method: 'POST', headers, body: '{"sku":1}' });
      check('a wrong order is a 400', wrong.status === 400);
      await logged(context);
    },
  },
  process.argv.slice(2),
);

/** Asks Logs Insights for the requests: by the fields that the saved queries name. */
async function logged({ stage, aws, until, check }: ProofContext): Promise<void> {
  const seconds = Math.floor(Date.now() / 1_000);
  const queryString = 'filter ispresent(http.path) | stats count(*) as requests by http.method, http.path';
  const group = `/aws/lambda/orders-${stage}-http`;
  const times = ['--start-time', String(seconds - 900), '--end-time', String(seconds + 60)];
  const rows = await until('Logs Insights finds the requests', async () => {
    const query = ['logs', 'start-query', '--log-group-name', group, '--query-string', queryString, ...times];
    const { queryId } = await aws(...query);
    const { status, results = [] } = await aws('logs', 'get-query-results', '--query-id', String(queryId));
    return status === 'Complete' && (results as unknown[]).length > 0 ? (results as unknown[]) : undefined;
  });
  check('Logs Insights counts requests by path', rows.length > 0);
}
