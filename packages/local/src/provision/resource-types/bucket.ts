import { AwsCallError } from '../../client/aws-client.ts';
import { partitionOf } from '../../core/partition.ts';
import { optionalFields, optionalText } from '../properties.ts';
import type { MakeResource, RemoveResource } from '../resource-type.ts';
import { refuseExisting } from '../resource-type.ts';

/** The properties that this endpoint carries out, or that change nothing here. */
const KNOWN = ['BucketEncryption', 'BucketName', 'PublicAccessBlockConfiguration', 'Tags', 'VersioningConfiguration'];

const missing = (error: unknown) => error instanceof AwsCallError && error.status === 404;

/** `AWS::S3::Bucket` with its versioning. */
export const makeBucket: MakeResource = async ({ properties, client, defaultName, past }) => {
  // CloudFormation makes names in lower case, for S3 takes no others.
  const name = optionalText(properties, 'BucketName') ?? defaultName.toLowerCase();
  const path = `/${encodeURIComponent(name)}`;
  const existing = await client.s3('HeadBucket', 'HEAD', path).catch((error: unknown) => {
    if (missing(error)) return undefined;
    throw error;
  });
  refuseExisting(past, existing, name);
  if (existing === undefined) {
    await client.s3('CreateBucket', 'PUT', path);
    past?.created(name);
  }
  const versioning = optionalFields(properties, 'VersioningConfiguration');
  const before = optionalFields(past?.properties ?? {}, 'VersioningConfiguration');
  const status = (versioning && optionalText(versioning, 'Status')) ?? (before === undefined ? undefined : 'Suspended');
  if (status !== undefined) {
    const body = `<VersioningConfiguration><Status>${status}</Status></VersioningConfiguration>`;
    await client.s3('PutBucketVersioning', 'PUT', `${path}?versioning`, body);
  }
  const suffix = client.region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  const left = Object.keys(properties).filter((property) => !KNOWN.includes(property));
  return {
    physicalId: name,
    attributes: {
      Arn: `arn:${partitionOf(client.region)}:s3:::${name}`,
      DomainName: `${name}.s3.${suffix}`,
      DualStackDomainName: `${name}.s3.dualstack.${client.region}.${suffix}`,
      RegionalDomainName: `${name}.s3.${client.region}.${suffix}`,
    },
    outcome: existing === undefined ? 'created' : 'updated',
    ...(left.length === 0 ? {} : { note: `left out here: ${left.join(', ')}` }),
  };
};

export const removeBucket: RemoveResource = async ({ physicalId, client }) => {
  try {
    await client.s3('DeleteBucket', 'DELETE', `/${encodeURIComponent(physicalId)}`);
  } catch (error) {
    if (!missing(error)) throw error;
  }
};
