import type { Action } from '../../../core/service.ts';
import { checkFifo, readDraft } from '../message-draft.ts';
import { queueOf } from '../queue-of.ts';
import { sentAnswer } from '../sent-answer.ts';

export const sendMessage: Action = (input, context) => {
  const queue = queueOf(input, context);
  checkFifo(queue, input);
  const draft = readDraft(input, queue, context.account);
  const [sent] = queue.send([draft]);
  return sentAnswer(draft, sent);
};
