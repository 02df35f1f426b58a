import { formatBytes } from '../../quantities.ts';
import { does, quoted, type ErrorWords } from './phrases.ts';

const about =
  (words: (file: string) => string) =>
  ({ file, detail }: { readonly file: string; readonly detail: string }): string =>
    `${words(file)}${detail === '' ? '' : ` (${detail})`}`;
const CHECK = 'die Bibliothek prüfen';
const RIGHTS = 'die Rechte der Datei und ihres Ordners prüfen';

/** What is stored: library, overlays, snapshots, exported machines. */
export const storedErrors = {
  'library-readonly': about(
    (file) =>
      `die Bibliothek lässt sich nicht schreiben: die Rechte von ${file} und seines Ordners prüfen oder VIVARIUM_HOME auf einen beschreibbaren Ordner setzen`,
  ),
  'library-full': about(
    (file) => `kein Platz mehr für die Bibliothek ${file}: Platz schaffen und noch einmal versuchen; nichts Gespeichertes ist verloren`,
  ),
  'library-damaged': about(
    (file) =>
      `die Bibliothek ${file} ist beschädigt. „viv library repair“ rettet alles Lesbare in eine neue und behält die beschädigte Datei daneben`,
  ),
  'library-locked': about(
    (file) => `die Bibliothek ${file} wird von einem anderen Programm benutzt: dieses schließen und noch einmal versuchen`,
  ),
  'library-foreign': about((file) => `die Bibliothek ${file} stammt nicht vom Vivarium dieses Benutzers und wird nicht verwendet`),
  'library-unusable': about((file) => `die Bibliothek ${file} kann nicht verwendet werden`),
  'store-readonly': about((file) => `${file} lässt sich nicht schreiben: ${RIGHTS}`),
  'store-full': about(
    (file) => `kein Platz mehr für Daten in ${file}: Platz schaffen und noch einmal versuchen; nichts Gespeichertes ist verloren`,
  ),
  'store-damaged': about((file) => `${file} ist beschädigt: ${CHECK}, um zu sehen, was betroffen ist`),
  'store-locked': about((file) => `${file} wird von einem anderen Programm benutzt: dieses schließen und noch einmal versuchen`),
  'store-foreign': about((file) => `${file} stammt nicht vom Vivarium dieses Benutzers und wird nicht verwendet`),
  'store-unusable': about((file) => `${file} kann nicht verwendet werden`),
  'overlay-readonly': about((file) => `das Overlay ${file} einer Platte lässt sich nicht schreiben: ${RIGHTS}`),
  'overlay-full': about(
    (file) =>
      `kein Platz mehr für das Overlay ${file} einer Platte: Platz schaffen und noch einmal versuchen; nichts Gespeichertes ist verloren`,
  ),
  'overlay-damaged': about(
    (file) =>
      `das Overlay ${file} einer Platte ist beschädigt: Was der Gast seit dem letzten Snapshot darauf geschrieben hat, ist nicht lesbar. Snapshots sind nicht betroffen: einen davon wiederherstellen`,
  ),
  'overlay-locked': about(
    (file) => `das Overlay ${file} einer Platte wird von einem anderen Programm benutzt: dieses schließen und noch einmal versuchen`,
  ),
  'overlay-foreign': about(
    (file) => `das Overlay ${file} einer Platte stammt nicht vom Vivarium dieses Benutzers und wird nicht verwendet`,
  ),
  'overlay-unusable': about((file) => `das Overlay ${file} einer Platte kann nicht verwendet werden`),
  'database-newer': ({ file, format, known }) =>
    `${file} wurde von einem neueren Vivarium geschrieben (Format ${format}, dieses Programm kennt ${known}): die neuere Version verwenden; nichts wurde geändert`,
  'database-foreign': ({ file, what }) => `${file} stammt nicht von Vivarium (${what}) und wird nicht verwendet; nichts wurde geändert`,
  'library-in-use': ({ who }) => `die Bibliothek wird von ${who} benutzt: jenes verwenden oder beenden und noch einmal versuchen`,
  'library-in-use-by': ({ file, program, pid }) =>
    `die Bibliothek ${file} wird von ${program} (Prozess ${pid}) benutzt: beenden und noch einmal versuchen`,
  'library-row-damaged': ({ file, table, row, column, more }) =>
    `die Bibliothek ${file} ist beschädigt (Zeile ${row} von ${table}: ${column}${more > 0 ? ` und ${more} weitere` : ''}). „viv library repair“ rettet alles andere in eine neue und behält diese Datei daneben`,
  'library-absent': ({ folder }) => `in ${folder} ist keine Bibliothek: Es gibt nichts zu reparieren`,
  'saved-part-damaged': ({ detail }) =>
    `die Daten dieses Snapshots in der Bibliothek sind beschädigt (${detail}): einen anderen verwenden oder seine Platten exportieren, die getrennt gespeichert sind`,
  'library-check-failed': ({ found }) => found.join('\n'),
  'chunk-damaged': ({ chunk, why }) => `Block ${chunk} ist beschädigt (${why}): ${CHECK}, um zu sehen, wozu er gehört`,
  'chunk-missing': ({ chunk }) => `Block ${chunk} gibt es nicht: Er wurde gelöscht oder nie gespeichert`,
  'chunk-not-stored': ({ chunk }) => `Block ${chunk} gibt es nicht: erst speichern, dann aufführen`,
  'manifest-damaged': ({ manifest, label }) =>
    `die Blockliste von ${label} (Verzeichnis ${manifest}) ist beschädigt: ${CHECK} und dann löschen`,
  'manifest-missing': ({ manifest }) => `Verzeichnis ${manifest} gibt es nicht: Es wurde gelöscht oder nie angelegt`,
  'store-absent': ({ file }) => `den Speicher ${file} gibt es nicht`,
  'store-closed': ({ file }) => `${file} ist geschlossen`,
  'store-exists': ({ file }) => `${file} gibt es schon: eine neue Datei angeben`,
  'content-missing': ({ name, owner }) => `im Speicher fehlt ${quoted(name)} von ${owner}: ${CHECK}`,
  'content-newer': ({ name, owner }) => `${quoted(name)} von ${owner} wurde von einem neueren Vivarium geschrieben: jene Version verwenden`,
  'memory-missing': ({ name }) => `der Arbeitsspeicher von ${quoted(name)} ist nicht mehr gespeichert: ${CHECK} oder den Snapshot löschen`,
  'memory-not-stored': () => `der Arbeitsspeicher dieses Snapshots ist nicht gespeichert`,
  'memory-of-two-missing': () => `der Arbeitsspeicher eines von beiden ist nicht mehr gespeichert: ${CHECK}`,
  'memory-of-parent-missing': () => 'der Snapshot davor hat keinen gespeicherten Arbeitsspeicher: einen anderen nehmen',
  'memory-shape-differs': ({ pages, basePages }) => `ein Snapshot hat ${pages} Seiten, seine Basis ${basePages}`,
  'overlay-cluster-damaged': ({ file, offset, bytes, why, found }) => {
    const whys = {
      length: `belegen ${found} Byte`,
      checksum: 'haben nicht die Prüfsumme, mit der sie geschrieben wurden',
      missing: 'fehlen',
    };
    return `das Overlay ${file} ist beschädigt: die ${bytes} Byte ab ${offset} der Platte ${whys[why]}; einen Snapshot wiederherstellen oder die Platte exportieren, um den Rest zu behalten`;
  },
  'overlay-missing': ({ file }) =>
    `das Overlay ${file} fehlt: Was seit dem letzten Snapshot auf die Platte geschrieben wurde, ist verloren`,
  'overlay-absent': ({ file }) => `das Overlay ${file} gibt es nicht`,
  'overlay-exists': ({ file }) => `ein Overlay ${file} gibt es schon`,
  'overlay-changed': ({ file }) => `${file} hat sich beim Speichern geändert: noch einmal versuchen`,
  'overlay-state-missing': ({ file }) =>
    `das Overlay ${file} einer Platte ist beschädigt: Sein Zustand fehlt. Snapshots sind nicht betroffen: einen davon wiederherstellen`,
  'write-back-damaged': ({ file, detail }) =>
    `das Overlay ${file} ist beschädigt, und was der Gast schreibt, lässt sich darin nicht speichern (${detail})`,
  'write-back-full': ({ file, detail }) =>
    `die Platte kann nicht speichern, was der Gast in ${file} geschrieben hat: kein Platz mehr auf diesem Computer. Platz schaffen; nichts ist verloren, und es geht von selbst weiter (${detail})`,
  'write-back-refused': ({ file, detail }) =>
    `die Platte kann nicht speichern, was der Gast in ${file} geschrieben hat: ${RIGHTS}; nichts ist verloren, und es geht von selbst weiter (${detail})`,
  'archive-damaged': ({ file, why }) =>
    `${file} ist beschädigt: ${why}. Nichts wurde importiert; die Datei noch einmal kopieren oder die Maschine noch einmal exportieren`,
  'archive-not-one': ({ file }) => `${file} ist keine exportierte Maschine: eine von Vivarium exportierte Datei wählen`,
  'archive-newer': ({ file, format, known }) =>
    `${file} stammt von einem neueren Vivarium (Format ${format}, dieses Programm kennt ${known}): jene Version verwenden`,
  'archive-disk-in-place': ({ slot, name, path }) =>
    `Platte ${slot + 1} von ${quoted(name)} ist die Datei ${path} selbst: entfernen, mit einem Overlay neu hinzufügen und dann exportieren`,
  'archive-file-exists': ({ file }) => `eine Datei ${file} gibt es schon: einen anderen Namen wählen`,
  'archive-folder-unwritable': ({ file, folder }) =>
    `${file} lässt sich nicht schreiben: Der Ordner ${folder} ist nicht da oder nicht beschreibbar`,
  'archive-disk-full': ({ file }) => `${file} lässt sich nicht schreiben: kein Platz mehr. Platz schaffen und noch einmal versuchen`,
  'archive-unwritable': ({ file, why }) => `${file} lässt sich nicht schreiben: ${why}`,
  'archive-files-too-large': ({ bytes, folder }) =>
    `die Dateien, die zu der Maschine gehören, brauchen ${formatBytes(bytes)} in ${folder}: erst Platz schaffen`,
  'snapshot-gone': () => 'diesen Snapshot gibt es nicht mehr',
  'snapshot-deleted': () => 'der Snapshot ist endgültig gelöscht: Gelöschte Snapshots lassen sich nur eine Minute lang wiederherstellen',
  'snapshot-unusable': ({ name, why }, say) => `${quoted(name)} kann nicht verwendet werden: ${say(why)}`,
  'snapshot-memory-unusable': ({ machine, snapshot, why }, say) =>
    `der gesicherte Arbeitsspeicher von ${quoted(machine)} kann nicht verwendet werden (${say(why)}): einen anderen Snapshot wählen oder ${quoted(snapshot)} löschen, um normal zu starten`,
  'snapshot-protected': ({ name }) => `${quoted(name)} ist geschützt: erst den Schutz aufheben`,
  'snapshot-suspended-at': ({ machine, snapshot }) =>
    `${quoted(machine)} ruht bei ${quoted(snapshot)}: starten oder erst einen anderen Snapshot wiederherstellen`,
  'snapshot-needs-disk': ({ name }) => `${quoted(name)} ist aus und hat keine Platte für einen Snapshot: erst starten`,
  'snapshot-is-suspended': ({ name }) => `${quoted(name)} ruht, was schon ein Snapshot ist: erst starten`,
  'snapshot-not-stored': ({ name, why }, say) => `${quoted(name)} ist nicht gespeichert: ${say(why)}`,
  'snapshot-content-damaged': ({ parts }) => `${parts.join('; ')}: löschen oder einen anderen wiederherstellen`,
  'snapshot-not-stored-yet': ({ why }, say) =>
    `noch nicht gespeichert (${say(why)}); seine Platten bleiben und werden gespeichert, wenn Vivarium wieder startet`,
  'snapshot-disks-unreadable': ({ why }, say) =>
    `seine Platten lassen sich nicht lesen (${say(why)}); sie bleiben, bis der Snapshot gelöscht wird`,
  'suspend-not-running': ({ name, state }) => `${quoted(name)} ${does(state)}: Für den Ruhezustand muss sie laufen`,
  'suspend-kept-running': ({ name }) =>
    `${quoted(name)} lief auf dem Weg in den Ruhezustand weiter: Der Snapshot bleibt; noch einmal in den Ruhezustand versetzen`,
} satisfies Partial<ErrorWords>;
