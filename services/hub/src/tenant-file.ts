import { createHash, randomBytes, scrypt } from 'node:crypto';
import { canonicalJson } from '@hub/core/canonical-json.ts';
import { Fault } from '@hub/core/fault.ts';
import { SealBroken, seal, unseal } from '@hub/db/seal.ts';
import { type TenantCopy, type TenantSecrets, tenantCopyShape, tenantSecretsShape } from '@hub/db/tenant-copy.ts';
import { z } from 'zod';

/** A tenant as a file. Its secrets are sealed under a passphrase, bound to the rest of the file, or not in it. */
export const tenantFileShape = z.strictObject({
  format: z.literal('ha-mcp-hub tenant', 'is no file that hub export wrote'),
  version: z.literal(1, 'was written by a newer hub: update this one first'),
  hubVersion: z.string(),
  exportedAt: z.iso.datetime(),
  tenant: tenantCopyShape,
  secrets: z.strictObject({ salt: z.base64(), sealed: z.base64() }).optional(),
});

export type TenantFile = z.output<typeof tenantFileShape>;

export const passphraseField = z.string().min(12, 'has fewer than 12 characters').max(1_000);

/** About 0.3 s and 128 MB: what a guess costs as well. */
const COST = { N: 2 ** 17, r: 8, p: 1, maxmem: 256 * 1024 * 1024 };

export async function sealSecrets(
  secrets: TenantSecrets,
  copy: TenantCopy,
  passphrase: string,
): Promise<NonNullable<TenantFile['secrets']>> {
  const salt = randomBytes(16);
  const key = await keyOf(passphrase, salt);
  const sealed = seal(key, 1, placeOf(copy), Buffer.from(JSON.stringify(secrets)));
  return { salt: salt.toString('base64'), sealed: sealed.toString('base64') };
}

/** @throws Fault VALIDATION_FAILED for the wrong passphrase, or a file changed since: an address changed in it would be sent the token */
export async function openSecrets({ tenant, secrets }: TenantFile, passphrase: string): Promise<TenantSecrets> {
  if (!secrets) {
    throw new Fault('VALIDATION_INVALID_PARAMETER', 'There are no secrets in this file.', {
      suggestion: 'Leave the passphrase out.',
    });
  }
  const key = await keyOf(passphrase, Buffer.from(secrets.salt, 'base64'));
  try {
    const plain = unseal(key, placeOf(tenant), Buffer.from(secrets.sealed, 'base64'));
    return tenantSecretsShape.parse(JSON.parse(plain.toString()));
  } catch (cause) {
    if (!(cause instanceof SealBroken)) throw cause;
    throw new Fault(
      'VALIDATION_FAILED',
      'The secrets do not open: another passphrase, or the file was changed since.',
      {
        suggestion: 'Give the passphrase of the export, or import without secrets.',
        cause,
      },
    );
  }
}

function placeOf(copy: TenantCopy): string {
  return `ha-mcp-hub tenant ${createHash('sha256').update(canonicalJson(copy)).digest('hex')}`;
}

function keyOf(passphrase: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(passphrase.normalize('NFKC'), salt, 32, COST, (error, key) => (error ? reject(error) : resolve(key)));
  });
}
