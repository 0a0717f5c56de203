import type { Answer } from '../../core/answer.ts';
import { signingIdentity } from './signing-identity.ts';

/** The certificate that SigningCertURL names; undefined for any other path. */
export async function certificatePage(path: string): Promise<Answer | undefined> {
  const { certificate, certificatePath } = await signingIdentity();
  if (path !== certificatePath) return undefined;
  return { status: 200, headers: { 'content-type': 'application/x-pem-file' }, body: certificate };
}
