import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { TEMPLATE_FILE } from '../template-file.ts';
import { everyConstruct } from './every-construct.ts';

const installed = spawnSync('cfn-lint', ['--version']).status === 0;

/** The findings of cfn-lint, one line each. */
function lint(...files: readonly string[]): string[] {
  // CDK adds dependencies that references imply as well.
  const options = ['--format', 'parseable', '--ignore-checks', 'W3005'];
  const { stdout } = spawnSync('cfn-lint', [...options, '--', ...files], { encoding: 'utf8' });
  return stdout.split('\n').filter((line) => line !== '');
}

const directory = mkdtempSync(join(tmpdir(), 'cfn-lint-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe.skipIf(!installed)('cfn-lint (needs cfn-lint)', () => {
  it('finds a property that is not there', () => {
    const path = join(directory, 'bad.json');
    writeFileSync(
      path,
      JSON.stringify({ Resources: { Queue: { Type: 'AWS::SQS::Queue', Properties: { Nmae: 'a' } } } }),
    );
    expect(lint(path)).toEqual([expect.stringContaining('E3002')]);
  });

  it("finds nothing in the example's template", () => {
    expect(lint(TEMPLATE_FILE)).toEqual([]);
  });

  it('finds nothing in the stacks of the constructs', () => {
    const assembly = everyConstruct(directory).synth();
    expect(lint(...assembly.stacks.map(({ templateFullPath }) => templateFullPath))).toEqual([]);
  });
});
