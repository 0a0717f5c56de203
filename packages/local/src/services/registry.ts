import type { ServiceModule } from '../core/service.ts';
import { dynamodb } from './dynamodb/service.ts';
import { secretsManager } from './secretsmanager/service.ts';
import { sns } from './sns/service.ts';
import { sqs } from './sqs/service.ts';
import { ssm } from './ssm/service.ts';
import { sts } from './sts/service.ts';

/** Every service that the endpoint answers for. */
export const services: readonly ServiceModule[] = [dynamodb, secretsManager, sns, sqs, ssm, sts];
