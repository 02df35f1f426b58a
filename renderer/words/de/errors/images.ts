import { formatBytes } from '../../quantities.ts';
import type { ErrorWords } from './phrases.ts';

const OTHER_DISK = 'Platz schaffen oder VIVARIUM_HOME auf einen Ordner einer anderen Platte setzen';
const AGAIN = 'Nichts wurde behalten; noch einmal versuchen';

const APT = {
  full: () => `die Platte ist voll. ${OTHER_DISK}`,
  'no-release': (suite: string) =>
    `der Spiegelserver hat kein Debian-Release „${suite}“. Vorlage und Spiegelserver in den Quellen von apt prüfen`,
  signature: (suite: string) => `apt traut der Signatur von Debian ${suite} nicht. Das Paket debian-archive-keyring aktualisieren`,
  mismatch: () =>
    'das Geladene passt nicht zum signierten Index (vielleicht wird der Spiegelserver gerade aktualisiert, oder ein Proxy verändert Dateien). Nichts wurde behalten; später noch einmal versuchen',
  unreachable: () =>
    'der Spiegelserver ist nicht erreichbar. Netzwerk und Proxy in der Konfiguration von apt prüfen und noch einmal versuchen; fertig Geladenes bleibt. Ohne Netzwerk braucht eine Vorlage reiner Programme nichts',
  locked: () => 'ein anderes apt arbeitet im selben Cache-Ordner. Noch einmal versuchen, wenn es fertig ist',
  other: () => 'apt ist mit diesen Meldungen fehlgeschlagen:',
} as const;

/** Templates, and the packages that they are made of. */
export const imageErrors = {
  'template-missing': ({ name, known }) => `die Vorlage „${name}“ gibt es nicht. Vorhanden sind: ${known.join(', ')}`,
  'receive-interrupted': ({ name }) => `das Kopieren von ${name} in die Bibliothek wurde unterbrochen. Die Datei noch einmal ablegen`,
  'template-name-taken': ({ name }) => `eine Vorlage „${name}“ gibt es schon: einen anderen Namen wählen`,
  'template-not-saved': ({ name }) => `„${name}“ ist keine von einer Maschine gespeicherte Vorlage: Nur solche lassen sich löschen`,
  'template-no-system': ({ name, others }) =>
    `die Vorlage ${name} hat kein Betriebssystem: Sie kann weder Befehle ausführen noch Dateien nehmen noch Module laden. Dafür ${others.join(' oder ')} verwenden`,
  'template-not-json': ({ file, detail }) => `die Vorlage ${file} ist kein gültiges JSON: ${detail}`,
  'template-invalid': ({ file, problem }) => `die Vorlage ${file} ist ungültig: ${problem}`,
  'template-role': ({ file, role }) => `die Vorlage ${file} ist ungültig: Sie muss genau ein Paket mit der Rolle „${role}“ nennen`,
  'program-not-assembled': ({ file, detail }) => `${file} lässt sich nicht assemblieren:\n${detail}`,
  'package-role-missing': ({ role }) => `kein Paket mit der Rolle ${role}`,
  'package-cache-damaged': ({ folder }) =>
    `das zwischengespeicherte Paket in ${folder} ist beschädigt. Den Ordner löschen; sein Inhalt wird neu geladen`,
  'package-content-differs': ({ name, found, wanted }) =>
    `${name} hat nicht den Inhalt, den der signierte Index von Debian verspricht (sha256 ${found}, nicht ${wanted}). Es wurde gelöscht; noch einmal versuchen und sonst Spiegelserver oder Proxy in der Konfiguration von apt prüfen`,
  'package-no-dependency': ({ name, version, follow }) =>
    `${name} ${version} hängt von keinem Paket wie ${follow} ab; „follow“ der Vorlage passt nicht zu diesem Release`,
  'package-other-version': ({ name, wanted, version, offered }) =>
    `die Vorlage verlangt ${name} mit sha256 ${wanted}, Debian bietet jetzt Version ${version} mit ${offered}. Die Vorlage aktualisieren`,
  'package-unknown': ({ suite, name }) =>
    `Debian ${suite} hat für diese Architektur kein Paket „${name}“, das die Vorlage nennt; das Release der Vorlage prüfen`,
  'package-not-left': ({ name, folder }) => `apt hat ${name} geladen, aber keine Datei in ${folder} hinterlassen`,
  'package-dependency-missing': ({ name, version, dependency }) =>
    `${name} ${version} braucht ${dependency}, das dieses Release nicht hat. Vielleicht wird der Spiegelserver gerade aktualisiert: später noch einmal versuchen oder einen anderen wählen`,
  'package-archive-damaged': ({ name, detail }) => `das Paket ${name} lässt sich nicht entpacken: ${detail}. ${AGAIN}`,
  'package-archive-unsafe': ({ name, detail }) => `das Paket ${name} wird abgelehnt: ${detail}. Nichts wurde behalten`,
  'package-archive-too-large': ({ name, most }) =>
    `das Paket ${name} ist entpackt größer als ${formatBytes(most)}, mehr als es angibt. Nichts wurde behalten`,
  'apt-failed': ({ doing, cause, suite, messages }) => `${doing}: ${APT[cause](suite)}${messages === '' ? '' : ` (apt: ${messages})`}`,
  'apt-programs-missing': ({ programs }) =>
    `${programs.join(' und ')} ${programs.length > 1 ? 'sind' : 'ist'} nicht im PATH, apt-get aber schon: als root „apt-get install --reinstall apt“ ausführen, einen Debian-Spiegelserver einstellen oder die Vorlage hello-riscv64 verwenden, die nichts braucht`,
  'apt-configuration-unreadable': ({ detail }) =>
    `die Konfiguration von apt lässt sich nicht lesen (apt-config: ${detail}). Erst apt reparieren`,
  'apt-no-debian-source': () =>
    'apt hat auf diesem Computer keine Quelle für Debian (eine andere Distribution?). Eine in einer Datei im Format von apt ablegen, etwa debian.sources, und diese in VIVARIUM_APT_SOURCES nennen',
  'apt-source-file-useless': ({ file }) =>
    `${file} nennt kein Debian-Archiv. Es muss eine Quellenliste von apt (.list oder .sources) mit einem Debian-Release und der Komponente „main“ sein`,
  'cache-space-too-small': ({ folder, bytes, freeBytes }) =>
    `nicht genug Platz in ${folder}: Nötig sind ${formatBytes(bytes)}, frei sind ${formatBytes(freeBytes)}. ${OTHER_DISK}`,
  'cache-full': ({ folder }) => `die Platte ist voll: In ${folder} lässt sich nicht schreiben. ${OTHER_DISK}`,
  'cache-readonly': ({ folder }) =>
    `in ${folder} lässt sich nicht schreiben. Den Ordner beschreibbar machen oder VIVARIUM_HOME auf einen beschreibbaren setzen`,
  'program-gives-too-much': ({ program, most }) =>
    `${program} liefert mehr als ${formatBytes(most)}, mehr als erwartet: die Eingabe noch einmal laden`,
  'program-missing': ({ program }) => `das Programm „${program}“ ist nicht auf diesem Computer oder nicht im PATH`,
  'copy-unreadable-text': ({ text }) => `„${text}“ ist keine Kopie: HOSTPFAD oder HOSTPFAD:/GASTPFAD schreiben`,
  'copy-missing': ({ path }) => `die Datei ${path}, die in den Gast kopiert werden soll, gibt es nicht`,
  'copy-impossible': ({ path, detail }) => `${path} lässt sich nicht in den Gast kopieren (${detail})`,
  'copy-file-unreadable': ({ path, detail }) => `${path} lässt sich nicht lesen (${detail})`,
  'copy-library-missing': ({ file, library, folders, packageName }) =>
    `${file} braucht die Bibliothek ${library}, die in keinem von ${folders.join(', ')} liegt. Die Bibliotheken des Gasts installieren (in Debian: ${packageName}) oder das Programm mit -static linken`,
  'copy-loader-missing': ({ file, loader, folders, packageName }) =>
    `${file} braucht den dynamischen Lader ${loader}, der in keinem von ${folders.join(', ')} liegt. Die C-Bibliothek des Gasts installieren (in Debian: ${packageName}) oder das Programm mit -static linken`,
  'modules-missing': ({ folder }) => `das Kernelpaket in ${folder} hat keine Module. Den Ordner löschen und die Teile noch einmal laden`,
  'module-other-kernel': ({ module, kernel, release }) =>
    `das Modul ${module} ist für Linux ${kernel} gebaut, der Kernel des Gasts ist ${release}. Für diesen Kernel bauen`,
  'module-unknown': ({ release, module, neededBy, similar }) =>
    `Linux ${release} hat kein Modul „${module}“${neededBy === undefined ? '' : `, das ${neededBy} braucht`}${similar.length > 0 ? `. Ist es eines von ${similar.join(', ')}?` : ''}`,
  'module-not-one': ({ module }) => `${module} ist kein Kernelmodul (der Abschnitt .modinfo fehlt)`,
  'module-unreadable': ({ file, detail }) => `das Modul ${file} lässt sich nicht lesen (${detail})`,
  'module-not-decompressed': ({ file, detail }) =>
    `das Modul ${file} lässt sich nicht entpacken (${detail}). Die Datei noch einmal besorgen`,
} satisfies Partial<ErrorWords>;
