/** Who signed a release. Only what a key of the keyring has signed, and can sign today, is ever read (RFC 9580). */
import { ContractError } from '../../preload/contract/errors/contract-error.ts';
import { readFile } from 'node:fs/promises';
// Loaded when a mirror is asked, which is seldom: it is a large library.
import type { Key, verify } from 'openpgp';

type Signatures = Awaited<ReturnType<typeof verify>>['signatures'];

/** Where a release's signature was read from, for what is told. */
export interface SignedBy {
  readonly suite: string;
  /** The keyring's file. */
  readonly keyring: string;
}

/**
 * What an `InRelease` file says, as signed; what stands around the signed part is not in it.
 * @throws ContractError where no key of the keyring has signed it, or the signature is wrong
 */
export async function signedText(inRelease: string, by: SignedBy, now: Date): Promise<string> {
  const { readCleartextMessage, verify } = await import('openpgp');
  const keys = await readKeyring(by);
  try {
    const message = await readCleartextMessage({ cleartextMessage: inRelease });
    const { data, signatures } = await verify({ message, verificationKeys: keys, date: now });
    await requireOne(signatures, keys, by, now);
    return data;
  } catch (error) {
    throw asRefusal(error, by);
  }
}

/** The same for a `Release` file with its signature, `Release.gpg`, beside it. */
export async function detachedText(release: Uint8Array, armoured: string, by: SignedBy, now: Date): Promise<string> {
  const { createMessage, readSignature, verify } = await import('openpgp');
  const keys = await readKeyring(by);
  try {
    const message = await createMessage({ binary: release });
    const signature = await readSignature({ armoredSignature: armoured });
    const { signatures } = await verify({ message, signature, verificationKeys: keys, date: now, format: 'binary' });
    await requireOne(signatures, keys, by, now);
    return new TextDecoder().decode(release);
  } catch (error) {
    throw asRefusal(error, by);
  }
}

const asRefusal = (error: unknown, { suite, keyring }: SignedBy): unknown =>
  error instanceof ContractError ? error : new ContractError('mirror-unsigned', { suite, keyring, detail: (error as Error).message });

async function readKeyring({ keyring }: SignedBy): Promise<Key[]> {
  const { readKeys } = await import('openpgp');
  try {
    const content = await readFile(keyring);
    const isArmoured = content.subarray(0, 64).toString('latin1').trimStart().startsWith('-----BEGIN');
    return await (isArmoured ? readKeys({ armoredKeys: content.toString('utf8') }) : readKeys({ binaryKeys: content }));
  } catch (error) {
    throw new ContractError('mirror-keyring-unreadable', { keyring, detail: (error as Error).message });
  }
}

/** One good signature is enough: a release is signed by the keys of the version before it, too. */
async function requireOne(signatures: Signatures, keys: readonly Key[], by: SignedBy, now: Date): Promise<void> {
  const details: string[] = [];
  let isKnown = false;
  for (const { keyID, verified } of signatures) {
    const key = keys.find((candidate) => candidate.getKeys(keyID).length > 0);
    isKnown ||= key !== undefined;
    try {
      await verified;
      // A signature may be older than its key's end; a key that has ended since, or was revoked, is not believed any more.
      await key?.getSigningKey(keyID, now);
      if (key) return;
    } catch (error) {
      if (key) details.push((error as Error).message);
    }
  }
  const ids = signatures.map(({ keyID }) => keyID.toHex().toUpperCase());
  if (!isKnown) throw new ContractError('mirror-key-unknown', { suite: by.suite, keyring: by.keyring, keys: ids });
  throw new ContractError('mirror-unsigned', { suite: by.suite, keyring: by.keyring, detail: details.join('; ') });
}
