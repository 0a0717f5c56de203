import { describe, expect, it } from 'vitest';
import { explainStop, neverStarted } from './stop-reasons.ts';

describe('the end of a task, in plain words', () => {
  it.each([
    [
      'TaskFailedToStart',
      'CannotPullContainerError: manifest for app:7 not found: manifest unknown',
      'the image does not exist',
      'push the image',
    ],
    [
      'TaskFailedToStart',
      'CannotPullContainerError: denied: User is not authorized, 403',
      'may not be pulled',
      'ecr:BatchGetImage',
    ],
    ['TaskFailedToStart', 'CannotPullContainerError: dial tcp: i/o timeout', 'cannot be pulled', 'NAT gateway'],
    [
      'TaskFailedToStart',
      'ResourceInitializationError: unable to pull secrets or registry auth: secret',
      'cannot be read',
      'execution role',
    ],
    [
      'TaskFailedToStart',
      'ResourceInitializationError: failed to validate logger args: awslogs',
      'log group',
      'logs:CreateLogStream',
    ],
    [
      'EssentialContainerExited',
      'OutOfMemoryError: Container killed due to memory usage',
      'more memory',
      'raise the memory',
    ],
    ['TaskFailedToStart', 'RESOURCE:MEMORY', 'no capacity', 'try again later'],
    ['UserInitiated', 'enough', 'stopped the task', 'resume the run'],
    ['Unheard', 'something new', 'the task stopped', 'read its log'],
  ])('%s: %s', (stopCode, stoppedReason, meaning, cure) => {
    const text = explainStop({ stopCode, stoppedReason });
    expect(text).toContain(meaning);
    expect(text).toContain(cure);
    expect(text).toContain(`${stopCode}: ${stoppedReason}`);
  });

  it('reads the reasons of containers too, and knows a container that never ran', () => {
    const containers = [{ name: 'app', reason: 'CannotStartContainerError: exec format error' }];
    expect(explainStop({ stopCode: 'TaskFailedToStart', stoppedReason: 'x', containers })).toContain('architecture');
    expect(neverStarted({ stopCode: 'EssentialContainerExited', containers: [{ exitCode: 0 }] })).toBe(false);
    expect(neverStarted({ stopCode: 'UserInitiated', containers })).toBe(true);
  });
});
