import { missingParameter, sqsError } from './errors.ts';

/** What a task handle names. */
export interface TaskHandle {
  readonly taskId: string;
  readonly sourceArn: string;
}

export const encodeTaskHandle = ({ taskId, sourceArn }: TaskHandle) =>
  Buffer.from(JSON.stringify({ taskId, sourceArn })).toString('base64');

/** @throws ServiceError `MissingParameter`, `ResourceNotFoundException` for anything that is no handle */
export function decodeTaskHandle(handle: string | undefined): TaskHandle {
  if (handle === undefined || handle === '') throw missingParameter('TaskHandle');
  try {
    const said: unknown = JSON.parse(Buffer.from(handle, 'base64').toString());
    if (typeof said === 'object' && said !== null && 'taskId' in said && 'sourceArn' in said) {
      return { taskId: String(said.taskId), sourceArn: String(said.sourceArn) };
    }
  } catch {
    // refused below, like a handle that says something else
  }
  throw sqsError('ResourceNotFoundException', 'Task does not exist.');
}
