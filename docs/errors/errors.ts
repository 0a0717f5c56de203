import type { ErrorCode } from '@twelvefold/core';

/** The content of a page about an error code. */
export interface ErrorPage {
  /** One sentence. */
  readonly meaning: string;
  /** Why it happens. */
  readonly causes: readonly string[];
  /** Ways out. */
  readonly cures: readonly string[];
  /** A guide, e.g. `tables`. */
  readonly guide: string;
}

/** A page per code: a code without one does not compile. */
export const ERRORS: Readonly<Record<ErrorCode, ErrorPage>> = {
  ATTEMPT_LOST: {
    meaning: 'Another delivery of the same message has begun the work that this delivery wanted to commit.',
    causes: ['The handler took longer than the lease of its idempotency record, and the message was delivered again.'],
    cures: [
      'Nothing has to be done: the other delivery does the work.',
      'If it is frequent, raise the visibility of the queue.',
    ],
    guide: 'messages',
  },
  AWS_CALL_FAILED: {
    meaning: 'A call to AWS failed. `awsCode`, `service`, `operation` and `status` of the error say how.',
    causes: [
      'AWS refused the call, e.g. AccessDenied.',
      'No answer came in time, after the retries that the deadline allows.',
    ],
    cures: [
      'AccessDenied: the component lacks an access in `uses`; add it and deploy the role.',
      'EndpointUnreachable: check AWS_ENDPOINT_URL and the network; in a VPC, the endpoints that TwelveFactorNetwork makes.',
    ],
    guide: 'hosts',
  },
  BATCH_INCOMPLETE: {
    meaning: 'DynamoDB throttled part of a batch until the time was over; the other rows were read or written.',
    causes: ['A partition takes 1,000 writes and 3,000 reads a second; the batch needed more.'],
    cures: ['Call it again: writing all rows again does no harm.', 'Use smaller batches, or a longer deadline.'],
    guide: 'tables',
  },
  BINDINGS_INVALID: {
    meaning: 'The process does not know where the resources of its components are. `faults` lists all of them.',
    causes: [
      'Variables such as TWELVEFOLD_ORDERS_URL are missing, and so are the parameters under /{app}/{stage}/bindings.',
      'A value has another form, e.g. an ARN in place of a URL.',
    ],
    cures: [
      'Deploy the stack, or run `twelvefold dev`.',
      '`npx twelvefold bindings app.ts --stage dev` lists every variable and parameter.',
    ],
    guide: 'hosts',
  },
  CACHE_OVERLOADED: {
    meaning: 'The cache server is down, and as many loads as the definition allows are running and waiting.',
    causes: ['Every read becomes a load while the server is down; the limit protects the source.'],
    cures: ['Raise `loadsWhenDown` if the source can take more.', 'Look at the health of the cache.'],
    guide: 'cache',
  },
  CACHE_VALUE_INVALID: {
    meaning: 'A value does not fit the schema of the cache, or the loader returned undefined.',
    causes: ['The loader and the schema differ.', 'The value does not exist, and the definition has no `negative`.'],
    cures: [
      "Set `negative: '30s'` for values that may not exist.",
      'Change the schema, or the name of the cache, when the form of its values changes.',
    ],
    guide: 'cache',
  },
  CHECKOUT_NESTED: {
    meaning: 'A handler asked for a connection while it holds one in an open transaction.',
    causes: [
      '`query` of the client, or `pool.connect`, inside `transaction()`: with a pool of one connection it would wait for itself.',
    ],
    cures: ['Use the transaction that the callback gets.', 'The error names both places in your code.'],
    guide: 'sql',
  },
  CLOCK_SKEWED: {
    meaning:
      'A lock could not be taken over, because the clocks of this process and of its holder may differ by more than the definition allows.',
    causes: ["The `Date` of DynamoDB's answers and the promise of the holder do not fit together."],
    cures: ["Wait until the lease is over by the holder's clock, or declare a larger `takeOver.maxClockSkew`."],
    guide: 'locks',
  },
  COMMIT_UNKNOWN: {
    meaning:
      'The connection broke after COMMIT was sent and before the answer: the transaction may or may not be committed.',
    causes: ['The server or the network failed in that moment.'],
    cures: [
      'Do not run it again blindly: look whether its effect is there, e.g. by a unique key that the transaction writes.',
    ],
    guide: 'sql',
  },
  CONDITION_FAILED: {
    meaning: 'A condition of a write does not hold; nothing was written.',
    causes: ['Another process changed the row, or it exists or is missing against the condition.'],
    cures: [
      'Read the row again and decide anew.',
      'Catch it by `TwelvefoldError.isInstance(error, "CONDITION_FAILED")` where it is expected.',
    ],
    guide: 'tables',
  },
  CONFIG_INVALID: {
    meaning:
      'Config is missing or does not fit its schema. The message lists every key with its source and the reason, never a secret.',
    causes: ['A parameter or a secret has no value at this stage.', 'A value has another type than the schema.'],
    cures: [
      '`npx twelvefold config doctor app.ts --stage dev` shows where each key is looked for.',
      '`npx twelvefold config push` writes values.',
    ],
    guide: 'config',
  },
  CONSUMER_ABANDONED: {
    meaning: 'Messages were still being handled when the time to drain was over; they will be delivered again.',
    causes: ['Handlers take longer than the stop timeout of the container.', 'A handler ignores `signal`.'],
    cures: ['Pass `signal` to every call.', 'Raise `service.stopTimeout` of TwelveFactorApp.'],
    guide: 'hosts',
  },
  CONSUMER_NOT_POLLING: {
    meaning: 'The consumer is not receiving: it has not started, or it is stopping.',
    causes: ['A health check came before the start or after the stop.'],
    cures: ['Nothing during a start or a stop. Otherwise look for an error of the consumer in the log.'],
    guide: 'messages',
  },
  CONSUMER_NOT_RECEIVING: {
    meaning: 'Several attempts in a row to receive from the queue have failed; `cause` is the last.',
    causes: ['SQS cannot be reached, or the role lacks sqs:ReceiveMessage.'],
    cures: ['See `cause`: usually the network, the queue URL or the role.'],
    guide: 'messages',
  },
  CONSUMER_STOPPING: {
    meaning: 'The reason of `signal`: the consumer stops, and the message will be delivered again.',
    causes: ['SIGTERM, while the handler ran.'],
    cures: ['Let it end the handler. Work that must not be repeated belongs behind `idempotency.once`.'],
    guide: 'messages',
  },
  CURSOR_INVALID: {
    meaning: 'The cursor does not belong to this query or scan.',
    causes: ['It came from another table, index or partition, or from outside and was changed.'],
    cures: ['Answer a request that carries it with 400.', 'Pass only `cursor` of a page of the same query.'],
    guide: 'tables',
  },
  DATABASE_UNREACHABLE: {
    meaning: 'No connection to the database could be opened; `cause` has the reason.',
    causes: ['Security groups, a wrong host, TLS that cannot be verified, or a server that is starting.'],
    cures: ['Check the binding, and that the component is in the VPC of the database.'],
    guide: 'sql',
  },
  DEADLINE_NEAR: {
    meaning: 'The invocation is about to end; the message will be delivered again.',
    causes: ['The batch took longer than the function may run.'],
    cures: ['Raise the timeout of the function, or lower the batch size.'],
    guide: 'messages',
  },
  DRY_RUN_UNKNOWN: {
    meaning: 'A task read the result of a write that its dry run recorded and did not make.',
    causes: ['The code uses what a write returns, e.g. the new row of `update`.'],
    cures: ['Skip that part when `ctx.dryRun` is true.'],
    guide: 'tasks',
  },
  EVENT_REFUSED: {
    meaning: 'A function got an event that its component does not take.',
    causes: ['The function is wired to another source, e.g. an HTTP component to a queue.'],
    cures: ['Let TwelveFactorApp wire it, or correct the trigger.'],
    guide: 'hosts',
  },
  INVOCATION_INVALID: {
    meaning: 'The payload of a task invocation cannot be read, or names a task that is not here.',
    causes: ['The function was invoked by hand with another payload.', 'The app was renamed or the task removed.'],
    cures: ['Start tasks by `node admin.js <task> --on lambda`.'],
    guide: 'tasks',
  },
  LEASE_LOST: {
    meaning: 'The visibility of a message could not be extended: it may be delivered again while this handler runs.',
    causes: ['SQS was unreachable, or the message was in flight for 12 hours.'],
    cures: ['Stop at `signal`. Make effects repeatable, e.g. by `idempotency.once`.'],
    guide: 'messages',
  },
  LOCK_HELD: {
    meaning: 'Another holder has the lock, and the wait is over.',
    causes: ['The other holder works longer than the caller waits.'],
    cures: ['Try again later, or give `withLock` a longer `wait`.'],
    guide: 'locks',
  },
  LOCK_LOST: {
    meaning: 'The lock was taken over while the work ran.',
    causes: ['The process was paused or cut off for longer than the lease.'],
    cures: ['Stop the work. Write with the fencing token, so that a late write of an old holder is refused.'],
    guide: 'locks',
  },
  LOGIN_REFUSED: {
    meaning: 'The database refused the login, also after its credentials were refreshed.',
    causes: [
      'The secret and the password in the database differ.',
      'For IAM: the user lacks rds_iam, or the role rds-db:connect.',
    ],
    cures: ['Rotate the secret again, or correct the user.'],
    guide: 'sql',
  },
  MESSAGE_DROP: {
    meaning: 'The handler threw `Drop`: the message is acknowledged without work, and its reason is logged.',
    causes: ['Your code decided it.'],
    cures: ['None: it is a result.'],
    guide: 'messages',
  },
  MESSAGE_HELD_BACK: {
    meaning: 'A message was not sent, because an earlier one of its group was not, and it must not overtake that one.',
    causes: ['A message of the same group failed in `sendAll`.'],
    cures: ['Send the failed message and those held back again, in order.'],
    guide: 'messages',
  },
  MESSAGE_INVALID: {
    meaning: 'A message does not fit the schema of its queue or topic.',
    causes: [
      'On sending: the value differs from the type.',
      'On receiving: another version or program sent it; it goes to the dead-letter queue.',
    ],
    cures: [
      'Let new fields be optional until all senders have them.',
      '`npx twelvefold dlq group` shows what the dead letters have in common.',
    ],
    guide: 'messages',
  },
  MESSAGE_POISON: {
    meaning: 'The handler threw `Poison`: the message goes to the dead-letter queue at once, with the reason.',
    causes: ['Your code decided that trying again cannot help.'],
    cures: ['Mend the cause, then `npx twelvefold dlq redrive`.'],
    guide: 'messages',
  },
  MESSAGE_REFUSED: {
    meaning: 'A message was refused before it was sent.',
    causes: ['An option is wrong, such as a delay above 15 minutes, or a missing message group.'],
    cures: ['The message names the option and its bounds.'],
    guide: 'messages',
  },
  MESSAGE_RETRY: {
    meaning: 'The handler threw `Retry`: the message will be delivered again, after the time that it names.',
    causes: ['Your code decided it.'],
    cures: ['None: it is a result.'],
    guide: 'messages',
  },
  MESSAGE_TOO_LARGE: {
    meaning: 'A message is larger than SQS takes (1 MiB), or than `maxBytes` of the topic.',
    causes: ['Body and attributes together count.'],
    cures: ['Keep the data in a table or in S3, and send its key.'],
    guide: 'messages',
  },
  MESSAGE_UNSENT: {
    meaning: '`sendAll` ended before this message was sent.',
    causes: ['The signal or the deadline ended it.'],
    cures: ['Send it again: it was not sent.'],
    guide: 'messages',
  },
  MESSAGES_UNACKNOWLEDGED: {
    meaning:
      'A function that SNS invoked could not handle some messages: the invocation fails so that Lambda repeats it.',
    causes: ['Handlers failed; the log has a line for each.'],
    cures: [
      'Handlers of a topic see messages again: make effects repeatable. A queue between topic and function handles each message separately.',
    ],
    guide: 'messages',
  },
  PARAMS_INVALID: {
    meaning: 'The parameters of a task do not fit its schema; `faults` lists all of them.',
    causes: ['A flag is missing or wrong.'],
    cures: ['`node admin.js <task> --help` lists the flags.'],
    guide: 'tasks',
  },
  POOL_FULL: {
    meaning: 'No connection of the pool became free in time.',
    causes: ['More handlers run at once than the pool has connections, or a connection was not given back.'],
    cures: [
      'Give back what `pool.connect` gave, in a `finally`.',
      'Raise `connections` of the definition, within what the database takes.',
    ],
    guide: 'sql',
  },
  ROW_INVALID: {
    meaning: 'A stored row does not fit the schema of its table. The message names the key and the fields.',
    causes: ['The schema has a new required field, and old rows lack it.'],
    cures: [
      'Make the field optional or give it a default, or fill old rows by a task first.',
      '`npx twelvefold manifest --check` finds it before a release.',
    ],
    guide: 'tables',
  },
  RUN_DIED: {
    meaning: 'A run ended in the middle of a leg, and its task has no position to go on from.',
    causes: ['The process was killed, and the task is not over a collection.'],
    cures: ['Look at what it did, then resume it. A task over a collection goes on by itself.'],
    guide: 'tasks',
  },
  RUN_NOT_FOUND: {
    meaning: 'No run has this id.',
    causes: ['The id is wrong, or of another stage.'],
    cures: ['`node admin.js runs <task>` lists them.'],
    guide: 'tasks',
  },
  RUN_NOT_STARTED: {
    meaning: 'A run could not be started on its host after several tries.',
    causes: [
      'The function or the task definition is missing, or the image cannot be pulled; the message explains the stop reason.',
    ],
    cures: ['Mend it, then resume the run.'],
    guide: 'tasks',
  },
  RUN_REFUSED: {
    meaning: 'The status of a run does not allow the command.',
    causes: ['It has ended, or another command came first.'],
    cures: ['`node admin.js show <run>` has its history.'],
    guide: 'tasks',
  },
  RUN_STUCK: {
    meaning: 'Several legs of a run in a row got no further.',
    causes: ['One record takes longer than a leg may run, or each leg fails at once.'],
    cures: ['See the log of the last leg, then resume the run.'],
    guide: 'tasks',
  },
  SESSION_CONFLICT: {
    meaning: 'Two requests changed the same field of a session.',
    causes: ['`save` merges only changes of different fields.'],
    cures: ['Use `update(id, change)`, which runs the change again.'],
    guide: 'sessions',
  },
  SESSION_INVALID: {
    meaning: 'The data of a session does not fit its schema.',
    causes: ['The schema changed while sessions of the old form are alive.'],
    cures: ['Let new fields be optional for as long as a session lives.'],
    guide: 'sessions',
  },
  SESSION_LIMIT: {
    meaning: 'The user has as many sessions as `maxPerUser` allows.',
    causes: ['The definition refuses new sessions in that case.'],
    cures: ['Let the user end one, or choose to end the oldest.'],
    guide: 'sessions',
  },
  SESSION_TOO_LARGE: {
    meaning: 'The record of a session is larger than its store holds.',
    causes: ['Large data in the session, such as a cart with texts.'],
    cures: ['Keep it in a table, and its key in the session.'],
    guide: 'sessions',
  },
  SESSION_UNAVAILABLE: {
    meaning: 'The store could not say whether a session is alive, so the request gets 503 and no session.',
    causes: ['DynamoDB throttles, or Redis is down.'],
    cures: ['It is safe to try again. See the alarms of the table.'],
    guide: 'sessions',
  },
  STAGE_INVALID: {
    meaning: 'TWELVEFOLD_STAGE is missing or not a stage name.',
    causes: ['The variable is not set: there is no default, because a wrong stage would use the data of another.'],
    cures: ['Set it, e.g. TWELVEFOLD_STAGE=prod: lower-case words joined by hyphens, at most 16 characters.'],
    guide: 'hosts',
  },
  STATEMENT_CANCELLED: {
    meaning: 'A statement was cancelled at the deadline; its connection was closed.',
    causes: ['The statement took longer than the request has.'],
    cures: ['Make it faster, or run it in a task.'],
    guide: 'sql',
  },
  TOO_MANY_FAILURES: {
    meaning: 'More records of a run failed than `maxFailures` of the task allows.',
    causes: ['A fault of the code or of the data affects many records.'],
    cures: ['Mend it, then `node admin.js retry-failed <run>`.'],
    guide: 'tasks',
  },
  TRANSACTION_CONFLICT: {
    meaning: 'Other transactions held an item during every try.',
    causes: ['Many writers change one item at once.'],
    cures: ['Try again later. Spread the writes over several items, or put them through one FIFO group.'],
    guide: 'tables',
  },
  TRANSACTION_ROLLED_BACK: {
    meaning:
      'PostgreSQL answered COMMIT with a rollback: a statement of the transaction had failed, and its error was caught.',
    causes: ['Code inside `transaction()` catches an error of a statement and goes on.'],
    cures: ['Let the error leave the callback, or use a savepoint.'],
    guide: 'sql',
  },
  USAGE: {
    meaning: 'A command line is wrong. Every fault is listed.',
    causes: ['An unknown option or a missing argument.'],
    cures: ['`--help` behind the command.'],
    guide: 'getting-started',
  },
};
