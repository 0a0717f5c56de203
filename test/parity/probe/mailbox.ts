import { sqs } from '@twelvefold/aws';
import type { SourceContext } from '@twelvefold/backing/internal';
import { runInScope } from '@twelvefold/lifecycle';
import { isSqsEvent } from '@twelvefold/lifecycle/internal/lambda';
import { defineKind, makeDefinition, TwelvefoldError } from 'twelvefold';
import type { SourceDefinition } from 'twelvefold/internal';

/** A letter, which is its id and its text on one line each: not JSON. */
export interface Letter {
  readonly id: string;
  readonly text: string;
}

interface Mailbox {
  /** Delivers a letter to the component that consumes the mailbox. */
  drop(letter: Letter): Promise<void>;
}

const parse = (body = ''): Letter => {
  const [id = '', ...text] = body.split('\n');
  return { id, text: text.join('\n') };
};

/** A kind that no package has and that components can consume: letters in an SQS queue. */
const mailboxKind = defineKind({
  name: 'mailbox',
  details: (_: { name: string }) => ({}),
  drivers: {
    sqs: {
      namespace: 'queue',
      binding: { value: 'url', pattern: /^https?:/, expected: 'the URL of a queue' },
      infrastructure: (_, { physicalName, logicalId }) => {
        const id = logicalId('Mailbox');
        return {
          resources: [{ id, type: 'AWS::SQS::Queue', properties: { QueueName: physicalName, VisibilityTimeout: 60 } }],
          arns: [{ 'Fn::GetAtt': [id, 'Arn'] }],
          binding: { Ref: id },
        };
      },
      open: async (_, { target: QueueUrl, aws }) => {
        const drop = async ({ id, text }: Letter) => {
          await aws.call(sqs, 'SendMessage', { QueueUrl, MessageBody: `${id}\n${text}` }, { access: 'write' });
        };
        const client: Mailbox = { drop };
        return { client };
      },
      source: {
        actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
        trigger: () => ({ kind: 'queue', visibilitySeconds: 60 }),
        poll: async (_, { target: QueueUrl, aws, component, handle }) => {
          const polling = new AbortController();
          let inFlight = 0;
          let polled = Promise.resolve();
          const receive = async () => {
            const wanted = { QueueUrl, MaxNumberOfMessages: 1, WaitTimeSeconds: 5 };
            const options = { access: 'write', signal: polling.signal } as const;
            const { Messages = [] } = await aws.call(sqs, 'ReceiveMessage', wanted, options);
            for (const { MessageId = '', Body, ReceiptHandle = '' } of Messages) {
              inFlight += 1;
              await deliver(component, MessageId, Body, handle);
              await aws.call(sqs, 'DeleteMessage', { QueueUrl, ReceiptHandle }, { access: 'write' });
              inFlight -= 1;
            }
          };
          return {
            start: async () => {
              polled = (async () => {
                while (!polling.signal.aborted) await receive().catch(() => undefined);
              })();
            },
            health: () => ({ inFlight }),
            quiesce: async () => polling.abort(),
            drain: () => polled,
            stop: async () => polling.abort(),
          };
        },
        receive:
          async (_, { component, handle }) =>
          async (event) => {
            if (!isSqsEvent(event))
              throw new TwelvefoldError('EVENT_REFUSED', 'Cannot handle the event: it has no letters');
            for (const { messageId, body } of event.Records) await deliver(component, messageId, body, handle);
            return { batchItemFailures: [] };
          },
      },
    },
  },
}).accesses({ drop: { methods: ['drop'], actions: ['sqs:SendMessage'] } });

function deliver(
  component: string,
  messageId: string,
  body: string | undefined,
  handle: SourceContext['handle'],
): Promise<void> {
  const info = { messageId, receiveCount: 1, sentAtMs: 0, attributes: {}, leaseRemaining: () => 60_000 };
  return runInScope({ kind: 'message', component }, (scope) => handle(parse(body), info, scope));
}

export interface MailboxDefinition extends SourceDefinition<Letter, Mailbox, typeof mailboxKind.accesses> {}

/** Declares a mailbox. */
export function mailbox(name: string): MailboxDefinition {
  return makeDefinition(mailboxKind, { name });
}
