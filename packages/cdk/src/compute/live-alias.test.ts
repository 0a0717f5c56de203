import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { BootstraplessSynthesizer, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AppCode, TwelveFactorAppProps } from '../props.ts';
import type { TemplateJson } from '../testing/synthesize.fixture.ts';
import { newStack, ofType, resourceOf, shopProps, sub } from '../testing/synthesize.fixture.ts';
import { TwelveFactorApp } from '../twelve-factor-app.ts';
import { lambda } from './placement.ts';

let zips = '';
const write = (component: string, content: string) => {
  const { entry = '' } = shopProps.manifest.components.find(({ name }) => name === component) ?? {};
  const file = join(zips, entry.replace(/\.m?js$/, '.zip'));
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
};
beforeAll(() => {
  zips = mkdtempSync(join(tmpdir(), 'twelvefold-zips-'));
  for (const { name } of shopProps.manifest.components) write(name, `first ${name}`);
});
afterAll(() => rmSync(zips, { recursive: true }));

const gradual = lambda({ shift: { percent: 10, minutes: 5 } });
const compute = { ...shopProps.compute, http: gradual, carts: gradual };

function synthesized(props: Partial<TwelveFactorAppProps> = {}): TemplateJson {
  // A stack without CDK's set-up fails for an asset.
  const stack = new Stack(newStack().node.root, 'Zipped', { synthesizer: new BootstraplessSynthesizer() as never });
  new TwelveFactorApp(stack, 'App', { ...shopProps, compute, code: { zips }, ...props });
  return Template.fromStack(stack).toJSON() as TemplateJson; // what CloudFormation calls a template
}

/** The logical id of a function's version, by the function's. */
const versions = (template: TemplateJson) =>
  Object.fromEntries(
    ofType(template, 'AWS::Lambda::Version').map((id) => {
      const { Ref } = resourceOf(template, id).Properties.FunctionName as { Ref: string }; // as CDK writes it
      return [Ref, id];
    }),
  );

describe('code in zips', () => {
  it('is where the parameters say, and a version is published of that zip only', () => {
    const template = synthesized();
    expect(template.Parameters).toHaveProperty('CodePrefix');
    expect(resourceOf(template, 'CartsFunction').Properties.Code).toEqual({
      S3Bucket: { Ref: 'CodeBucket' },
      S3Key: sub('{CodePrefix}/lambda/carts.zip'),
    });
    expect(Object.keys(versions(template)).sort()).toEqual(['CartsFunction', 'HttpFunction']);
    expect(resourceOf(template, versions(template).CartsFunction ?? '').Properties).toEqual({
      FunctionName: { Ref: 'CartsFunction' },
      CodeSha256: createHash('sha256').update('first carts').digest('base64'),
    });
    expect(ofType(template, 'AWS::CodeDeploy::DeploymentGroup')).toHaveLength(2);
  });

  it('makes a new version when the zip has changed, and leaves the others', () => {
    const before = versions(synthesized());
    expect(versions(synthesized())).toEqual(before);
    write('carts', 'second carts');
    const after = versions(synthesized());
    expect(after.HttpFunction).toBe(before.HttpFunction);
    expect(after.CartsFunction).not.toBe(before.CartsFunction);
  });

  it('makes a new version when the configuration has changed', () => {
    const larger = { ...compute, http: lambda({ shift: { percent: 10, minutes: 5 }, memorySize: 1_024 }) };
    const [before, after] = [versions(synthesized()), versions(synthesized({ compute: larger }))];
    expect(after.HttpFunction).not.toBe(before.HttpFunction);
    expect(after.CartsFunction).toBe(before.CartsFunction);
  });

  it('is refused where a zip is missing', () => {
    expect(() => synthesized({ code: { zips: join(zips, 'elsewhere') } })).toThrow(
      `Cannot read the code of 'http', ${join(zips, 'elsewhere/lambda/http.zip')}: write it by bundleFunctions({ zip: true })`,
    );
  });

  it('is in one place', () => {
    // @ts-expect-error: the compiler refuses both as well
    const both: AppCode = { zips, directory: zips };
    expect(() => synthesized({ code: both })).toThrow('code has one of directory and zips');
    const none: object = {};
    expect(() => synthesized({ code: none as AppCode })).toThrow('code has one of directory and zips');
    const other: object = { folder: zips };
    expect(() => synthesized({ code: other as AppCode })).toThrow(
      "Cannot use code of TwelveFactorApp: unknown option 'folder'; known: directory, zips",
    );
  });
});

describe('a shift', () => {
  it('goes back when requests are answered with 5xx, which no invocation failed for', () => {
    const template = synthesized();
    const { Metrics, Threshold } = resourceOf(template, 'HttpShiftRequestsAlarm').Properties as {
      readonly Metrics: ReadonlyArray<{ readonly Expression?: string; readonly MetricStat?: object }>;
      readonly Threshold: number;
    }; // as CloudFormation defines them
    expect([Metrics[0]?.Expression, Threshold]).toEqual(['100 * errors / MAX([requests, 1])', 1]);
    // The metrics that the SDK publishes: createRequestMetrics of twelvefold.
    const Dimensions = [
      { Name: 'component', Value: 'http' },
      { Name: 'service', Value: 'shop' },
    ];
    expect(Metrics.slice(1).map(({ MetricStat }) => MetricStat)).toEqual(
      ['requestErrors', 'requests'].map((MetricName) => ({
        Metric: { Namespace: sub('shop-{Stage}'), MetricName, Dimensions },
        Period: 60,
        Stat: 'Sum',
      })),
    );
    const groups = ofType(template, 'AWS::CodeDeploy::DeploymentGroup').map(
      (id) => resourceOf(template, id).Properties.AlarmConfiguration,
    );
    expect(groups).toContainEqual({
      Alarms: [{ Name: { Ref: 'HttpShiftAlarm' } }, { Name: { Ref: 'HttpShiftRequestsAlarm' } }],
      Enabled: true,
    });
    // A consumer answers no requests.
    expect(groups).toContainEqual({ Alarms: [{ Name: { Ref: 'CartsShiftAlarm' } }], Enabled: true });
  });

  it('makes no circle of resources, whose update policies count as well', () => {
    const { Resources } = synthesized();
    const needs = new Map(
      Object.entries(Resources).map(([id, resource]) => {
        const text = JSON.stringify(resource);
        return [id, Object.keys(Resources).filter((other) => other !== id && text.includes(`"${other}"`))];
      }),
    );
    // Takes away what needs nothing that is left, until nothing is left.
    for (let before = -1; before !== needs.size; ) {
      before = needs.size;
      for (const [id, others] of needs) if (!others.some((other) => needs.has(other))) needs.delete(id);
    }
    expect([...needs.keys()]).toEqual([]);
  });
});
