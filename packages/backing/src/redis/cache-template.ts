import type { CloudFormationValue, Infrastructure, InfrastructureContext } from '../infrastructure.ts';

/** Everything on keys and data, nothing on the server. */
const ACCESS_STRING = 'on ~* +@all -@dangerous -@admin';

/** ElastiCache's limit for the name of a cache and the ids of users and user groups. */
const LONGEST_NAME = 40;
const STAGE = '{stage}';
const LONGEST_STAGE = 16;

/**
 * A serverless cache of ElastiCache and its one user, who logs in by IAM. Subnets and security
 * groups are the defaults of the account; a handler for the kind `cache` gives others. In a file
 * that the bundles of functions leave out.
 *
 * @throws TypeError for a name that is too long for ElastiCache.
 */
export function template(_: unknown, { key, logicalId, physicalName: name }: InfrastructureContext): Infrastructure {
  const length = name.replace(STAGE, 'x'.repeat(LONGEST_STAGE)).length;
  if (length > LONGEST_NAME) {
    throw new TypeError(
      `Cannot describe the cache '${key}': its name has up to ${length} characters with a stage of ${LONGEST_STAGE}, and ElastiCache takes ${LONGEST_NAME}; shorten its name or the app's`,
    );
  }
  const [cache, group, user] = [logicalId('Cache'), logicalId('CacheUserGroup'), logicalId('CacheUser')];
  const getAtt = (id: string, attribute: string): CloudFormationValue => ({ 'Fn::GetAtt': [id, attribute] });
  const engine = { Engine: 'valkey' };
  return {
    resources: [
      {
        id: cache,
        type: 'AWS::ElastiCache::ServerlessCache',
        properties: { ServerlessCacheName: name, ...engine, MajorEngineVersion: '8', UserGroupId: { Ref: group } },
      },
      {
        id: group,
        type: 'AWS::ElastiCache::UserGroup',
        properties: { UserGroupId: name, ...engine, UserIds: [{ Ref: user }] },
      },
      {
        id: user,
        type: 'AWS::ElastiCache::User',
        properties: {
          // A user who logs in by IAM must have its id as its name.
          UserId: name,
          UserName: name,
          ...engine,
          AuthenticationMode: { Type: 'iam' },
          AccessString: ACCESS_STRING,
        },
      },
    ],
    arns: [getAtt(cache, 'ARN'), getAtt(user, 'Arn')],
    binding: {
      'Fn::Join': [
        '',
        [
          `rediss://${name}@`,
          getAtt(cache, 'Endpoint.Address'),
          ':',
          getAtt(cache, 'Endpoint.Port'),
          `?iam=${name}&serverless=true`,
        ],
      ],
    },
  };
}
