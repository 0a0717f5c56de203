import type { AwsClient } from '../client/aws-client.ts';
import type { Properties } from './properties.ts';

/** One resource of a template, to be made. */
interface ResourceRequest {
  readonly logicalId: string;
  /** Functions resolved. */
  readonly properties: Properties;
  readonly client: AwsClient;
  /** The name of a resource that the template leaves unnamed: the same in every run. */
  readonly defaultName: string;
  /** The ARN of a resource of this account and region, e.g. `arn('sqs', 'orders')`. */
  arn(service: string, resource: string): string;
}

interface MadeResource {
  /** What `Ref` gives. */
  readonly physicalId: string;
  /** What `Fn::GetAtt` gives, by attribute. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly outcome: 'created' | 'updated' | 'unchanged';
  /** What was left out or left alone, and why. */
  readonly note?: string;
}

/** Creates a resource, or makes an existing one match its template; the same twice changes nothing. */
export type MakeResource = (request: ResourceRequest) => Promise<MadeResource>;
