import type { ConditionKeys, ServiceCall } from './authorizer.ts';
import type { Principal } from './caller.ts';
import type { Clock } from './clock.ts';
import type { ContainerRegistry } from './container-registry.ts';
import type { FunctionRegistry } from './function-registry.ts';
import type { Answer, HttpRequest } from './http.ts';
import type { ItemChange } from './item-images.ts';
import type { MessageMemory } from './message-memory.ts';
import type { ServiceError } from './service-error.ts';
import type { StoreContext, Stores } from './stores.ts';

/** The call that an action answers, with its surroundings. */
export interface CallContext {
  readonly service: string;
  readonly action: string;
  /** From the SigV4 credential scope; state is apart by account and region. */
  readonly account: string;
  readonly region: string;
  /** The URL the caller reached us at, e.g. `http://127.0.0.1:4566`: for queue URLs. */
  readonly origin: string;
  readonly accessKeyId: string;
  /** Who calls: the root of the account, or the role that STS made the key for. */
  readonly principal: Principal;
  readonly requestId: string;
  /** X-Amzn-Trace-Id of the request, if it is an X-Ray tracing header. */
  readonly traceHeader: string | undefined;
  readonly clock: Clock;
  /** Aborts when the client hangs up and when the endpoint resets or closes: ends a long poll. */
  readonly signal: AbortSignal;
  /** The stores of every service for this account and region, so SNS can reach queues. */
  readonly stores: Stores;
  /** The stores of another account or region. */
  storesOf(account: string, region: string): Stores;
  /** The functions that can be invoked, by ARN. */
  readonly functions: FunctionRegistry;
  /** The task definitions that ECS can run. */
  readonly containers: ContainerRegistry;
  /** Values of public parameters (`/aws/service/...`) by name. */
  readonly publicParameters: Readonly<Record<string, string>>;
  /**
   * Runs work that outlives the call; a failure goes to the log and the call log (background.ts).
   */
  background(work: () => unknown): void;
  /**
   * Names a resource (ARN) that this call touches, for the call log, and checks the permission
   * where
   * permissions are enforced. Call it as soon as the input names the resource, before any change.
   *
   * @throws ServiceError where the caller may not do it
   */
  touches(arn: string, action?: string, keys?: ConditionKeys): void;
  /** Whether a service may do this for a user; always, where permissions are not enforced. */
  permits(call: ServiceCall): boolean;
  /**
   * Calls the endpoint itself, without a socket: how CloudFormation makes what a template has. The
   * call is recorded, checked and disturbed by faults as any other. Undefined for a broken
   * connection.
   */
  call(request: HttpRequest): Promise<Answer | undefined>;
  /** Notes a row that this call writes; undefined where no rows are kept. */
  readonly noteItem?: ((change: ItemChange) => void) | undefined;
  /** Gets the messages that this call receives or deletes; undefined where none are kept. */
  readonly messages?: Pick<MessageMemory, 'received' | 'deleted'> | undefined;
}

/**
 * One AWS operation: input as the JSON protocol would carry it (blobs as base64 strings), output
 * likewise. Throws {@link ServiceError} for anything AWS would refuse.
 */
export type Action = (input: Record<string, unknown>, context: CallContext) => unknown | Promise<unknown>;

export interface JsonProtocol {
  /** The part before the dot in `X-Amz-Target`, e.g. `AmazonSQS`, `DynamoDB_20120810`. */
  readonly targetPrefix: string;
  readonly version: '1.0' | '1.1';
  /**
   * Stands before the `#` in an error's `__type`, e.g. `com.amazonaws.dynamodb.v20120810`; the bare
   * code when absent.
   */
  readonly errorNamespace?: string;
  /** Whether errors carry the old Query code in `x-amzn-query-error` (SQS). */
  readonly queryCompatible?: boolean;
  /** Codes of errors whose message is spelled `Message` (Secrets Manager's own). */
  readonly capitalMessage?: ReadonlySet<string>;
  /** Whether answers carry their checksum in `x-amz-crc32` (DynamoDB). */
  readonly crc32?: boolean;
}

export interface QueryProtocol {
  /**
   * Paths of one resource (SQS: a queue): what a path adds to the input, and which actions it has.
   */
  readonly resource?: {
    /** Members that the path gives; undefined for a path that is not a resource's. */
    readonly input: (path: string) => Readonly<Record<string, string>> | undefined;
    readonly has: (action: string) => boolean;
  };
  /** The XML namespace of the answers. */
  readonly xmlns: string;
  /** Output members that are maps (`<entry><key/><value/></entry>`), not structures. */
  readonly maps?: readonly string[];
  /** Members whose text is an integer or a boolean: a form carries text only. */
  readonly integers?: readonly string[];
  readonly booleans?: readonly string[];
  /** Members whose text is any number; `Parent.Name` where another member of that name is text. */
  readonly numbers?: readonly string[];
  /** Output members that are times: seconds in the output of actions, ISO 8601 in XML. */
  readonly times?: readonly string[];
  /**
   * Repeated members that stand directly in their parent, both ways: `Attribute.1.Name=`,
   * `<Attribute><Name/>`.
   */
  readonly flattened?: Readonly<Record<string, FlattenedMember>>;
}

/**
 * A protocol of HTTP methods and paths: S3, Lambda. Its actions take and give what its own
 * functions make of requests and answers.
 */
interface RestProtocol {
  /**
   * The operation of a request; undefined when the service does not have it.
   *
   * @throws ServiceError for one that cannot be read
   */
  route(
    request: HttpRequest,
  ): { readonly operation: string; readonly input: () => Record<string, unknown> } | undefined;
  answer(output: unknown, requestId: string): Answer;
  refuse(error: ServiceError, requestId: string, request: HttpRequest): Answer;
}

export interface FlattenedMember {
  /** The name on the wire of one element; `{Action}` stands for the operation. */
  readonly as: string | readonly string[];
  /** For maps: the names of an entry's key and value. */
  readonly key?: string;
  readonly value?: string;
}

export interface CborProtocol {
  /** The service's name in the path, `/service/NAME/operation/OPERATION`. */
  readonly service: string;
  /** Members that are times: seconds in the input and output of actions, tagged in CBOR. */
  readonly times: readonly string[];
}

/** Where a service goes on after a snapshot was loaded. */
export interface ResumeContext extends StoreContext {
  readonly functions: FunctionRegistry;
  permits(call: ServiceCall): boolean;
}

/** One AWS service: how calls reach it and what it can do. */
export interface ServiceModule {
  /** The signing name in the credential scope, e.g. `sqs`, `secretsmanager`. */
  readonly name: string;
  /** How AWS JSON calls reach this service and how its errors look. */
  readonly json?: JsonProtocol;
  /** How Query/XML calls (`Action=` in a form) are read and answered. */
  readonly query?: QueryProtocol;
  readonly rest?: RestProtocol;
  /** Whether Smithy RPC v2 with CBOR is served too, by the same actions. */
  readonly cbor?: CborProtocol;
  /** The answer to too many calls. @defaultValue ThrottlingException, 400 */
  readonly throttled?: {
    readonly code: string;
    readonly message: string;
    readonly status?: number;
    readonly queryCode?: string;
  };
  /**
   * By operation, what makes its effect happen once more, where that is not to call it again: a
   * received message is delivered anew.
   */
  readonly repeat?: Readonly<
    Record<string, (output: unknown, input: Record<string, unknown>, context: CallContext) => unknown>
  >;
  readonly actions: Readonly<Record<string, Action>>;
  /**
   * By operation, members of AWS's input that this endpoint does not carry out: a call with one is
   * answered 501, which names it.
   */
  readonly refused?: Readonly<Record<string, readonly string[]>>;
  /**
   * Rearms what must happen without a call (a rotation that falls due), for each account and region
   * that a snapshot brings back.
   */
  readonly resume?: (context: ResumeContext) => void;
  /**
   * A document that is served at its own path without credentials: the certificate that messages
   * are signed with.
   */
  readonly page?: (path: string) => Promise<Answer | undefined>;
}

/** One service in the registry: how calls find it, and its code. */
export interface ServiceEntry {
  /** The signing name in the credential scope, e.g. `sqs`, `secretsmanager`. */
  readonly name: string;
  /** The paths of its {@link ServiceModule.page}. */
  readonly pages?: RegExp;
  /** {@link JsonProtocol.targetPrefix} of a service that has JSON. */
  readonly target?: string;
  /**
   * Whether calls without `X-Amz-Target` and `Action` are this service's, by the signing name
   * ({@link RestProtocol}).
   */
  readonly rest?: boolean;
  load(): Promise<ServiceModule>;
}
