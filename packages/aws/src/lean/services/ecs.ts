import { jsonService } from './json-protocol.ts';

/** ECS by AWS JSON 1.1. */
export const ecs = jsonService({ target: 'AmazonEC2ContainerServiceV20141113', version: '1.1' });
