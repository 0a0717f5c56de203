import type { Fields } from './sam-resource.ts';
import { eventsOf, fieldsOf, idOf, invoked, underCondition, withoutUndefined } from './sam-resource.ts';

/**
 * The template's resources with the notifications of events of type `S3` in their buckets, each of
 * which depends on the permission that S3 needs.
 *
 * @throws TypeError for an event whose bucket is not in the template, which SAM refuses
 */
export function withNotifications(resources: Fields): Fields {
  const all: Record<string, unknown> = { ...resources };
  for (const { functionId, id, type, properties, resource } of eventsOf(resources)) {
    if (type !== 'S3') continue;
    const bucketId = idOf(properties.Bucket) ?? '';
    const bucket = fieldsOf(all[bucketId]);
    if (bucket.Type !== 'AWS::S3::Bucket') {
      throw new TypeError(`Cannot read the template: the event ${id} must name an S3 bucket of the same template`);
    }
    const bucketProperties = fieldsOf(bucket.Properties);
    const notifications = fieldsOf(bucketProperties.NotificationConfiguration);
    const added = [properties.Events].flat().map((Event) => {
      const configuration = { Event, Filter: properties.Filter, Function: invoked(functionId, resource).arn };
      return underCondition(withoutUndefined(configuration), resource);
    });
    const LambdaConfigurations = [...[notifications.LambdaConfigurations ?? []].flat(), ...added];
    all[bucketId] = {
      ...bucket,
      DependsOn: [...[bucket.DependsOn ?? []].flat(), `${id}Permission`],
      Properties: { ...bucketProperties, NotificationConfiguration: { ...notifications, LambdaConfigurations } },
    };
  }
  return all;
}
