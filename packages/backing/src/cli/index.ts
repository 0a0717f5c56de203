/** The commands `twelvefold dlq`, for the command line. @module */
import { systemClock } from '@twelvefold/core';
import { createDlqCommands } from './dlq/dlq-commands.ts';

export { createDlqCommands, type DlqCommandsDeps } from './dlq/dlq-commands.ts';

/** `dlq peek`, `dlq group`, `dlq show` and `dlq redrive`. */
export const dlqCommands = createDlqCommands({ clock: systemClock });
