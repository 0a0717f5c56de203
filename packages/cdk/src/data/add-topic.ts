import { CfnTopic, CfnTopicPolicy } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { ManifestTopic } from 'twelvefold/manifest';
import { policyDocument } from '../policy/policy-document.ts';
import { tlsOnly } from '../policy/tls-only.ts';
import { atStage } from '../template/at-stage.ts';
import { named } from '../template/named.ts';
import { pascalCase } from '../template/pascal-case.ts';
import type { Attached } from './attached.ts';

/** Adds a topic that takes messages over TLS only. */
export function addTopic(scope: Construct, topic: ManifestTopic): Attached {
  const id = `${pascalCase(topic.key)}Topic`;
  const resource = named(
    new CfnTopic(scope, id, {
      topicName: atStage(topic.physicalName),
      ...(topic.fifo && { fifoTopic: true, fifoThroughputScope: 'MessageGroup' }),
      ...(topic.maxMessageBytes === undefined ? {} : { maximumMessageSize: topic.maxMessageBytes }),
    }),
  );
  named(
    new CfnTopicPolicy(scope, `${id}Policy`, {
      topics: [resource.ref],
      policyDocument: policyDocument([tlsOnly('sns:Publish', resource.ref)]),
    }),
  );
  const value = topic.binding.value === 'name' ? resource.attrTopicName : resource.ref;
  return { declared: topic, resource, arn: resource.ref, value };
}
