/** Errors of Debian mirrors: reaching one, believing it, and unpacking what it gave. */
import { formatBytes } from '../../../emulator/quantities/bytes.ts';
import { entry } from '../../../emulator/error/coded-error.ts';

const VARIABLE = 'VIVARIUM_MIRROR';
/** Where a person says which mirror. */
const SETTING = `the mirror (in the settings, by viv templates --mirror, or in ${VARIABLE})`;
const NOTHING_USED = 'Nothing of it was used';
const LATER = `try again later, or set ${SETTING} to another mirror`;
const AGAIN_OR_OTHER = `T${LATER.slice(1)}`;
const FORM = `what stands before "/dists" there, as in http://HOST/debian; Debian's list of mirrors names those near you`;

export const mirrorErrors = {
  'mirror-not-set': entry(
    'unavailable',
    () =>
      `this computer has no apt, Debian's package program, so it must be said where to fetch the parts from: set ${SETTING} to the address of a Debian mirror (${FORM}). Without a network, use the template hello-riscv64, which needs nothing`,
  ),
  'mirror-not-of-apt': entry(
    'unavailable',
    () => `apt on this computer fetches Debian from no web server. Set ${SETTING} to the address of a Debian mirror (${FORM})`,
  ),
  'system-not-installed': entry<{ said: string }>(
    'unavailable',
    ({ said }) => `the system could not be installed on its disk. Nothing was kept; try again. The guest said last: ${said}`,
  ),
  'mirror-address-wrong': entry<{ address: string }>(
    'invalid',
    ({ address }) => `"${address}" is not the address of a mirror. Set ${SETTING} to ${FORM}`,
  ),
  'mirror-proxy-wrong': entry<{ name: string }>(
    'invalid',
    ({ name }) => `${name} in the environment is not the address of a proxy: it must begin with http:// or https://. Correct or unset it`,
  ),
  'mirror-unreachable': entry<{ address: string; detail: string }>(
    'unavailable',
    ({ address, detail }) =>
      `${address} cannot be reached (${detail}). Check the network, ${SETTING} and, where there is a proxy, HTTP_PROXY, HTTPS_PROXY and NO_PROXY in the environment, then try again; what has arrived is kept`,
  ),
  'mirror-silent': entry<{ address: string; seconds: number }>(
    'unavailable',
    ({ address, seconds }) => `${address} has sent nothing for ${seconds} seconds. ${AGAIN_OR_OTHER}; what has arrived is kept`,
  ),
  'mirror-redirection': entry<{ address: string; to: string }>(
    'unavailable',
    ({ address, to }) => `${address} sends its readers to ${to}, which is not followed. Set ${SETTING} to another mirror`,
  ),
  'mirror-refuses': entry<{ address: string; status: number }>(
    'unavailable',
    ({ address, status }) => `the server answers ${status} to ${address}. ${AGAIN_OR_OTHER}`,
  ),
  'mirror-too-much': entry<{ address: string; most: number }>(
    'damaged',
    ({ address, most }) => `${address} gives more than ${formatBytes(most)}, more than it should. ${NOTHING_USED}. ${AGAIN_OR_OTHER}`,
  ),
  'mirror-cut-off': entry<{ what: string; bytes: number; wanted: number }>(
    'unavailable',
    ({ what, bytes, wanted }) =>
      `the connection ended after ${formatBytes(bytes)} of ${formatBytes(wanted)} of ${what}. Try again: the download goes on from there`,
  ),
  'mirror-lacks': entry<{ what: string; address: string }>(
    'unavailable',
    ({ what, address }) =>
      `the mirror does not have ${what} (${address}), though its index names it; it may be updating. ${AGAIN_OR_OTHER}`,
  ),
  'mirror-no-release': entry<{ mirror: string; suite: string }>(
    'unavailable',
    ({ mirror, suite }) => `${mirror} has no Debian release "${suite}". Check ${SETTING}: it must be ${FORM}`,
  ),
  'mirror-no-architecture': entry<{ suite: string; architecture: string }>(
    'unavailable',
    ({ suite, architecture }) =>
      `Debian ${suite} has no packages for ${architecture} on this mirror. Set ${SETTING} to one that has all architectures`,
  ),
  'mirror-keyring-unreadable': entry<{ keyring: string; detail: string }>(
    'unavailable',
    ({ keyring, detail }) =>
      `the keys in ${keyring} cannot be read (${detail}). Name a file of OpenPGP certificates in VIVARIUM_MIRROR_KEYRING, or unset it`,
  ),
  'mirror-key-unknown': entry<{ suite: string; keyring: string; keys: readonly string[] }>(
    'damaged',
    ({ suite, keyring, keys }) =>
      `Debian ${suite} on this mirror is signed by ${keys.length > 0 ? keys.join(', ') : 'nobody'}, and ${keyring} has no such key. ${NOTHING_USED}. For a mirror that signs with its own key, name its keyring in VIVARIUM_MIRROR_KEYRING; otherwise set ${SETTING} to another mirror`,
  ),
  'mirror-unsigned': entry<{ suite: string; keyring: string; detail: string }>(
    'damaged',
    ({ suite, keyring, detail }) =>
      `the signature of Debian ${suite} on this mirror is not good (${detail}; keys: ${keyring}). ${NOTHING_USED}: a proxy or the mirror has altered it. ${AGAIN_OR_OTHER}`,
  ),
  'mirror-release-damaged': entry<{ suite: string; detail: string }>(
    'damaged',
    ({ suite, detail }) => `the description of Debian ${suite} on this mirror is wrong: ${detail}. ${AGAIN_OR_OTHER}`,
  ),
  'mirror-release-other': entry<{ suite: string; found: string }>(
    'damaged',
    ({ suite, found }) => `the mirror gives Debian ${found} for ${suite}. ${NOTHING_USED}. Set ${SETTING} to another mirror`,
  ),
  'mirror-release-expired': entry<{ suite: string; until: string }>(
    'damaged',
    ({ suite, until }) =>
      `what the mirror has of Debian ${suite} was valid until ${until}: it is out of date, or this computer's clock is wrong. ${NOTHING_USED}. Check the clock, or set ${SETTING} to another mirror`,
  ),
  'mirror-release-older': entry<{ suite: string; date: string; newest: string; file: string }>(
    'damaged',
    ({ suite, date, newest, file }) =>
      `what the mirror has of Debian ${suite} is of ${date}, and one of ${newest} was here before: the mirror is behind, or holds back what was mended since. ${NOTHING_USED}. Try again later, set ${SETTING} to another mirror, or remove ${file} to take the older one`,
  ),
  'mirror-release-future': entry<{ suite: string; date: string }>(
    'damaged',
    ({ suite, date }) =>
      `Debian ${suite} on this mirror is dated ${date}, which is still to come. ${NOTHING_USED}. Set this computer's clock`,
  ),
  'mirror-index-damaged': entry<{ suite: string; name: string }>(
    'damaged',
    ({ suite, name }) => `the package index of Debian ${suite} describes ${name} in a way that cannot be used. ${AGAIN_OR_OTHER}`,
  ),
  'mirror-content-differs': entry<{ what: string; found: string; wanted: string }>(
    'damaged',
    ({ what, found, wanted }) =>
      `${what} does not have the signed content (sha256 ${wanted}, not ${found}). It was deleted. The mirror may be updating, or a proxy alters files: ${LATER}`,
  ),
  'package-dependency-missing': entry<{ name: string; version: string; dependency: string }>(
    'unavailable',
    ({ name, version, dependency }) =>
      `${name} ${version} needs ${dependency}, which this release does not have. The mirror may be updating: ${LATER}`,
  ),
  'package-archive-damaged': entry<{ name: string; detail: string }>(
    'damaged',
    ({ name, detail }) => `the package ${name} cannot be unpacked: ${detail}. Nothing was kept; try again, so that it is fetched anew`,
  ),
  'package-archive-unsafe': entry<{ name: string; detail: string }>(
    'damaged',
    ({ name, detail }) =>
      `the package ${name} is refused: ${detail}. Nothing was kept. If you trust where it comes from, tell its maintainer`,
  ),
  'package-archive-too-large': entry<{ name: string; most: number }>(
    'damaged',
    ({ name, most }) => `the package ${name} unpacks to more than ${formatBytes(most)}, more than it says it has. Nothing was kept`,
  ),
} as const;
