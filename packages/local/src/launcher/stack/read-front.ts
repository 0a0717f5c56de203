import type { ProvisionedResource } from '../../provision/stack.ts';

/** The front of a function. */
export interface HttpPlan {
  readonly functionName: string;
  readonly apiId: string;
  /** A function URL of mode RESPONSE_STREAM, or a REST API of mode STREAM. */
  readonly streaming: boolean;
  /** A function URL, which Lambda serves itself. */
  readonly isUrl?: true;
  /** Of a REST API. */
  readonly stage?: string;
  readonly binaryMediaTypes?: readonly string[];
}

type OfType = (type: string) => readonly ProvisionedResource[];
/** The function of the stack that a reference names. */
type Named = (resource: ProvisionedResource, reference: unknown) => string;

/**
 * Reads the one front of a stack: an HTTP API with a target, a function URL, or a REST API whose
 * methods are all proxies to one function.
 *
 * @throws {Error} when there are several, or a REST API of several functions
 */
export function readFront(ofType: OfType, named: Named): HttpPlan | undefined {
  const rests = ofType('AWS::ApiGateway::RestApi').flatMap((api) => {
    const methods = proxiesOf(ofType, api);
    return methods.length === 0 ? [] : [{ api, read: () => readRest(ofType, named, api, methods) }];
  });
  const apis = ofType('AWS::ApiGatewayV2::Api').flatMap((api) => {
    const { Target } = api.properties;
    const read = () => ({ functionName: named(api, Target), apiId: api.physicalId, streaming: false });
    return Target === undefined ? [] : [{ api, read }];
  });
  const urls = ofType('AWS::Lambda::Url').map((api) => ({
    api,
    read: () => ({
      functionName: named(api, api.properties.TargetFunctionArn),
      apiId: api.logicalId.toLowerCase(),
      streaming: api.properties.InvokeMode === 'RESPONSE_STREAM',
      isUrl: true as const,
    }),
  }));
  const [front, extra] = [...apis, ...urls, ...rests];
  if (extra) {
    throw new Error(
      `Cannot launch ${extra.api.logicalId}: the stack has another ${extra.api.type}, and one can be started`,
    );
  }
  return front?.read();
}

type Integration = Readonly<Record<string, unknown>>;

function proxiesOf(ofType: OfType, { physicalId }: ProvisionedResource): Array<[ProvisionedResource, Integration]> {
  return ofType('AWS::ApiGateway::Method').flatMap((method): Array<[ProvisionedResource, Integration]> => {
    const { RestApiId, Integration } = method.properties;
    const integration = (Integration ?? {}) as Integration; // CloudFormation's model
    return RestApiId === physicalId && integration.Type === 'AWS_PROXY' ? [[method, integration]] : [];
  });
}

function readRest(
  ofType: OfType,
  named: Named,
  { logicalId, physicalId, properties }: ProvisionedResource,
  methods: ReadonlyArray<[ProvisionedResource, Integration]>,
): HttpPlan {
  const refuse = (reason: string) => new Error(`Cannot launch ${logicalId}: ${reason}`);
  const [functionName, other] = new Set(methods.map(([method, { Uri }]) => named(method, Uri)));
  if (functionName === undefined || other !== undefined) {
    throw refuse(`its methods call ${functionName} and ${other}, and one function can be started behind it`);
  }
  const modes = new Set(methods.map(([, { ResponseTransferMode }]) => ResponseTransferMode === 'STREAM'));
  if (modes.size > 1) throw refuse('some of its methods stream and some do not');
  const [stage] = ofType('AWS::ApiGateway::Stage').filter((one) => one.properties.RestApiId === physicalId);
  if (!stage) throw refuse('it has no AWS::ApiGateway::Stage');
  const types = (properties.BinaryMediaTypes ?? []) as readonly unknown[]; // CloudFormation's model
  return {
    functionName,
    apiId: physicalId,
    streaming: modes.has(true),
    stage: String(stage.properties.StageName),
    binaryMediaTypes: types.map(String),
  };
}
