import { optionalNumber, optionalText } from '../properties.ts';
import type { MakeResource } from '../resource-type.ts';
import { whenMissing } from '../resource-type.ts';

/** `AWS::Logs::LogGroup` with its retention. */
export const makeLogGroup: MakeResource = async ({ properties, client, defaultName, arn }) => {
  const logGroupName = optionalText(properties, 'LogGroupName') ?? defaultName;
  const created = await whenMissing(
    client.json('logs', 'CreateLogGroup', { logGroupName }).then(() => true),
    'ResourceAlreadyExistsException',
  );
  const retentionInDays = optionalNumber(properties, 'RetentionInDays');
  if (retentionInDays !== undefined) {
    await client.json('logs', 'PutRetentionPolicy', { logGroupName, retentionInDays });
  }
  return {
    physicalId: logGroupName,
    attributes: { Arn: `${arn('logs', `log-group:${logGroupName}`)}:*` },
    outcome: created ? 'created' : 'unchanged',
  };
};
