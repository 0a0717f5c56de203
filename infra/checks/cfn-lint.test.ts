import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TEMPLATE_FILE } from '../template-file.ts';
import { everyConstruct } from './every-construct.ts';

const installed = spawnSync('cfn-lint', ['--version']).status === 0;

const directory = mkdtempSync(join(tmpdir(), 'cfn-lint-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe.skipIf(!installed)('cfn-lint (needs cfn-lint)', () => {
  const bad = join(directory, 'bad.json');
  let stacks: string[];
  /** The findings of cfn-lint, one line each. */
  let findings: string[];
  beforeAll(() => {
    writeFileSync(
      bad,
      JSON.stringify({ Resources: { Queue: { Type: 'AWS::SQS::Queue', Properties: { Nmae: 'a' } } } }),
    );
    stacks = everyConstruct(directory)
      .synth()
      .stacks.map(({ templateFullPath }) => templateFullPath);
    // CDK adds dependencies that references imply as well.
    const options = ['--format', 'parseable', '--ignore-checks', 'W3005'];
    // One run for all templates: cfn-lint takes seconds to load its schemas.
    const { stdout } = spawnSync('cfn-lint', [...options, '--', bad, TEMPLATE_FILE, ...stacks], { encoding: 'utf8' });
    findings = stdout.split('\n').filter((line) => line !== '');
  });
  const of = (...files: readonly string[]) => findings.filter((line) => files.some((file) => line.startsWith(file)));

  it('finds a property that is not there', () => {
    expect(of(bad)).toEqual([expect.stringContaining('E3002')]);
  });

  it("finds nothing in the example's template", () => {
    expect(of(TEMPLATE_FILE)).toEqual([]);
  });

  it('finds nothing in the stacks of the constructs, nor anything else', () => {
    expect(of(...stacks)).toEqual([]);
    expect(findings).toEqual(of(bad));
  });
});
