import type { CallContext } from '../../core/service.ts';
import { ServiceError } from '../../core/service-error.ts';
import { snsError } from './errors.ts';
import type { Topic } from './topic.ts';
import { topicOf } from './topic-of.ts';

/** The topic of the input's ResourceArn. @throws ServiceError `ResourceNotFound`, `InvalidParameter` */
export function taggedTopic(input: Readonly<Record<string, unknown>>, context: CallContext): Topic {
  try {
    return topicOf(input, context, undefined, 'ResourceArn');
  } catch (error) {
    if (error instanceof ServiceError && error.code === 'NotFoundException') {
      throw snsError('ResourceNotFoundException', 'Resource does not exist');
    }
    throw error;
  }
}
