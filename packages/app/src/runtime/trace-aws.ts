import type { Aws } from '@twelvefold/aws';
import { traced } from '@twelvefold/lifecycle';
import { openTelemetry } from '@twelvefold/lifecycle/internal';

/** As `rpc.service` names them: the service ids of the SDK. */
const SERVICE_IDS: Readonly<Record<string, string>> = {
  dynamodb: 'DynamoDB',
  secretsmanager: 'Secrets Manager',
  sns: 'SNS',
  sqs: 'SQS',
  ssm: 'SSM',
};

/**
 * The port with a client span around each call that is made inside a scope. The port itself when no
 * OpenTelemetry tracer is registered by now: an app that traces registers one before it starts.
 */
export function traceAws(aws: Aws): Aws {
  return openTelemetry() === undefined ? aws : withSpans(aws);
}

function withSpans(aws: Aws): Aws {
  return {
    call: (service, operation, input, options) =>
      traced(
        () => {
          const id = SERVICE_IDS[service.name] ?? service.name;
          return {
            name: `${id}.${operation}`,
            kind: 'client',
            attributes: { 'rpc.system': 'aws-api', 'rpc.service': id, 'rpc.method': operation },
          };
        },
        () => aws.call(service, operation, input, options),
      ),
    as: (component) => withSpans(aws.as(component)),
  };
}
