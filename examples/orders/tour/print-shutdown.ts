import type { AppLog } from './app-log.ts';
import type { Printer } from './printer.ts';

interface Report {
  reason: string;
  durationMs: number;
  budgetMs: number;
  steps: Array<{ step: string; resource: string; durationMs: number; outcome: string }>;
  abandoned: string[];
}

/** Prints the service's own shutdown report, from its log. */
export function printShutdown(log: AppLog, out: Printer): void {
  const report = log.find('shutdown report')?.fields.shutdown as Report | undefined; // as lifecycle writes it
  if (!report) return;
  out.line(
    `  the service stopped on ${report.reason} in ${report.durationMs} ms of ${report.budgetMs} ms, ${report.abandoned.length} abandoned`,
  );
  for (const { step, resource, durationMs, outcome } of report.steps) {
    out.line(`    ${step.padEnd(8)} ${resource.padEnd(24)} ${outcome.padEnd(10)} ${durationMs} ms`);
  }
}
