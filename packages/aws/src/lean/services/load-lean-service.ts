import type { Service } from '../../port.ts';
import type { LeanService } from './lean-service.ts';

/** Loads one service's protocol on its first call: what is not called is not parsed. */
export async function loadLeanService(service: Service): Promise<LeanService> {
  switch (service) {
    case 'sqs':
      return (await import('./sqs.ts')).sqs;
    case 'sns':
      return (await import('./sns.ts')).sns;
    case 'ssm':
      return (await import('./ssm.ts')).ssm;
    case 'secretsmanager':
      return (await import('./secretsmanager.ts')).secretsmanager;
    case 'ecs':
      return (await import('./ecs.ts')).ecs;
    case 'lambda':
      return (await import('./lambda.ts')).lambda;
    case 'logs':
      return (await import('./logs.ts')).logs;
    case 'dynamodb':
      return (await import('./dynamodb.ts')).dynamodb;
  }
}
