import { CfnOutput, Fn } from 'aws-cdk-lib';
import { CfnApi } from 'aws-cdk-lib/aws-apigatewayv2';
import type { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnPermission } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { atStage } from '../template/at-stage.ts';
import { named } from '../template/named.ts';
import { pascalCase } from '../template/pascal-case.ts';

/** Adds an HTTP API before a function: every method and path, in events of payload format 2.0. */
export function addHttpFront(scope: Construct, component: string, name: string, target: CfnFunction): void {
  const id = `${pascalCase(component)}Api`;
  // Quick create: with a target the API makes its route, integration and stage ($default) by
  // itself.
  const api = named(new CfnApi(scope, id, { name: atStage(name), protocolType: 'HTTP', target: target.attrArn }));
  named(
    new CfnPermission(scope, `${id}Permission`, {
      action: 'lambda:InvokeFunction',
      functionName: target.ref,
      principal: 'apigateway.amazonaws.com',
      sourceArn: Fn.sub(`arn:\${AWS::Partition}:execute-api:\${AWS::Region}:\${AWS::AccountId}:\${${id}}/*/$default`),
    }),
  );
  named(new CfnOutput(scope, `${id}Url`, { value: api.attrApiEndpoint, description: `Where ${component} answers` }));
}
