import { startService } from './service-process.ts';

const TOKEN = 'a-secret-that-no-line-shows';

/**
 * Starts the contestant as it is measured and checks that nothing was left out: the deadline, the
 * access line (redacted, at its level), the limits of body and headers, and the metrics.
 *
 * @throws Error naming what is not on
 */
export async function assertWhole(file: string, args: readonly string[]): Promise<void> {
  const seen = async (level: string) => {
    const env = { VAULT_TOKEN: TOKEN, LOG_LEVEL: level };
    const service = await startService(file, args, { keepsOutput: true, env });
    const url = `http://127.0.0.1:${service.port}`;
    const { remainingMs } = (await (await fetch(`${url}/limits`)).json()) as { remainingMs: number };
    await fetch(`${url}/orders/${TOKEN}`, { headers: { 'x-correlation-id': 'whole-1' } });
    const statuses = [
      (await fetch(`${url}/orders`, { method: 'POST', body: 'x'.repeat(1_048_577) })).status,
      (await fetch(url, { headers: { 'x-large': 'x'.repeat(17_000) } })).status,
    ];
    await service.stop();
    return { remainingMs, statuses, lines: service.output().split('\n').filter(Boolean) };
  };
  const info = await seen('INFO');
  const error = await seen('ERROR');
  const line = info.lines.find((text) => text.includes('"whole-1"')) ?? '';
  const checks: Readonly<Record<string, boolean>> = {
    'the deadline': info.remainingMs > 0 && info.remainingMs <= 30_000,
    'the access line': line.includes('"request answered"') && line.includes('"duration_ms"'),
    'its redaction': line.includes('[redacted]') && !info.lines.some((text) => text.includes(TOKEN)),
    'its level': !error.lines.some((text) => text.includes('"request answered"')),
    'the limits': info.statuses.join() === '413,431',
    'the metrics': info.lines.some((text) => text.includes('"requestTime"') && text.includes('CloudWatchMetrics')),
  };
  const missing = Object.keys(checks).filter((name) => !checks[name]);
  if (missing.length > 0) throw new Error(`Cannot measure ${file} ${args.join(' ')}: without ${missing.join(', ')}`);
}
