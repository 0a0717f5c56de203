import { launchStack, provision, startLocalAws } from '@twelvefold/local';
import { expect, it } from 'vitest';
import { outDirectory, template } from '../examples/table-and-queue/infra.ts';
import { named, resolveTemplate, statementsOf, templateText } from './testing/resolved-template.ts';

const ID = '0f8fad5b-d9cb-469f-a165-70867728950e';

/** An event of an HTTP API, payload format 2.0, as `sam local invoke --event` takes it. */
function httpEvent(method: string, path: string, body?: unknown) {
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: '',
    headers: { host: 'localhost', 'content-type': 'application/json' },
    requestContext: {
      accountId: '123456789012',
      apiId: 'local',
      domainName: 'localhost',
      domainPrefix: 'localhost',
      http: { method, path, protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'test' },
      requestId: '1',
      routeKey: '$default',
      stage: '$default',
      time: '30/Nov/2026:05:41:00 +0000',
      timeEpoch: 1_796_017_260_000,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    isBase64Encoded: false,
  };
}

it('the SAM template is provisioned, and its functions are invoked', async () => {
  await using aws = await startLocalAws();
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const at = { endpoint: aws.url, region: 'eu-west-1', credentials };
  const stack = await provision(templateText('local.sam'), { ...at, parameters: { Stage: 'dev' } });
  const launched = await launchStack(stack, { ...at, bundleDirectory: outDirectory });
  try {
    const http = async (...event: Parameters<typeof httpEvent>) => {
      const answer = await launched.functions.http?.invoke(httpEvent(...event));
      return answer?.payload as { statusCode: number; body: string };
    };
    expect(await http('POST', '/', { id: ID, bytes: 17 })).toMatchObject({ statusCode: 202 });
    await expect.poll(async () => (await http('GET', `/${ID}`)).statusCode, { timeout: 30_000 }).toBe(200);
    expect(JSON.parse((await http('GET', `/${ID}`)).body)).toMatchObject({ id: ID, bytes: 17 });
  } finally {
    await launched.stop();
  }
});

it('the SAM template has the permissions that CDK gives', async () => {
  const [sam, cdk] = await Promise.all(
    [templateText('local.sam'), template].map((one) => resolveTemplate(one, { Stage: 'dev' })),
  );
  for (const id of ['HttpFunctionRole', 'UploadsFunctionRole']) {
    const [mine = [], made = []] = [sam, cdk].map((stack) => {
      const role = stack?.resources.find(({ logicalId }) => logicalId === id);
      // SAM attaches a managed policy for logs.
      return role ? statementsOf(role).filter((line) => !line.startsWith('Allow logs:')) : [];
    });
    expect(mine, id).toEqual(made);
    expect(mine.length).toBeGreaterThan(1);
  }
  if (!sam || !cdk) throw new Error('Cannot compare');
  for (const type of ['AWS::DynamoDB::Table', 'AWS::Lambda::EventSourceMapping']) {
    // SAM sets Enabled, and names the function where CDK has its ARN.
    const { Enabled: _, FunctionName: __, ...mine } = named(sam, type).properties;
    const { FunctionName: ___, ...made } = named(cdk, type).properties;
    expect(mine).toEqual(made);
  }
});
