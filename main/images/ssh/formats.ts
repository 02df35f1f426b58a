/** Ed25519 keys as SSH programs keep them: OpenSSH's files (its PROTOCOL.key) and those of Dropbear, made of strings (RFC 4251, section 5). */
import { randomBytes } from 'node:crypto';

const TYPE = 'ssh-ed25519';
const MAGIC = 'openssh-key-v1\0';
/** The private part is padded to the block of its cipher, which for none is eight bytes. */
const BLOCK = 8;
const LINE = 70;

export interface Ed25519 {
  /** 32 bytes, of which everything follows. */
  readonly seed: Buffer;
  readonly public: Buffer;
}

const number = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};
const text = (value: string | Buffer): Buffer => {
  const bytes = Buffer.from(value as string);
  return Buffer.concat([number(bytes.length), bytes]);
};
const publicBlob = (key: Ed25519): Buffer => Buffer.concat([text(TYPE), text(key.public)]);

/** `ssh-ed25519 AAAA...`, as in authorized_keys and known_hosts. */
export const publicLine = (key: Ed25519): string => `${TYPE} ${publicBlob(key).toString('base64')}`;

/** A private key file of OpenSSH's, without a passphrase. */
export function opensshPrivate(key: Ed25519, comment: string): string {
  const check = randomBytes(4);
  const inner = Buffer.concat([check, check, text(TYPE), text(key.public), text(Buffer.concat([key.seed, key.public])), text(comment)]);
  const padding = Buffer.from(Array.from({ length: (BLOCK - (inner.length % BLOCK)) % BLOCK }, (_, index) => index + 1));
  const whole = Buffer.concat([
    Buffer.from(MAGIC, 'latin1'),
    ...[text('none'), text('none'), text(''), number(1), text(publicBlob(key)), text(Buffer.concat([inner, padding]))],
  ]);
  const lines = whole.toString('base64').match(new RegExp(`.{1,${LINE}}`, 'g')) ?? [];
  return ['-----BEGIN OPENSSH PRIVATE KEY-----', ...lines, '-----END OPENSSH PRIVATE KEY-----', ''].join('\n');
}

/** A host key file of Dropbear's. */
export const dropbearPrivate = (key: Ed25519): Buffer => Buffer.concat([text(TYPE), text(Buffer.concat([key.seed, key.public]))]);
