import type { Operation, Service } from '../operations/aws-operations.ts';
import type { SdkOpener, SdkService } from '../sdk/sdk-client.ts';

/**
 * A service, as the first argument of `Aws.call`. It carries what its calls need, so that a
 * bundle has the protocols of the services that its code imports, and no others.
 */
export interface AwsService<S extends Service = Service> {
  /** As in its endpoints: `sqs` of `sqs.eu-west-1.amazonaws.com`. */
  readonly name: S;
  /** The environment variable that names its endpoint, as every AWS SDK reads it. */
  readonly endpointVariable: string;
  /**
   * The operations of the lean transport, and whether they change anything. Receiving is a write:
   * it
   * hides the messages and counts as a delivery.
   */
  readonly operations: Readonly<Record<string, 'read' | 'write'>>;
  readonly protocol: Protocol;
  /** Loads its SDK, which is an optional peer. */
  loadSdk(opener: SdkOpener): Promise<SdkService>;
}

/** Whether each operation of a service changes anything. */
export type Accesses<S extends Service> = Readonly<Record<Operation<S>, 'read' | 'write'>>;

/** A service's protocol: from input to request body, from response body to output. */
export interface Protocol {
  /** Headers of the protocol, signed with the request. */
  headers(operation: string, input: unknown): Record<string, string>;
  /** The path behind the endpoint's, of a protocol that has one per resource. @defaultValue none */
  path?(operation: string, input: unknown): string;
  /** @throws TypeError for a value that the service has no form for. */
  encode(operation: string, input: unknown): string;
  /** Any error thrown means that the answer was not one of this service. */
  decode(operation: string, body: string, status: number): unknown;
  decodeError(body: string, headers: Readonly<Record<string, string>>): ServiceFailure;
  /**
   * Describes the fault of a successful response, e.g. a wrong checksum; `undefined` if there is
   * none.
   */
  verify?(operation: string, input: unknown, output: unknown): string | undefined;
}

export interface ServiceFailure {
  readonly code: string | undefined;
  readonly message: string | undefined;
  readonly item?: Record<string, unknown> | undefined;
  readonly cancellationReasons?: Array<{ Code?: string; Message?: string; Item?: Record<string, unknown> }> | undefined;
}
