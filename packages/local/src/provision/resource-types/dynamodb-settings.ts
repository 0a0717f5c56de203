import type { AwsClient } from '../../client/aws-client.ts';
import type { Properties } from '../properties.ts';
import { optionalFields, optionalFlag, requiredText } from '../properties.ts';
import { isUnsupported } from '../when-missing.ts';

/** Makes a table's time to live match. Gives whether anything changed. */
export async function makeTimeToLive(client: AwsClient, table: string, properties: Properties): Promise<boolean> {
  const wanted = optionalFields(properties, 'TimeToLiveSpecification');
  if (wanted === undefined) return false;
  const isWanted = optionalFlag(wanted, 'Enabled') ?? false;
  const answer = await client.json('dynamodb', 'DescribeTimeToLive', { TableName: table });
  // Its shape in AWS's model.
  const now = answer.TimeToLiveDescription as { TimeToLiveStatus?: string; AttributeName?: string } | undefined;
  const isOn = now?.TimeToLiveStatus === 'ENABLED' || now?.TimeToLiveStatus === 'ENABLING';
  const attribute = isWanted ? requiredText(wanted, 'AttributeName') : now?.AttributeName;
  // AWS refuses to set what is set already, and takes one change an hour.
  if (isOn === isWanted && (!isWanted || now?.AttributeName === attribute)) return false;
  await client.json('dynamodb', 'UpdateTimeToLive', {
    TableName: table,
    TimeToLiveSpecification: { Enabled: isWanted, AttributeName: attribute },
  });
  return true;
}

/** Makes a table's point-in-time recovery match, where the endpoint has it. */
export async function makeBackups(
  client: AwsClient,
  table: string,
  properties: Properties,
): Promise<{ updated: boolean; note?: string }> {
  const wanted = optionalFields(properties, 'PointInTimeRecoverySpecification');
  const isWanted = wanted && optionalFlag(wanted, 'PointInTimeRecoveryEnabled');
  if (isWanted === undefined) return { updated: false };
  try {
    const answer = await client.json('dynamodb', 'DescribeContinuousBackups', { TableName: table });
    // Its shape in AWS's model.
    const now = answer.ContinuousBackupsDescription as
      | { PointInTimeRecoveryDescription?: { PointInTimeRecoveryStatus?: string } }
      | undefined;
    const isOn = now?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus === 'ENABLED';
    if (isOn === isWanted) return { updated: false };
    await client.json('dynamodb', 'UpdateContinuousBackups', {
      TableName: table,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: isWanted },
    });
    return { updated: true };
  } catch (error) {
    if (!isUnsupported(error)) throw error;
    return { updated: false, note: 'the endpoint has no point-in-time recovery, so it is left out' };
  }
}
