import { formatBytes } from '../../quantities.ts';
import type { ErrorWords } from './phrases.ts';

const SETTING = 'den Spiegelserver (in den Einstellungen oder in VIVARIUM_MIRROR)';
const NOTHING_USED = 'Nichts davon wurde verwendet';
const AGAIN_OR_OTHER = 'Später noch einmal versuchen oder einen anderen Spiegelserver einstellen';
const OTHER = 'Einen anderen Spiegelserver einstellen';
const FORM = 'was dort vor „/dists“ steht, etwa http://HOST/debian';

/** Mirrors, and what they give of a Debian release. */
export const mirrorErrors = {
  'mirror-not-set': () =>
    `dieser Computer hat kein apt, das Paketprogramm von Debian; darum ${SETTING} auf die Adresse eines Debian-Spiegelservers setzen (${FORM}). Ohne Netzwerk die Vorlage hello-riscv64 verwenden, die nichts braucht`,
  'mirror-not-of-apt': () => `apt auf diesem Computer lädt Debian von keinem Webserver. ${OTHER} (${FORM})`,
  'system-not-installed': ({ said }) =>
    `das System ließ sich nicht auf seiner Platte installieren. Nichts wurde behalten; noch einmal versuchen. Der Gast sagte zuletzt: ${said}`,
  'mirror-address-wrong': ({ address }) => `„${address}“ ist nicht die Adresse eines Spiegelservers. Gebraucht wird, ${FORM}`,
  'mirror-proxy-wrong': ({ name }) =>
    `${name} in der Umgebung ist nicht die Adresse eines Proxys: Sie muss mit http:// oder https:// beginnen. Berichtigen oder löschen`,
  'mirror-unreachable': ({ address, detail }) =>
    `${address} ist nicht erreichbar (${detail}). Netzwerk, Spiegelserver und gegebenenfalls HTTP_PROXY, HTTPS_PROXY und NO_PROXY in der Umgebung prüfen und noch einmal versuchen; was angekommen ist, bleibt`,
  'mirror-silent': ({ address, seconds }) =>
    `${address} hat seit ${seconds} Sekunden nichts gesendet. ${AGAIN_OR_OTHER}; was angekommen ist, bleibt`,
  'mirror-redirection': ({ address, to }) => `${address} verweist auf ${to}, dem nicht gefolgt wird. ${OTHER}`,
  'mirror-refuses': ({ address, status }) => `der Server antwortet mit ${status} auf ${address}. ${AGAIN_OR_OTHER}`,
  'mirror-too-much': ({ address, most }) =>
    `${address} liefert mehr als ${formatBytes(most)}, mehr als es sollte. ${NOTHING_USED}. ${AGAIN_OR_OTHER}`,
  'mirror-cut-off': ({ what, bytes, wanted }) =>
    `die Verbindung endete nach ${formatBytes(bytes)} von ${formatBytes(wanted)} von ${what}. Noch einmal versuchen: Es geht dort weiter`,
  'mirror-lacks': ({ what, address }) =>
    `der Spiegelserver hat ${what} nicht (${address}), obwohl sein Index es nennt; vielleicht wird er gerade aktualisiert. ${AGAIN_OR_OTHER}`,
  'mirror-no-release': ({ mirror, suite }) => `${mirror} hat kein Debian-Release „${suite}“. ${OTHER}: ${FORM}`,
  'mirror-no-architecture': ({ suite, architecture }) =>
    `Debian ${suite} hat auf diesem Spiegelserver keine Pakete für ${architecture}. Einen mit allen Architekturen einstellen`,
  'mirror-keyring-unreadable': ({ keyring, detail }) =>
    `die Schlüssel in ${keyring} lassen sich nicht lesen (${detail}). In VIVARIUM_MIRROR_KEYRING eine Datei mit OpenPGP-Zertifikaten nennen oder die Variable löschen`,
  'mirror-key-unknown': ({ suite, keyring, keys }) =>
    `Debian ${suite} auf diesem Spiegelserver ist von ${keys.length > 0 ? keys.join(', ') : 'niemandem'} signiert, und ${keyring} hat keinen solchen Schlüssel. ${NOTHING_USED}. Für einen Spiegelserver mit eigenem Schlüssel dessen Schlüsselbund in VIVARIUM_MIRROR_KEYRING nennen, sonst einen anderen einstellen`,
  'mirror-unsigned': ({ suite, keyring, detail }) =>
    `die Signatur von Debian ${suite} auf diesem Spiegelserver ist nicht gültig (${detail}; Schlüssel: ${keyring}). ${NOTHING_USED}: Ein Proxy oder der Spiegelserver hat es verändert. ${AGAIN_OR_OTHER}`,
  'mirror-release-damaged': ({ suite, detail }) =>
    `die Beschreibung von Debian ${suite} auf diesem Spiegelserver ist falsch: ${detail}. ${AGAIN_OR_OTHER}`,
  'mirror-release-other': ({ suite, found }) => `der Spiegelserver liefert Debian ${found} für ${suite}. ${NOTHING_USED}. ${OTHER}`,
  'mirror-release-expired': ({ suite, until }) =>
    `was der Spiegelserver von Debian ${suite} hat, galt bis ${until}: Es ist veraltet, oder die Uhr dieses Computers geht falsch. ${NOTHING_USED}. Die Uhr prüfen oder einen anderen Spiegelserver einstellen`,
  'mirror-release-older': ({ suite, date, newest, file }) =>
    `was der Spiegelserver von Debian ${suite} hat, ist vom ${date}, und eines vom ${newest} war schon hier: Der Spiegelserver hängt zurück oder hält Verbesserungen zurück. ${NOTHING_USED}. Später noch einmal versuchen, einen anderen einstellen oder ${file} entfernen, um das ältere zu nehmen`,
  'mirror-release-future': ({ suite, date }) =>
    `Debian ${suite} auf diesem Spiegelserver ist vom ${date}, was noch kommt. ${NOTHING_USED}. Die Uhr dieses Computers stellen`,
  'mirror-index-damaged': ({ suite, name }) =>
    `der Paketindex von Debian ${suite} beschreibt ${name} auf eine Weise, die sich nicht verwenden lässt. ${AGAIN_OR_OTHER}`,
  'mirror-content-differs': ({ what, found, wanted }) =>
    `${what} hat nicht den signierten Inhalt (sha256 ${wanted}, nicht ${found}) und wurde gelöscht. Vielleicht wird der Spiegelserver gerade aktualisiert, oder ein Proxy verändert Dateien. ${AGAIN_OR_OTHER}`,
} satisfies Partial<ErrorWords>;
