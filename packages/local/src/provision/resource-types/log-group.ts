import { optionalNumber, optionalText } from '../properties.ts';
import type { MakeResource, RemoveResource } from '../resource-type.ts';
import { refuseExisting, whenMissing } from '../resource-type.ts';

/** `AWS::Logs::LogGroup` with its retention. */
export const makeLogGroup: MakeResource = async ({ properties, client, defaultName, arn, past }) => {
  const logGroupName = optionalText(properties, 'LogGroupName') ?? defaultName;
  const created = await whenMissing(
    client.json('logs', 'CreateLogGroup', { logGroupName }).then(() => true),
    'ResourceAlreadyExistsException',
  );
  refuseExisting(past, created ? undefined : true, logGroupName);
  if (created) past?.created(logGroupName);
  const retentionInDays = optionalNumber(properties, 'RetentionInDays');
  if (retentionInDays !== undefined) {
    await client.json('logs', 'PutRetentionPolicy', { logGroupName, retentionInDays });
  } else if (past?.properties?.RetentionInDays !== undefined) {
    await client.json('logs', 'DeleteRetentionPolicy', { logGroupName });
  }
  return {
    physicalId: logGroupName,
    attributes: { Arn: `${arn('logs', `log-group:${logGroupName}`)}:*` },
    outcome: created ? 'created' : 'unchanged',
  };
};

export const removeLogGroup: RemoveResource = async ({ physicalId, client }) => {
  await whenMissing(client.json('logs', 'DeleteLogGroup', { logGroupName: physicalId }), 'ResourceNotFoundException');
};
