import { formatBytes } from '../../quantities.ts';
import { does, listed, quoted, type ErrorWords } from './phrases.ts';

export const machineErrors = {
  'machine-memory-size': ({ bytes }) =>
    `eine Maschine braucht zwischen 2 MiB und 3 GiB Arbeitsspeicher in ganzen MiB; ${bytes / 2 ** 20} MiB gehen nicht`,
  'machine-core-count': ({ cores }) => `eine Maschine hat 1 bis 8 Kerne, nicht ${cores}`,
  'board-too-many-disks': ({ most, count }) => `dieses Board nimmt höchstens ${most} Platten, nicht ${count}; einige entfernen`,
  'board-too-many-ports': ({ most, count }) => `dieses Board nimmt höchstens ${most} Konsolenports, nicht ${count}; einige entfernen`,
  'board-too-many-networks': ({ most, count }) => `dieses Board nimmt höchstens ${most} Netzwerkkarten, nicht ${count}; einige entfernen`,
  'board-too-many-shares': ({ most, count }) =>
    `dieses Board hat neben den Platten Platz für ${most} Freigaben, nicht ${count}; einige entfernen`,
  'board-virtio-pci-only': () => 'dieses Board hat virtio-Geräte nur am PCI-Bus: den Bus weglassen oder pci angeben',
  'board-no-firmware': () => 'dieses Board startet Kernel und Programme ohne Firmware: die Firmware weglassen',
  'board-no-device-tree': ({ board }) => `das Board ${board} hat keinen Gerätebaum: Seine Gäste erfahren alles über ACPI`,
  'share-absent': ({ share }) => `die laufende Maschine hat keine Freigabe ${share}`,
  'share-folder-unusable': ({ path, why }, say) => `der freigegebene Ordner ${path} kann nicht verwendet werden: ${say(why)}`,
  'share-no-folder': ({ path }) => `${path} ist kein Ordner: den Ordner freigeben, in dem es liegt`,
  'htif-unanswered': ({ what }) =>
    `das Programm bittet den HTIF-Host um ${what}: beantwortet werden nur sein Ende, Ausgaben und Systemaufrufe`,
  'processor-shutdown': ({ reason }) => reason,
  'machine-ended': () => 'die Maschine ist beendet',
  'machine-ended-nothing-to-save': () => 'die Maschine ist beendet: Es gibt nichts zu sichern',
  'machine-ending': () => 'die Maschine wird beendet',
  'machine-disk-silent': () => 'eine Platte der Maschine antwortet seit einer halben Minute nicht: Nichts wurde gesichert',
  'machine-no-standstill': () => 'die Maschine kommt nicht zum Stillstand: Nichts wurde gesichert',
  'ending-io-silent': () =>
    'ihr Ein-/Ausgabe-Thread antwortet nicht; was er noch nicht auf die Platten geschrieben hat, ist vielleicht verloren',
  'ending-disks-open': ({ seconds }) =>
    `ihre Platten ließen sich nicht innerhalb von ${seconds} Sekunden schließen; was noch nicht geschrieben war, ist vielleicht verloren`,
  'machine-core-silent': () => 'ein Kern der Maschine antwortet nicht',
  'machine-io-silent': () => 'der Ein-/Ausgabe-Thread der Maschine antwortet nicht',
  'machine-memory-lost': ({ why }, say) =>
    `der Arbeitsspeicher der Maschine ließ sich nicht lesen${why === undefined ? '' : `: ${say(why)}`}`,
  'machine-thread-ended': ({ thread }) => `${thread} endete unerwartet`,
  'machine-thread-crashed': ({ thread, detail }) => `${thread} endete mit einem Fehler: ${detail}`,
  'state-other-size': ({ memoryBytes, cores }) =>
    `die gesicherte Maschine hat ${formatBytes(memoryBytes)} Arbeitsspeicher und ${cores} Kerne: mit genau diesen starten`,
  'state-other-marks': ({ bytes, wanted }) =>
    `die gesicherte Maschine hat anderen Arbeitsspeicher (${bytes} Byte Seitenmarken, nicht ${wanted})`,
  'state-other-machine': () =>
    'die gesicherte Maschine hat anderen Arbeitsspeicher, andere Kerne oder andere Firmware: diese beenden und von dort starten',
  'state-foreign-component': ({ component }) => `der gesicherte Zustand enthält ${component}, das diese Maschine nicht hat`,
  'state-lacks-component': ({ component }) =>
    `dem gesicherten Zustand fehlt ${component}: Er stammt von einer Maschine mit anderen Geräten`,
  'state-field-size': ({ field, bytes, wanted }) => `das gesicherte ${field} hat ${bytes} Byte, nicht ${wanted}`,
  'state-cut-short': () => 'dieser gesicherte Zustand ist abgeschnitten',
  'state-not-one': () => 'das ist kein gesicherter Zustand einer Maschine',
  'state-checksum': () => 'dieser gesicherte Zustand ist beschädigt (die Prüfsumme stimmt nicht)',
  'state-field-damaged': ({ field }) => `dieser gesicherte Zustand ist beschädigt (Feld ${field})`,
  'state-newer': ({ format }) =>
    `dieser Zustand wurde von einer späteren Version des Programms gesichert (Format ${format}); diese oder eine neuere verwenden`,
  'state-component-newer': ({ component }) =>
    `der Zustand von ${component} wurde von einer späteren Version des Programms gesichert; diese oder eine neuere verwenden`,
  'machine-gone': () => 'diese Maschine gibt es nicht mehr',
  'machine-in-bin': ({ name }) => `${quoted(name)} ist im Papierkorb: erst wiederherstellen`,
  'machine-name-taken': ({ name }) => `es gibt schon eine Maschine namens ${quoted(name)}: einen anderen Namen wählen`,
  'machine-not-in-bin': ({ name }) => `${quoted(name)} ist nicht im Papierkorb`,
  'machine-busy': ({ name, state }) => `${quoted(name)} ${does(state)}: einen Augenblick warten und noch einmal versuchen`,
  'machine-must-stop': ({ name, state }) => `${quoted(name)} ${does(state)}: erst ausschalten`,
  'machine-already': ({ state }) => `die Maschine ${does(state)} schon`,
  'machine-not-in-state': ({ state }) => `die Maschine ${does(state)}: In diesem Zustand geht das nicht`,
  'machine-stopped-while-starting': () => 'die Maschine wurde beim Starten ausgeschaltet',
  'machine-failed': ({ why }, say) => `die Maschine ist fehlgeschlagen: ${say(why)}`,
  'machine-off': ({ why }, say) => `die Maschine ist aus: ${say(why)}`,
  'machine-not-running': ({ why }, say) => `die Maschine läuft nicht (${say(why)})`,
  'machine-not-restarted': ({ why }, say) => say(why),
  'machine-threads-linger': ({ seconds }) => `ihre Threads endeten nicht innerhalb von ${seconds} Sekunden`,
  'shutdown-no-way': ({ name }) =>
    `${quoted(name)} kann nicht gebeten werden herunterzufahren: Ihr Board hat keinen Netzschalter, und kein Agent antwortet in ihrem Gast. Von innen herunterfahren oder ausschalten`,
  'shutdown-not-heeded': ({ name, seconds, asked }) =>
    `${quoted(name)} läuft noch, ${seconds} s nachdem ${asked === 'agent' ? 'ihr Agent gebeten wurde, sie herunterzufahren' : 'ihr Netzschalter gedrückt wurde; vielleicht achtet ihr Gast nicht darauf'}. Von innen herunterfahren oder ausschalten`,
  'machine-reboots': ({ times, seconds }) =>
    `der Gast hat ${times}-mal nacheinander innerhalb von ${seconds} Sekunden nach dem Start neu gestartet`,
  'machine-lingers': () =>
    'ein Thread ihres letzten Laufs antwortet nicht und schreibt vielleicht noch auf ihre Platten: später noch einmal versuchen oder Vivarium neu starten',
  'machine-no-console': ({ name, console, last, lastName }) =>
    `${quoted(name)} hat keine Konsole ${console}: Die letzte ist ${last} (${lastName})`,
  'door-gone': ({ id }) => `einen Zugang ${id} zu einer Konsole dieser Maschine gibt es nicht: Er wurde geschlossen`,
  'door-refused': ({ where, detail }) => `eine Konsole ist unter ${where} nicht erreichbar (${detail}): eine andere Stelle wählen`,
  'ssh-not-open': () => 'diese Maschine hat gerade keine Konsole mit einer SSH-Sitzung: Der Knopf SSH öffnet eine',
  'machine-source-unclear': () => 'eine Maschine entsteht entweder aus einer Vorlage oder aus einer Konfiguration',
  'machine-booted-needs-template': () => 'nur Maschinen aus Vorlagen können schon gestartet beginnen',
  'change-none': ({ name }) => `an ${quoted(name)} gibt es keine Änderungen mehr rückgängig zu machen`,
  'change-was-restore': ({ name }) =>
    `die letzte Änderung von ${quoted(name)} war das Wiederherstellen eines Snapshots: dazu den Snapshot wiederherstellen, der davor erhalten wurde`,
  'change-unknown': ({ number }) => `die Maschine hat keine Änderung ${number} in ihrem Verlauf: viv history zeigt sie`,
  'change-damaged': ({ number }) => `Änderung ${number} ist nicht mehr lesbar: eine andere wählen`,
  'change-record-damaged': ({ name }) =>
    `die Aufzeichnung der letzten Änderung von ${quoted(name)} ist beschädigt, sie lässt sich nicht rückgängig machen: die Maschine selbst ändern`,
  'configuration-changed': ({ name, fields }) =>
    `die Konfiguration von ${quoted(name)} wurde inzwischen anderswo geändert (${fields.join(', ')}); nichts wurde gespeichert: ansehen und noch einmal versuchen`,
  'purge-gone': () => 'diese Maschine ist nicht mehr im Papierkorb',
  'purge-not-in-bin': ({ name }) => `${quoted(name)} ist nicht im Papierkorb: erst löschen`,
  'machine-file-unusable': ({ what, why }, say) => `${what} kann nicht verwendet werden: ${say(why)}`,
  'machine-keeps-protected': ({ name, snapshots }) =>
    snapshots.length === 1
      ? `${quoted(name)} lässt sich nicht endgültig löschen, weil ihr Snapshot ${listed(snapshots)} geschützt ist: wiederherstellen und erst seinen Schutz aufheben`
      : `${quoted(name)} lässt sich nicht endgültig löschen, weil ihre Snapshots ${listed(snapshots)} geschützt sind: wiederherstellen und erst deren Schutz aufheben`,
} satisfies Partial<ErrorWords>;
