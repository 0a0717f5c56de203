import { CfnParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import { atStage } from '../template/at-stage.ts';
import { named } from '../template/named.ts';
import { pascalCase } from '../template/pascal-case.ts';
import type { Attached } from './attached.ts';

/** Adds a parameter per resource that says where it is, for processes that get no bindings in their environment. */
export function addBindings(scope: Construct, attached: ReadonlyMap<string, Attached>): void {
  for (const { declared, value } of attached.values()) {
    named(
      new CfnParameter(scope, `${pascalCase(declared.key)}Binding`, {
        name: atStage(declared.binding.parameter),
        type: 'String',
        value,
        description: `The ${declared.binding.value} of the ${declared.kind} ${declared.key}`,
      }),
    );
  }
}
