import type { Action, ServiceModule } from '../../core/service.ts';
import { ServiceError } from '../../core/service-error.ts';
import { filterLogEvents, getLogEvents, putLogEvents } from './events.ts';
import {
  createLogGroup,
  deleteLogGroup,
  deleteRetentionPolicy,
  describeLogGroups,
  listTagsForResource,
  listTagsLogGroup,
  putRetentionPolicy,
  tagLogGroup,
  tagResource,
  untagLogGroup,
  untagResource,
} from './groups.ts';
import { getQueryResults, startQuery, stopQuery } from './insights/insights.ts';
import { createLogStream, deleteLogStream, describeLogStreams } from './streams.ts';

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
  GetQueryResults: getQueryResults,
  ListTagsForResource: listTagsForResource,
  ListTagsLogGroup: listTagsLogGroup,
  PutLogEvents: putLogEvents,
  PutRetentionPolicy: putRetentionPolicy,
  StartQuery: startQuery,
  StopQuery: stopQuery,
  TagLogGroup: tagLogGroup,
  TagResource: tagResource,
  UntagLogGroup: untagLogGroup,
  UntagResource: untagResource,
};

/** CloudWatch Logs. */
export const logs: ServiceModule = {
  name: 'logs',
  json: { targetPrefix: 'Logs_20140328', version: '1.1' },
  refused: {
    CreateLogGroup: ['deletionProtectionEnabled'],
    DescribeLogGroups: ['accountIdentifiers', 'includeLinkedAccounts', 'logGroupIdentifiers'],
  },
  actions: Object.fromEntries(Object.entries(ACTIONS).map(([name, action]) => [name, inItsWords(action)])),
};
