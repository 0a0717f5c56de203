import type { HttpRequest } from '../../core/http.ts';
import type { ServiceModule } from '../../core/service.ts';
import { ServiceError } from '../../core/service-error.ts';
import {
  createSchedule,
  deleteSchedule,
  getSchedule,
  listSchedules,
  resumeSchedules,
  updateSchedule,
} from './schedules.ts';

const SCHEDULE = /^\/schedules\/([^/]+)\/?$/;
const SCHEDULES = /^\/schedules\/?$/;

const OPERATIONS: Readonly<Record<string, string>> = {
  POST: 'CreateSchedule',
  PUT: 'UpdateSchedule',
  GET: 'GetSchedule',
  DELETE: 'DeleteSchedule',
};

/** Members that a request has in its query, by their names there. */
const IN_QUERY: Readonly<Record<string, string>> = {
  groupName: 'GroupName',
  clientToken: 'ClientToken',
  ScheduleGroup: 'ScheduleGroup',
  NamePrefix: 'NamePrefix',
  State: 'State',
  MaxResults: 'MaxResults',
  NextToken: 'NextToken',
};

function readInput(http: HttpRequest, name: string | undefined): Record<string, unknown> {
  const input: Record<string, unknown> = {};
  for (const [key, value] of http.search) if (IN_QUERY[key] !== undefined) input[IN_QUERY[key]] = value;
  if (name !== undefined) input.Name = decodeURIComponent(name);
  if (http.body.length === 0) return input;
  try {
    return { ...input, ...JSON.parse(http.body.toString()) };
  } catch {
    throw new ServiceError('SerializationException', 'Could not parse the request body as JSON');
  }
}

/** Schedules of EventBridge Scheduler, with functions as targets. */
export const scheduler: ServiceModule = {
  name: 'scheduler',
  throttled: { code: 'ThrottlingException', message: 'Rate exceeded', status: 429 },
  rest: {
    route: (http) => {
      const name = SCHEDULE.exec(http.path)?.[1];
      const operation = name === undefined ? undefined : OPERATIONS[http.method];
      if (operation !== undefined) return { operation, input: () => readInput(http, name) };
      if (http.method === 'GET' && SCHEDULES.test(http.path)) {
        return { operation: 'ListSchedules', input: () => readInput(http, undefined) };
      }
      return undefined;
    },
    answer: (output, requestId) => ({
      status: 200,
      headers: { 'content-type': 'application/json', 'x-amzn-requestid': requestId },
      body: JSON.stringify(output ?? {}),
    }),
    refuse: ({ status, code, message }, requestId) => ({
      status,
      headers: { 'content-type': 'application/json', 'x-amzn-requestid': requestId, 'x-amzn-errortype': code },
      body: JSON.stringify({ Message: message }),
    }),
  },
  actions: {
    CreateSchedule: createSchedule,
    DeleteSchedule: deleteSchedule,
    GetSchedule: getSchedule,
    ListSchedules: listSchedules,
    UpdateSchedule: updateSchedule,
  },
  resume: resumeSchedules,
};
