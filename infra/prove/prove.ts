import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';

const run = promisify(execFile);

/** The tools of a proof: the AWS CLI, with the caller's credentials and region. */
export interface ProofContext {
  /** Part of every name: nothing else may have it. */
  readonly stage: string;
  /** An S3 bucket for code and templates. */
  readonly bucket: string;
  /** A folder that is removed at the end. */
  readonly folder: string;
  /** Runs `aws ...args`, and reads its JSON. */
  aws(...args: readonly string[]): Promise<Readonly<Record<string, unknown>>>;
  /** Deploys a stack, again under the same name; it is deleted at the end. Gives its outputs. */
  deploy(
    stackName: string,
    template: string,
    parameters: Readonly<Record<string, string>>,
  ): Promise<ReadonlyMap<string, string>>;
  /** Adds a step of the end, which runs whether or not the proof holds; the last one first. */
  atEnd(what: string, step: () => Promise<unknown>): void;
  /** Says what holds; throws if it does not. */
  check(what: string, holds: boolean): void;
  /** Looks every five seconds until there is a value. @throws Error after `minutes` */
  until<T>(what: string, look: () => Promise<T | undefined>, minutes?: number): Promise<T>;
}

/** Something that only an AWS account can prove. */
export interface Proof {
  readonly name: string;
  /** A sentence. */
  readonly proves: string;
  /** Roughly, with the deletion. */
  readonly minutes: number;
  run(context: ProofContext): Promise<void>;
}

const STAGE = /^[a-z][a-z0-9]{0,15}$/;
const LOOK_EVERY_MS = 5_000;

const help = ({
  name,
  proves,
  minutes,
}: Proof) => `Usage: node infra/prove/${name}.ts --stage STAGE --bucket BUCKET [--keep]

Proves on AWS that ${proves}.
Takes about ${minutes} minutes, costs a few cents, and deletes what it has made.

  --stage    A new stage, 1 to 16 lower-case letters and digits, e.g. proof1
  --bucket   An S3 bucket for code and templates, in the region of the AWS CLI
  --keep     Deletes nothing, to look at it

It needs the AWS CLI with credentials and a region, zip, and \`npm run build\`.
`;

/** Runs a proof as a command, and sets the exit code: 0 it holds, 1 it does not, 64 wrong usage. */
export async function prove(proof: Proof, argv: readonly string[]): Promise<void> {
  let values: { stage?: string; bucket?: string; keep?: boolean; help?: boolean };
  try {
    const text = { type: 'string' } as const;
    const flag = { type: 'boolean' } as const;
    ({ values } = parseArgs({ args: [...argv], options: { stage: text, bucket: text, keep: flag, help: flag } }));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${help(proof)}`);
    process.exitCode = 64;
    return;
  }
  const { stage = '', bucket = '', keep = false } = values;
  if (values.help) {
    process.stdout.write(help(proof));
    return;
  }
  if (!STAGE.test(stage) || bucket === '') {
    process.stderr.write(`Give --stage and --bucket\n\n${help(proof)}`);
    process.exitCode = 64;
    return;
  }
  const end: Array<{ what: string; step: () => Promise<unknown> }> = [];
  const folder = await mkdtemp(join(tmpdir(), 'twelvefold-proof-'));
  try {
    await proof.run(contextOf({ stage, bucket, folder, end }));
    say(`It holds: ${proof.proves}`);
  } catch (error) {
    process.stderr.write(`It does not hold: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
    if (!keep) await tearDown(end);
  }
}

function contextOf({
  end,
  ...given
}: Pick<ProofContext, 'stage' | 'bucket' | 'folder'> & {
  readonly end: Array<{ what: string; step: () => Promise<unknown> }>;
}): ProofContext {
  const deployed = new Set<string>();
  const atEnd: ProofContext['atEnd'] = (what, step) => void end.unshift({ what, step });
  const aws: ProofContext['aws'] = async (...args) => {
    const { stdout } = await run('aws', [...args, '--output', 'json'], { maxBuffer: 64 * 1_024 * 1_024 });
    return stdout.trim() === '' ? {} : JSON.parse(stdout);
  };
  return {
    ...given,
    aws,
    atEnd,
    async deploy(stackName, template, parameters) {
      say(`deploy ${stackName}`);
      const file = join(given.folder, `${stackName}.json`);
      await writeFile(file, template);
      if (!deployed.has(stackName)) {
        deployed.add(stackName);
        atEnd(`delete ${stackName}`, async () => {
          await aws('cloudformation', 'delete-stack', '--stack-name', stackName);
          await aws('cloudformation', 'wait', 'stack-delete-complete', '--stack-name', stackName);
        });
      }
      const overrides = Object.entries(parameters).map(([name, value]) => `${name}=${value}`);
      await run('aws', [
        ...['cloudformation', 'deploy', '--stack-name', stackName, '--template-file', file],
        ...['--s3-bucket', given.bucket, '--capabilities', 'CAPABILITY_IAM', '--no-fail-on-empty-changeset'],
        ...['--parameter-overrides', ...overrides],
      ]);
      const { Stacks } = await aws('cloudformation', 'describe-stacks', '--stack-name', stackName);
      const [{ Outputs = [] } = {}] = Stacks as ReadonlyArray<{
        Outputs?: ReadonlyArray<{ OutputKey: string; OutputValue: string }>;
      }>; // as CloudFormation describes them
      return new Map(Outputs.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]));
    },
    check(what, holds) {
      if (!holds) throw new Error(what);
      say(`holds: ${what}`);
    },
    async until(what, look, minutes = 5) {
      const deadline = Date.now() + minutes * 60_000;
      for (;;) {
        const found = await look();
        if (found !== undefined) return found;
        if (Date.now() > deadline) throw new Error(`${what}: not within ${minutes} minutes`);
        await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
      }
    },
  };
}

/** Every step, also behind one that fails: what is left costs money. */
async function tearDown(end: ReadonlyArray<{ what: string; step: () => Promise<unknown> }>): Promise<void> {
  for (const { what, step } of end) {
    try {
      say(what);
      await step();
    } catch (error) {
      process.stderr.write(
        `Cannot ${what}, do it by hand: ${error instanceof Error ? error.message : String(error)}\n`,
      );
      process.exitCode = 1;
    }
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
