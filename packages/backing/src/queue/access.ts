/** The IAM actions behind each access to a queue. `consume` is what its consumer needs, on every host. */
export const QUEUE_ACCESS = {
  send: ['sqs:SendMessage'],
  consume: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility', 'sqs:GetQueueAttributes'],
} as const;
