import { pascalCase } from '@twelvefold/core/internal';
import { CfnOutput, Fn } from 'aws-cdk-lib';
import { EndpointType, LambdaIntegration, ResponseTransferMode, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { CfnApi } from 'aws-cdk-lib/aws-apigatewayv2';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnPermission, FunctionUrl, FunctionUrlAuthType, InvokeMode } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { ManifestComponent } from 'twelvefold/manifest';
import { atStage } from '../template/at-stage.ts';
import { defaultNamed, named } from '../template/named.ts';
import type { HttpFront, LambdaPlacement } from './placement.ts';

/** Whether a component asks for streamed responses. */
export function streams({ trigger }: ManifestComponent): boolean {
  return trigger.kind === 'http' && trigger.streaming === true;
}

/** The front of a component's function. */
export function frontOf(component: ManifestComponent, { front }: LambdaPlacement): HttpFront {
  return front ?? (streams(component) ? 'rest-api' : 'http-api');
}

/** Adds the front of an HTTP component, and an output with its address. */
export function addHttpFront(
  scope: Construct,
  component: ManifestComponent,
  { name, placement, target }: { name: string; placement: LambdaPlacement; target: IFunction },
): void {
  const id = `${pascalCase(component.name)}Api`;
  const url = FRONTS[frontOf(component, placement)](scope, id, {
    name: atStage(name),
    target,
    streaming: streams(component),
  });
  const description = `The address of ${component.name}`;
  named(new CfnOutput(scope, `${id}Url`, { value: url, description }));
}

type AddFront = (
  scope: Construct,
  id: string,
  options: { name: string; target: IFunction; streaming: boolean },
) => string;

const FRONTS: Readonly<Record<HttpFront, AddFront>> = {
  /** Every method and path, in events of payload format 2.0. */
  'http-api': (scope, id, { name, target }) => {
    // Quick create: with a target the API makes its route, integration and stage ($default).
    const api = named(new CfnApi(scope, id, { name, protocolType: 'HTTP', target: target.functionArn }));
    named(
      new CfnPermission(scope, `${id}Permission`, {
        action: 'lambda:InvokeFunction',
        functionName: target.functionArn,
        principal: 'apigateway.amazonaws.com',
        sourceArn: Fn.sub(`arn:\${AWS::Partition}:execute-api:\${AWS::Region}:\${AWS::AccountId}:\${${id}}/*/$default`),
      }),
    );
    return api.attrApiEndpoint;
  },
  'rest-api': (scope, id, { name, target, streaming }) => {
    const api = new RestApi(scope, id, {
      restApiName: name,
      endpointTypes: [EndpointType.REGIONAL],
      // An account has one role for these logs, which a stack must not replace.
      cloudWatchRole: false,
      // Otherwise bodies are taken for text, and a compressed answer reaches its client as base64.
      binaryMediaTypes: ['*/*'],
      deployOptions: { stageName: 'live' },
      defaultIntegration: new LambdaIntegration(target, {
        responseTransferMode: streaming ? ResponseTransferMode.STREAM : ResponseTransferMode.BUFFERED,
        allowTestInvoke: false,
      }),
    });
    defaultNamed(api, id);
    api.root.addMethod('ANY');
    api.root.addProxy({ anyMethod: true });
    return api.url;
  },
  'function-url': (scope, id, { target, streaming }) => {
    const url = new FunctionUrl(scope, id, {
      function: target,
      authType: FunctionUrlAuthType.AWS_IAM,
      invokeMode: streaming ? InvokeMode.RESPONSE_STREAM : InvokeMode.BUFFERED,
    });
    defaultNamed(url, id);
    return url.url;
  },
};
