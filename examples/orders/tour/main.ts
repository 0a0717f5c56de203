import { parseArgs } from 'node:util';
import { tour } from './tour.ts';

const HELP = `Usage: npm start -- [--once] [--port PORT]

Starts an AWS endpoint in this process, provisions the orders example twice, starts it as a service and as Lambda
functions, sends an order through each, and keeps serving until Ctrl-C.

  --once        end after the tour: exit code 0, or 1 if any step failed
  --port PORT   the endpoint's port (default: a free one)
  --help        this text
`;

function options(): { once: boolean; port: number } | string {
  try {
    const { values } = parseArgs({
      options: {
        once: { type: 'boolean', default: false },
        port: { type: 'string', default: '0' },
        help: { type: 'boolean' },
      },
    });
    if (values.help) return '';
    const port = Number(values.port);
    if (!(Number.isInteger(port) && port >= 0 && port <= 65_535)) return '--port takes 0 to 65535';
    return { once: values.once, port };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const chosen = options();
if (chosen === '') {
  process.stdout.write(HELP);
} else if (typeof chosen === 'string') {
  process.stderr.write(`${chosen}\n\n${HELP}`);
  process.exitCode = 64;
} else {
  process.exitCode = await tour(chosen);
}
