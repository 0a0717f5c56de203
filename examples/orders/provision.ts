import { stageFrom } from 'twelvefold';
import { provisionStage } from './local/provision-stage.ts';

const HELP = `Usage: npm run orders:provision

Creates the resources of infra/templates/orders.template.json and the example's config values on an AWS endpoint, by
ordinary API calls. Running it again leaves what is there. To deploy to AWS itself use CloudFormation (infra/README.md).

Environment:
  AWS_ENDPOINT_URL   the endpoint, e.g. http://127.0.0.1:4566 (npx twelvefold-local)
  TWELVEFOLD_STAGE   the stage, e.g. dev
  AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY
`;

async function main(): Promise<number> {
  const { env } = process;
  const unknown = process.argv.slice(2).filter((argument) => argument !== '--help');
  if (process.argv.includes('--help')) {
    process.stdout.write(HELP);
    return 0;
  }
  const missing = ['AWS_ENDPOINT_URL', 'TWELVEFOLD_STAGE', 'AWS_REGION'].filter((name) => !env[name]);
  if (unknown.length > 0 || missing.length > 0) {
    const faults = [
      ...unknown.map((argument) => `unknown argument ${argument}`),
      ...missing.map((name) => `${name} is not set`),
    ];
    process.stderr.write(`Cannot provision: ${faults.join('; ')}\n\n${HELP}`);
    return 64;
  }
  try {
    const stage = stageFrom(env);
    const { pushed } = await provisionStage({
      env,
      endpoint: env.AWS_ENDPOINT_URL ?? '',
      stage,
      onProgress: ({ outcome, type, physicalId }) => {
        if (outcome !== 'listed') process.stdout.write(`${outcome.padEnd(9)} ${type} ${physicalId}\n`);
      },
    });
    for (const name of pushed) process.stdout.write(`pushed    ${name}\n`);
    return 0;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

process.exitCode = await main();
