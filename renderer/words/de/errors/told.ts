import { dateTime } from '../../moments.ts';
import { formatBytes } from '../../quantities.ts';
import { counted, quoted, type ErrorWords } from './phrases.ts';

/** Why something is as it is, and what the program did by itself. */
export const toldReasons = {
  'not-started': () => 'noch nicht gestartet',
  'preparing-files': () => 'Dateien werden vorbereitet',
  'starting-threads': () => 'Threads werden gestartet',
  running: () => 'läuft',
  'resuming-memory': () => 'läuft aus gesichertem Arbeitsspeicher an',
  resumed: () => 'fortgesetzt',
  reset: () => 'zurückgesetzt',
  'guest-rebooting': () => 'startet neu: vom Gast veranlasst',
  'guest-rebooted': () => 'vom Gast neu gestartet',
  'guest-powered-off': ({ code }) => (code === 0 ? 'vom Gast ausgeschaltet' : `vom Gast mit Exit-Code ${code} ausgeschaltet`),
  'output-unread': ({ consoles }) => `wartet auf ein Programm, das die Ausgabe von ${consoles.join(', ')} nicht mehr liest`,
  'being-stopped': () => 'wird ausgeschaltet',
  stopped: () => 'ausgeschaltet',
  paused: () => 'pausiert',
  'paused-disk-unwritable': ({ slot, why }, say) =>
    `pausiert: Platte ${slot + 1} lässt sich nicht schreiben (${say(why)}); sie läuft weiter, wenn das behoben ist`,
  'paused-host-full': ({ freeBytes, folder }) =>
    `pausiert: kein Platz mehr auf diesem Computer (${formatBytes(freeBytes)} frei in ${folder}); sie läuft weiter, wenn genug Platz ist`,
  'being-suspended': () => 'geht in den Ruhezustand',
  suspended: () => 'ruht',
  'being-restored': () => 'wird wiederhergestellt',
  'saved-at-quit': () => 'beim Beenden von Vivarium gesichert',
  'program-ended': ({ snapshotAt }) =>
    snapshotAt === undefined
      ? 'das Programm endete, während die Maschine lief'
      : `das Programm endete, während die Maschine lief; letzter Snapshot ${dateTime(snapshotAt)}`,
  restoring: ({ name }) => `${quoted(name)} wird wiederhergestellt`,
  'in-bin': () => 'im Papierkorb',
  'guest-restored': ({ name }) => `${quoted(name)} wurde auf einen Snapshot zurückgesetzt`,
  'guest-ended': ({ name, why }, say) => `${quoted(name)} ist beendet: ${say(why)}`,
  'guest-panicked': ({ detail }) => `Kernel-Panik im Gast: ${detail}`,
  'guest-out-of-memory': ({ detail }) => `dem Gast ging der Arbeitsspeicher aus, Kernel-Panik: ${detail}`,
  'command-not-started': () => 'der Gast konnte den Befehl nicht starten: Ihm fehlen Prozesse, Arbeitsspeicher oder Dateien',
  'output-complete': () => 'alles bisher Ausgegebene ist gesendet',
  'being-stored': () => 'wird gespeichert',
  'machine-is': ({ name, why }, say) => `${quoted(name)}: ${say(why)}`,
  'machine-resumed-with-space': ({ name }) => `${quoted(name)} läuft weiter: Es ist wieder genug Platz da`,
  'door-not-reopened': ({ name, why }, say) =>
    `ein Zugang zu einer Konsole von ${quoted(name)}, der offen war, ließ sich nicht wieder öffnen: ${say(why)}`,
  'machine-not-resumed': ({ name, why }, say) => `${quoted(name)} ließ sich nicht fortsetzen: ${say(why)}`,
  'machine-stopped-unsaved': ({ name, why }, say) =>
    `${quoted(name)} ließ sich nicht in den Ruhezustand versetzen und wurde ausgeschaltet: ${say(why)}`,
  'console-not-kept': ({ name, why }, say) => `was ${quoted(name)} ausgibt, wird nicht aufbewahrt: ${say(why)}`,
  'output-not-kept': ({ why }, say) => `die Ausgabe der Konsolen wird nicht für die Suche aufbewahrt: ${say(why)}`,
  'checkpoint-not-taken': ({ name, why }, say) => `kein automatischer Snapshot von ${quoted(name)}: ${say(why)}`,
  'timeline-trouble': ({ name, why }, say) => `die Zeitleiste von ${quoted(name)}: ${say(why)}`,
  'snapshots-unusable': ({ why }, say) => `Snapshots lassen sich nicht verwenden: ${say(why)}`,
  'recovered-store': ({ changes }) =>
    `Reste von ${counted(changes, 'unvollendeten Änderung', 'unvollendeten Änderungen')} aus dem Speicher entfernt`,
  'recovered-overlays': ({ files }) => `${counted(files, 'Overlay-Datei', 'Overlay-Dateien')} entfernt, die keine Platte benutzt`,
  'recovered-removed': ({ name }) => `den unvollendeten Snapshot ${quoted(name)} entfernt`,
  'recovered-finished': ({ name }) => `den Snapshot ${quoted(name)} fertiggestellt`,
  'recovered-disks': ({ name }) => `die Platten des Snapshots ${quoted(name)} fertiggestellt; sein Arbeitsspeicher ist verloren`,
  'recovered-later': ({ name, why }, say) => `der Snapshot ${quoted(name)}: ${say(why)}`,
} satisfies Partial<ErrorWords>;
