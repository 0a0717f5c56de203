import { dlqCommands } from '@twelvefold/backing/internal/cli';
import {
  configDocsCommand,
  configDoctorCommand,
  configEnvCommand,
  configPlanCommand,
  configPolicyCommand,
  configPrintCommand,
  configPullCommand,
  configPushCommand,
} from '@twelvefold/config/internal/cli';
import type { Command } from './command.ts';
import { bindingsCommand } from './commands/bindings-command.ts';
import { infraDiffCommand } from './commands/infra-diff-command.ts';
import { infraPolicyCommand } from './commands/infra-policy-command.ts';
import { manifestCommand } from './commands/manifest-command.ts';
import { devCommand } from './dev/dev-command.ts';

/** Every command of `twelvefold`: this package's own, and those that others export. */
export const commands: readonly Command[] = [
  devCommand,
  manifestCommand,
  bindingsCommand,
  infraDiffCommand,
  infraPolicyCommand,
  configPlanCommand,
  configDoctorCommand,
  configPrintCommand,
  configPullCommand,
  configPushCommand,
  configEnvCommand,
  configDocsCommand,
  configPolicyCommand,
  ...dlqCommands,
];
