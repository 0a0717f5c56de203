import { relative } from 'node:path';
import { build } from 'esbuild';
import { bundleFunctions } from 'twelvefold/esbuild';
import type { Manifest } from 'twelvefold/manifest';
import type { ProofContext } from './prove.ts';

interface Upload {
  readonly manifest: Manifest;
  readonly sourceDirectory: string;
  /** Gets the zips. */
  readonly outDirectory: string;
  /** Constants of the code, by name. */
  readonly define?: Readonly<Record<string, string>>;
}

/**
 * Bundles the functions of an app from source and puts their zips into the bucket. They are deleted
 * at the end.
 *
 * @returns `code` of the construct, and the parameters of its template
 */
export async function uploadFunctions({ folder, bucket, stage, aws, atEnd }: ProofContext, upload: Upload) {
  const { define = {}, outDirectory, ...rest } = upload;
  const options = { conditions: ['@twelvefold/source'], define };
  const { directory: zips } = await bundleFunctions({ ...rest, outDirectory, build, options, zip: true });
  const CodePrefix = `${stage}/${relative(folder, outDirectory)}`;
  const target = `s3://${bucket}/${CodePrefix}`;
  atEnd('delete the code', () => aws('s3', 'rm', '--recursive', '--only-show-errors', target));
  const zipsOnly = ['--exclude', '*', '--include', '*.zip'];
  await aws('s3', 'cp', '--recursive', '--only-show-errors', ...zipsOnly, outDirectory, target);
  return { code: { zips }, parameters: { Stage: stage, CodeBucket: bucket, CodePrefix } };
}
