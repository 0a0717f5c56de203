import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { SecretsManager } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { refusal, settings, tableInput } from './dynamodb-endpoint.ts';
import { aws, prepareRecorded } from './recorded.fixture.ts';

prepareRecorded();

/** A call in the JSON protocol, answered as it comes. */
async function call(target: string, service: string, body: unknown) {
  const answer = await fetch(aws.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': target,
      authorization: `AWS4-HMAC-SHA256 Credential=local/20261120/eu-west-1/${service}/aws4_request, SignedHeaders=host, Signature=00`,
    },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

describe('DynamoDB', () => {
  const dynamodb = () => new DynamoDB(settings(aws.url));

  it('refuses throughput that does not change, or on demand (dynalite, updateTable.js)', async () => {
    const db = dynamodb();
    const ProvisionedThroughput = { ReadCapacityUnits: 5, WriteCapacityUnits: 6 };
    await db.createTable({
      ...tableInput(['pk:S']),
      keys: 1,
      BillingMode: 'PROVISIONED',
      ProvisionedThroughput,
    } as never);
    const same = await refusal(db.updateTable({ TableName: 'things', ProvisionedThroughput }));
    expect(same.name).toBe('ValidationException');
    expect(same.message).toContain('The provisioned throughput for the table will not change.');
    expect(same.message).toContain('Requested WriteCapacityUnits: 6.');
    const both = db.updateTable({ TableName: 'things', BillingMode: 'PAY_PER_REQUEST', ProvisionedThroughput });
    expect((await refusal(both)).message).toContain(
      'Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST',
    );
  });

  it.each(['Update', 'Delete', 'Put'] as const)(
    'refuses an empty key in a transaction at once: %s (LocalStack, test_transact_write_items_...)',
    async (kind) => {
      const db = dynamodb();
      await db.createTable(tableInput(['pk:S'], { keys: 1, TableName: 'things' }));
      const pk = { S: '' };
      const entry = {
        Update: {
          TableName: 'things',
          Key: { pk },
          UpdateExpression: 'SET a = :a',
          ExpressionAttributeValues: { ':a': { S: 'x' } },
        },
        Delete: { TableName: 'things', Key: { pk } },
        Put: { TableName: 'things', Item: { pk } },
      }[kind];
      expect(await refusal(db.transactWriteItems({ TransactItems: [{ [kind]: entry } as never] }))).toEqual({
        name: 'ValidationException',
        message:
          'One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: pk',
      });
    },
  );

  it('spells Message with a capital beside the item of a failed condition (LocalStack, test_return_values_on_conditions_check_failure)', async () => {
    const db = dynamodb();
    await db.createTable(tableInput(['pk:S'], { keys: 1, TableName: 'things' }));
    const put = (more: object) =>
      call('DynamoDB_20120810.PutItem', 'dynamodb', { TableName: 'things', Item: { pk: { S: 'a' } }, ...more });
    await put({});
    const ConditionExpression = 'attribute_not_exists(pk)';
    const failed = await put({ ConditionExpression, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' });
    expect(failed.body).toEqual({
      __type: 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException',
      Message: 'The conditional request failed',
      Item: { pk: { S: 'a' } },
    });
    expect((await put({ ConditionExpression })).body).toHaveProperty('message');
  });

  it('names the limit of a transaction, and shows no payload', async () => {
    const entry = { Put: { TableName: 'things', Item: { pk: { S: 'secret'.repeat(700) } } } };
    const refused = await refusal(
      dynamodb().transactWriteItems({ TransactItems: Array.from({ length: 101 }, () => entry) }),
    );
    expect(refused).toEqual({
      name: 'ValidationException',
      message:
        "1 validation error detected: Value at 'transactItems' failed to satisfy constraint: Member must have length less than or equal to 100",
    });
  });

  it.each<[string, object, string]>([
    [
      'a key attribute without a definition',
      { KeySchema: [{ AttributeName: 'other', KeyType: 'HASH' }] },
      'Invalid KeySchema: Some index key attribute have no definition',
    ],
    [
      'a local index without a range key',
      {
        LocalSecondaryIndexes: [
          {
            IndexName: 'abc',
            KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
            Projection: { ProjectionType: 'ALL' },
          },
        ],
      },
      'One or more parameter values were invalid: Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex',
    ],
    [
      'an empty list of indexes',
      { GlobalSecondaryIndexes: [] },
      'One or more parameter values were invalid: List of GlobalSecondaryIndexes is empty',
    ],
  ])('refuses %s (dynalite, createTable.js)', async (_what, more, message) => {
    const input = { ...tableInput(['pk:S'], { keys: 1, TableName: 'things' }), ...more };
    expect(await refusal(dynamodb().createTable(input))).toEqual({ name: 'ValidationException', message });
  });

  it('refuses two names on one side of a key condition (dynalite, query.js)', async () => {
    const db = dynamodb();
    await db.createTable(tableInput(['pk:S'], { keys: 1, TableName: 'things' }));
    const refused = await refusal(db.query({ TableName: 'things', KeyConditionExpression: 'pk = elsewhere' }));
    expect(refused.message).toBe(
      'Invalid KeyConditionExpression: Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition',
    );
  });
});

describe('Secrets Manager', () => {
  const secrets = () => new SecretsManager(settings(aws.url));

  // Source: API reference, ListSecrets: by creation date unless SortBy says otherwise.
  it('lists by creation date, and so does a batch by filters', async () => {
    const sm = secrets();
    for (const Name of ['b', 'a', 'c']) {
      await sm.createSecret({ Name, SecretString: 'x' });
      aws.clock.advance(1000);
    }
    const names = (list: ReadonlyArray<{ Name?: string | undefined }> = []) => list.map(({ Name }) => Name);
    expect(names((await sm.listSecrets({})).SecretList)).toEqual(['b', 'a', 'c']);
    const Filters = [{ Key: 'all' as const, Values: ['a', 'b', 'c'] }];
    expect(names((await sm.batchGetSecretValue({ Filters })).SecretValues)).toEqual(['b', 'a', 'c']);
    expect(names((await sm.listSecrets({ SortBy: 'name' })).SecretList)).toEqual(['a', 'b', 'c']);
  });

  it('shows an empty list once its tags are gone, and no empty description (test_resource_tags...)', async () => {
    const sm = secrets();
    await sm.createSecret({ Name: 'a', SecretString: 'x', Description: '' });
    expect(await sm.describeSecret({ SecretId: 'a' })).not.toHaveProperty('Tags');
    expect(await sm.describeSecret({ SecretId: 'a' })).not.toHaveProperty('Description');
    await sm.tagResource({ SecretId: 'a', Tags: [{ Key: 'k', Value: 'v' }] });
    await sm.untagResource({ SecretId: 'a', TagKeys: ['k'] });
    expect((await sm.describeSecret({ SecretId: 'a' })).Tags).toEqual([]);
  });

  it('spells Message with a capital in its own errors (test_exp_raised_on_creation_of_secret_scheduled_for_deletion...)', async () => {
    const get = (SecretId: string) => call('secretsmanager.GetSecretValue', 'secretsmanager', { SecretId });
    expect((await get('nope')).body).toEqual({
      __type: 'ResourceNotFoundException',
      Message: "Secrets Manager can't find the specified secret.",
    });
    expect((await get('a b')).body).toEqual({
      __type: 'ValidationException',
      message:
        'Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!',
    });
  });

  it('takes AWSPENDING from a version that loses AWSCURRENT (test_update_secret_version_stages_current_pending)', async () => {
    const sm = secrets();
    const first = await sm.createSecret({ Name: 'a', SecretString: 'one' });
    await sm.updateSecretVersionStage({ SecretId: 'a', VersionStage: 'AWSPENDING', MoveToVersionId: first.VersionId });
    await sm.putSecretValue({ SecretId: 'a', SecretString: 'two' });
    const { VersionIdsToStages = {} } = await sm.describeSecret({ SecretId: 'a' });
    expect(VersionIdsToStages[first.VersionId ?? '']).toEqual(['AWSPREVIOUS']);
  });

  it('answers 501 to members that it does not carry out, and names them', async () => {
    const refused = secrets().createSecret({ Name: 'a', Type: 'SalesforceClientSecret' });
    await expect(refused).rejects.toMatchObject({
      $metadata: { httpStatusCode: 501 },
      message: expect.stringContaining('Type'),
    });
  });

  // Sources: API reference, CreateSecret and DescribeSecret; the texts are moto's
  // (test_secretsmanager.py).
  describe('replication', () => {
    const there = () => new SecretsManager({ ...settings(aws.url), region: 'us-east-1' });
    const create = () =>
      secrets().createSecret({ Name: 'a', SecretString: 'one', AddReplicaRegions: [{ Region: 'us-east-1' }] });

    it('copies a secret with its value, and every change of it', async () => {
      const { ARN = '', ReplicationStatus } = await create();
      expect(ReplicationStatus).toEqual([
        {
          Region: 'us-east-1',
          KmsKeyId: 'alias/aws/secretsmanager',
          Status: 'InSync',
          StatusMessage: 'Replication succeeded',
        },
      ]);
      expect(await there().getSecretValue({ SecretId: 'a' })).toMatchObject({
        ARN: ARN.replace('eu-west-1', 'us-east-1'),
        SecretString: 'one',
      });
      await secrets().putSecretValue({ SecretId: 'a', SecretString: 'two' });
      await secrets().tagResource({ SecretId: 'a', Tags: [{ Key: 'k', Value: 'v' }] });
      expect((await there().getSecretValue({ SecretId: 'a' })).SecretString).toBe('two');
      expect((await there().getSecretValue({ SecretId: 'a', VersionStage: 'AWSPREVIOUS' })).SecretString).toBe('one');
      expect(await there().describeSecret({ SecretId: 'a' })).toMatchObject({
        PrimaryRegion: 'eu-west-1',
        Tags: [{ Key: 'k', Value: 'v' }],
      });
    });

    it('refuses the secret’s own region, changes of a replica, and deletion while there are replicas', async () => {
      const own = secrets().createSecret({ Name: 'b', AddReplicaRegions: [{ Region: 'eu-west-1' }] });
      expect(await refusal(own)).toEqual({ name: 'InvalidParameterException', message: 'Invalid replica region.' });
      await create();
      const change = await refusal(there().putSecretValue({ SecretId: 'a', SecretString: 'x' }));
      expect(change).toEqual({
        name: 'InvalidRequestException',
        message: "Operation not permitted on a replica secret. Call must be made in primary secret's region.",
      });
      expect(await refusal(secrets().deleteSecret({ SecretId: 'a' }))).toEqual({
        name: 'InvalidParameterException',
        message: "You can't delete secret a that still has replica regions [us-east-1]",
      });
      expect((await secrets().listSecrets({})).SecretList).toHaveLength(1);
    });

    it('fails without an error where another secret has the name', async () => {
      await there().createSecret({ Name: 'a', SecretString: 'other' });
      const { ReplicationStatus = [] } = await create();
      expect(ReplicationStatus[0]).toMatchObject({
        Status: 'Failed',
        StatusMessage: 'Replication failed: Secret name a already exists in region us-east-1.',
      });
      expect((await there().getSecretValue({ SecretId: 'a' })).SecretString).toBe('other');
      const AddReplicaRegions = [{ Region: 'us-east-1' }];
      await secrets().replicateSecretToRegions({ SecretId: 'a', AddReplicaRegions, ForceOverwriteReplicaSecret: true });
      expect((await there().getSecretValue({ SecretId: 'a' })).SecretString).toBe('one');
    });

    it('ends by removal of a region, or by promotion of the replica', async () => {
      await create();
      await there().stopReplicationToReplica({ SecretId: 'a' });
      await there().putSecretValue({ SecretId: 'a', SecretString: 'mine' });
      expect((await secrets().describeSecret({ SecretId: 'a' })).ReplicationStatus).toBeUndefined();
      await secrets().replicateSecretToRegions({ SecretId: 'a', AddReplicaRegions: [{ Region: 'eu-west-3' }] });
      await secrets().removeRegionsFromReplication({ SecretId: 'a', RemoveReplicaRegions: ['eu-west-3'] });
      const gone = new SecretsManager({ ...settings(aws.url), region: 'eu-west-3' }).describeSecret({ SecretId: 'a' });
      expect((await refusal(gone)).name).toBe('ResourceNotFoundException');
      expect((await secrets().getSecretValue({ SecretId: 'a' })).SecretString).toBe('one');
    });
  });
});
