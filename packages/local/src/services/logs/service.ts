import type { Action, ServiceModule } from '../../core/service.ts';
import { ServiceError } from '../../core/service-error.ts';
import { createLogGroup } from './actions/create-log-group.ts';
import { createLogStream } from './actions/create-log-stream.ts';
import { deleteLogGroup } from './actions/delete-log-group.ts';
import { deleteLogStream } from './actions/delete-log-stream.ts';
import { deleteRetentionPolicy } from './actions/delete-retention-policy.ts';
import { describeLogGroups } from './actions/describe-log-groups.ts';
import { describeLogStreams } from './actions/describe-log-streams.ts';
import { filterLogEvents } from './actions/filter-log-events.ts';
import { getLogEvents } from './actions/get-log-events.ts';
import { putLogEvents } from './actions/put-log-events.ts';
import { putRetentionPolicy } from './actions/put-retention-policy.ts';
import {
  listTagsForResource,
  listTagsLogGroup,
  tagLogGroup,
  tagResource,
  untagLogGroup,
  untagResource,
} from './actions/tags.ts';

/** CloudWatch Logs calls every fault of validation InvalidParameterException. */
const inItsWords =
  (action: Action): Action =>
  async (input, context) => {
    try {
      return await action(input, context);
    } catch (error) {
      if (!(error instanceof ServiceError) || error.code !== 'ValidationException') throw error;
      throw new ServiceError('InvalidParameterException', error.message);
    }
  };

const ACTIONS: Readonly<Record<string, Action>> = {
  CreateLogGroup: createLogGroup,
  CreateLogStream: createLogStream,
  DeleteLogGroup: deleteLogGroup,
  DeleteLogStream: deleteLogStream,
  DeleteRetentionPolicy: deleteRetentionPolicy,
  DescribeLogGroups: describeLogGroups,
  DescribeLogStreams: describeLogStreams,
  FilterLogEvents: filterLogEvents,
  GetLogEvents: getLogEvents,
  ListTagsForResource: listTagsForResource,
  ListTagsLogGroup: listTagsLogGroup,
  PutLogEvents: putLogEvents,
  PutRetentionPolicy: putRetentionPolicy,
  TagLogGroup: tagLogGroup,
  TagResource: tagResource,
  UntagLogGroup: untagLogGroup,
  UntagResource: untagResource,
};

/** CloudWatch Logs. */
export const logs: ServiceModule = {
  name: 'logs',
  json: { targetPrefix: 'Logs_20140328', version: '1.1' },
  actions: Object.fromEntries(Object.entries(ACTIONS).map(([name, action]) => [name, inItsWords(action)])),
};
