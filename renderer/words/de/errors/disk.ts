import { formatBytes } from '../../quantities.ts';
import { dateTime } from '../../moments.ts';
import { counted, does, quoted, type ErrorWords } from './phrases.ts';

const DIFFERENCES = {
  size: 'seine Größe ist anders',
  content: 'sein Inhalt ist anders',
  unrecorded: 'es wurde geändert, bevor sein Inhalt erfasst war',
} as const;
const platten = (count: number) => counted(count, 'Platte', 'Platten');

export const diskErrors = {
  'image-unusable': ({ name, why }, say) => `${name}: ${say(why)}`,
  'image-damaged': ({ finding }) => `dieses qcow2-Abbild ist beschädigt: ${finding}`,
  'image-unsupported': ({ finding }) => finding,
  'image-other-format': () => 'das ist kein qcow2-Abbild; ein rohes Abbild mit dem Format „raw“ öffnen',
  'image-range': ({ offset, length, sizeBytes }) =>
    `die Bytes ${offset} bis ${offset + length} liegen nicht in einer Platte von ${sizeBytes} Byte`,
  'image-cluster-size': ({ clusterBytes }) =>
    `Cluster von ${clusterBytes} Byte gehen nicht; eine Zweierpotenz von 512 Byte bis 2 MiB nehmen`,
  'image-clusters-too-small': ({ sizeBytes, clusterBytes }) =>
    `eine Platte von ${sizeBytes} Byte braucht größere Cluster als ${clusterBytes} Byte`,
  'image-backs-itself': () => 'es ist unmittelbar oder über andere seine eigene Basisdatei',
  'image-chain-too-long': ({ most }) => `es wäre die Basisdatei Nummer ${most}; eine Kette darf ${most} Dateien haben`,
  'image-backing-is-address': ({ backing }) => `seine Basisdatei ${quoted(backing)} ist eine Adresse; verwenden lassen sich nur Dateien`,
  'image-backing-not-allowed': ({ backing }) => `es braucht die Basisdatei ${quoted(backing)}, und Basisdateien sind hier nicht erlaubt`,
  'image-backing-unusable': ({ backing, why }, say) => `seine Basisdatei ${quoted(backing)} kann nicht verwendet werden: ${say(why)}`,
  'image-backing-format': ({ format }) =>
    `sein Format soll ${quoted(format)} sein; lesbar sind raw und qcow2 (mit qemu-img convert umwandeln)`,
  'image-backing-unsaid': ({ name }) =>
    `es hat eine eigene Basisdatei, aber das Abbild darüber sagt nicht, dass es qcow2 ist; falls das stimmt, mit qemu-img rebase -u -b ${JSON.stringify(name)} -F qcow2 ABBILD angeben`,
  'image-empty': ({ path }) => `${path} ist leer: Eine Platte braucht eine Größe`,
  'image-qcow2-in-place': ({ path }) =>
    `${path} ist ein qcow2-Abbild, das nie selbst beschrieben wird: Schreibzugriffe in einem Overlay behalten, verwerfen oder die Platte schreibschützen`,
  'image-not-a-disk': ({ path, description, advice }) => `${path} ist ${description}: ${advice}`,
  'image-raw-compressed': () => 'ein rohes Abbild lässt sich nicht komprimieren: qcow2 wählen',
  'image-truncated-in-use': ({ path }) => `${path} wurde im Betrieb gekürzt`,
  'disk-cannot-be-opened': ({ path, why }, say) => `die Platte ${path} lässt sich nicht öffnen: ${say(why)}`,
  'disk-odd-length': ({ path, bytes, wholeBytes }) =>
    `${path} ist ${bytes} Byte lang, keine ganze Zahl von Sektoren zu 512 Byte, und lässt sich darum nicht selbst beschreiben: ein Overlay benutzen oder die Datei verlängern (truncate -s ${wholeBytes} DATEI)`,
  'disk-absent': ({ slot }) => `die Maschine hat keine Platte ${slot}`,
  'disk-takes-no-messages': ({ slot }) => `Platte ${slot} ist eine direkt benutzte Abbilddatei: Sie nimmt keine Nachrichten an`,
  'disk-count-differs': ({ count, given }) => `die Maschine hat ${platten(count)}, nicht ${given}: beenden und mit diesen starten`,
  'disk-full': ({ path }) => `kein Platz mehr für ${path}: Platz schaffen; nichts ist verloren, und es geht von selbst weiter`,
  'disk-missing': ({ name, slot, count }) => `${quoted(name)} hat ${platten(count)}, also keine Platte ${slot + 1}`,
  'disk-missing-here': ({ slot }) => `eine Platte ${slot + 1} gibt es nicht`,
  'disk-not-in-snapshot': ({ name, slot, count }) => `in ${quoted(name)} gibt es keine Platte ${slot + 1}: Er enthält ${platten(count)}`,
  'disks-too-many': ({ most }) => `eine Maschine hat höchstens ${most} Platten: erst eine entfernen`,
  'disk-unusable': ({ slot, why }, say) => `Platte ${slot + 1} kann nicht verwendet werden: ${say(why)}`,
  'disk-of-snapshot-unusable': ({ slot, name, why }, say) =>
    `Platte ${slot + 1} von ${quoted(name)} kann nicht verwendet werden: ${say(why)}. Nichts wurde geändert`,
  'disk-file-unusable': ({ path, why }, say) => `die Platte ${path} kann nicht verwendet werden: ${say(why)}`,
  'disk-no-file': () => 'sie hat keine Datei: eine wählen oder Schreibzugriffe in einem Overlay behalten',
  'disk-no-id': () => 'sie hat keine Kennung: irgendeine Einstellung der Maschine ändern und noch einmal versuchen',
  'disk-no-file-or-size': () => 'sie hat weder Datei noch Größe: eines von beiden angeben',
  'disk-base-larger': ({ path, bytes, sizeBytes }) =>
    `${path} hat ${formatBytes(bytes)}, mehr als die ${formatBytes(sizeBytes)} der Platte: mindestens diese Größe angeben`,
  'disk-base-grown': ({ path, bytes, sizeBytes }) =>
    `ihr Basisabbild ${path} hat ${formatBytes(bytes)}, mehr als die ${formatBytes(sizeBytes)} der Platte: Es wurde seit deren Anlage geändert`,
  'disk-overlay-missing': ({ path }) =>
    `ihr Overlay ${path} fehlt: einen Snapshot wiederherstellen oder die Platte entfernen und neu hinzufügen`,
  'disk-overlay-of-library': ({ path }) => `das Overlay ${path} gehört zu einer Platte einer Bibliothek`,
  'disk-empty-needs-size': () => 'eine leere Platte braucht eine Größe',
  'disk-size-not-sectors': ({ sectorBytes }) => `die Größe einer Platte muss ein Vielfaches von ${sectorBytes} Byte sein`,
  'disk-cannot-shrink': ({ slot, sizeBytes }) =>
    `Platte ${slot + 1} hat ${formatBytes(sizeBytes)}: Eine Platte lässt sich nicht verkleinern`,
  'disk-file-cannot-shrink': ({ path, bytes, sizeBytes }) =>
    `die Platte ${path} hat ${formatBytes(bytes)}: Sie lässt sich nicht auf ${formatBytes(sizeBytes)} verkleinern`,
  'disk-is-device': ({ path }) => `${path} ist ein Blockgerät, dessen Größe sich nicht ändern lässt`,
  'disk-readonly-resize': () =>
    'die Größe eines schreibgeschützten Abbilds lässt sich nicht ändern: erst Schreibzugriffe in einem Overlay behalten',
  'disk-direct-compact': () => 'der Gast schreibt direkt in diese Datei: Verdichten lassen sich nur Overlays',
  'disk-direct-export': () => 'der Gast schreibt direkt in diese Datei: Die Maschine vor dem Export ausschalten',
  'disk-direct-snapshot': ({ slot }) =>
    `Platte ${slot + 1} wird direkt beschrieben und kann darum nicht Teil eines Snapshots sein: unter Hardware ihre Schreibzugriffe in einem Overlay behalten (das Abbild bleibt dann unverändert)`,
  'disk-no-base': ({ slot }) => `Platte ${slot + 1} hat kein Basisabbild, das sich annehmen ließe`,
  'disk-still-empty': ({ slot }) => `Platte ${slot + 1} ist noch leer: die Maschine einmal starten oder ihr Basisabbild exportieren`,
  'guest-no-volumes': ({ slot, place, passedOver }) =>
    `Platte ${slot + 1} hat ${place === undefined ? 'kein Dateisystem' : `in ${place} kein Dateisystem`}, das hier gelesen werden kann${passedOver.length > 0 ? ` (${passedOver.join('; ')})` : ''}: die Platte exportieren und das Abbild mit anderen Werkzeugen öffnen`,
  'guest-volume-damaged': ({ slot, why }, say) => `ein Dateisystem von Platte ${slot + 1} kann nicht gelesen werden: ${say(why)}`,
  'guest-folder-missing': ({ path }) => `den Ordner ${path} gibt es zu diesem Zeitpunkt auf dieser Platte nicht`,
  'guest-file-missing': ({ path }) => `die Datei ${path} gibt es zu diesem Zeitpunkt auf dieser Platte nicht`,
  'guest-file-not-file': ({ path, kind }) =>
    kind === 'directory' ? `${path} ist ein Ordner: eine Datei darin wählen` : `${path} ist keine gewöhnliche Datei und hat keinen Inhalt`,
  'guest-file-short': ({ path, sizeBytes, done }) =>
    `${path} sollte ${sizeBytes} Byte haben, lesbar waren nur ${done}: das Dateisystem ist beschädigt`,
  'disk-nothing-to-export': () => 'die Platte hat keine Datei',
  'disk-machine-started': () => 'die Maschine wurde inzwischen gestartet: ausschalten und noch einmal versuchen',
  'disk-needs-stopped': ({ name, state }) => `${quoted(name)} ${does(state)}: erst ausschalten, dann die Platte ändern`,
  'disk-of-suspended': ({ name }) =>
    `${quoted(name)} ist im Ruhezustand, und ihr gesicherter Arbeitsspeicher hängt von der Platte ab: erst starten und herunterfahren`,
  'disk-readonly': ({ path }) => `${path} ist schreibgeschützt angeschlossen`,
  'disk-unknown-message': ({ message }) => `eine Platte kennt die Nachricht ${message} nicht`,
  'disk-no-settled-content': () => 'eine Platte außerhalb einer Bibliothek hat keinen abgeschlossenen Inhalt',
  'disk-generation-open': ({ path, generation }) =>
    `die Generation ${generation} von ${path} ist nicht zu Ende: Sie lässt sich nicht abschließen`,
  'base-unreadable': ({ path, why }, say) => `das Basisabbild ${path} lässt sich nicht lesen: ${say(why)}`,
  'base-missing': ({ path }) => `das Basisabbild ${path} fehlt: zurücklegen`,
  'base-changed': ({ path, by, thenBytes, thenAt, nowBytes, nowAt }) =>
    `das Basisabbild ${path} wurde geändert, seit die Platte darauf angelegt wurde: ${DIFFERENCES[by]} (damals ${formatBytes(thenBytes)} vom ${dateTime(thenAt)}, jetzt ${formatBytes(nowBytes)} vom ${dateTime(nowAt)}): die alte Datei zurücklegen oder die jetzige annehmen, zu der das Overlay aber vielleicht nicht mehr passt`,
  'base-in-use': ({ path, owner }) =>
    `${path} ist das Basisabbild einer Platte von ${owner}; darauf zu schreiben würde sie beschädigen: ein Overlay benutzen oder schreibschützen`,
  'disk-file-twice': ({ path, slot }) =>
    `${path} ist auch Platte ${slot + 1} dieser Maschine: Sie kann nicht starten, solange eine davon in die Datei schreibt`,
  'disk-file-shared': ({ path, slot, name }) =>
    `${path} ist auch Platte ${slot + 1} von ${quoted(name)}: Nur eine der Maschinen kann gleichzeitig laufen`,
  'disk-no-file-set': () => 'keine Datei gesetzt: unter Hardware eine wählen',
} satisfies Partial<ErrorWords>;
