import { formatBytes } from '../../quantities.ts';
import type { ErrorWords } from './phrases.ts';

export const fileErrors = {
  'path-missing': ({ path }) => `die Datei ${path} gibt es nicht`,
  'path-dangling': ({ path, target }) => `${path} ist ein symbolischer Link auf ${target}, das es nicht gibt`,
  'path-loop': ({ path }) => `${path} ist ein symbolischer Link, der auf sich selbst zurückführt`,
  'path-name-too-long': ({ path }) => `${path.slice(0, 100)} … ist zu lang für einen Dateinamen`,
  'path-is-folder': ({ path }) => `${path} ist ein Ordner, keine Datei`,
  'path-is-pipe': ({ path }) => `${path} ist eine Pipe, die sich nur einmal lesen lässt: den Inhalt erst als Datei speichern`,
  'path-is-socket': ({ path }) => `${path} ist ein Socket, keine Datei`,
  'path-is-character-device': ({ path, instead }) =>
    `${path} ist ein zeichenorientiertes Gerät, keine Datei und keine Platte${instead === undefined ? '' : `: ${instead} angeben`}`,
  'path-is-block-device': ({ path }) => `${path} ist ein Blockgerät, keine Datei`,
  'path-no-permission': ({ path, write }) =>
    `dieser Benutzer darf ${path} nicht ${write ? 'beschreiben' : 'lesen'}: die Rechte der Datei und ihres Ordners prüfen${write ? ' oder sie schreibgeschützt anschließen' : ''}`,
  'path-read-only-system': ({ path }) => `${path} liegt auf einem schreibgeschützten Dateisystem: schreibgeschützt anschließen`,
  'path-busy': ({ path }) => `${path} wird vom System oder einem anderen Programm benutzt (eingehängt?): erst aushängen`,
  'path-no-medium': ({ path }) => `${path} ist ein Laufwerk ohne Medium: eines einlegen und noch einmal versuchen`,
  'path-no-answer': ({ path }) => `${path} antwortet nicht: prüfen, ob das Laufwerk oder die Netzwerkfreigabe verbunden ist`,
  'path-replaced': ({ path }) => `${path} wurde beim Öffnen ersetzt: noch einmal versuchen`,
  'path-empty-drive': ({ path }) => `${path} ist ein Laufwerk mit 0 Byte: ein Medium einlegen und noch einmal versuchen`,
  'path-too-large': ({ path, sizeBytes, maxBytes }) =>
    `${path} hat ${formatBytes(sizeBytes)}; laden lassen sich höchstens ${formatBytes(maxBytes)}`,
  'path-unusable': ({ path, write, detail }) => `${path} lässt sich nicht ${write ? 'schreiben' : 'lesen'}: ${detail}`,
  'path-of-other-user': ({ what, path, uid }) => `${what} ${path} gehört einem anderen Benutzer (uid ${uid}) und wird nicht verwendet`,
  'path-not-full': ({ path, start }) => `„${path}“ ist kein vollständiger Pfad: mit ${start} beginnen oder mit ~ für den eigenen Ordner`,
  'folder-missing': ({ path }) => `den Ordner ${path} gibt es nicht`,
  'folder-is-not': ({ path }) => `${path} ist kein Ordner`,
  'folder-unreadable': ({ path, detail }) => `der Ordner ${path} lässt sich nicht lesen (${detail})`,
  'folder-shared': ({ path }) => `der Ordner ${path} ist auch anderen Benutzern zugänglich: einen eigenen Ordner wählen`,
  'socket-folder-unsafe': ({ path, why }) =>
    `der Ordner ${path} wird nicht für den Socket verwendet (${why}): entfernen oder VIVARIUM_HOME auf einen Ordner mit kürzerem Pfad setzen`,
  'address-not-a-file': ({ address }) => `${address} ist nicht die Adresse einer Datei auf diesem Computer`,
  'file-unusable': ({ path, why }, say) => `${path} kann nicht verwendet werden: ${say(why)}`,
  'file-gone': ({ path }) => `${path} fehlt: zurücklegen`,
  'file-changed-while-read': ({ path }) =>
    `${path} hat sich beim Lesen geändert: warten, bis kein Programm mehr hineinschreibt, und noch einmal versuchen`,
  'file-claimed': ({ path, use, held, holder }) =>
    `${path} lässt sich gerade nicht ${use === 'write' ? 'schreiben' : 'lesen'}: ${holder} ${held === 'write' ? 'benutzt die Datei' : 'liest sie'}: das erst beenden${use === 'write' ? ' oder Schreibzugriffe in einem Overlay behalten' : ''}`,
  'file-twice': ({ path, other }) =>
    `${other === path ? `${path} ist zweimal aufgeführt` : `${other} und ${path} sind dieselbe Datei`}: Eine Maschine kann sie nicht als zwei Platten benutzen und beschreiben`,
  'file-system-damaged': ({ finding }) => `das Dateisystem ist beschädigt: ${finding}`,
  'file-system-unsupported': ({ finding }) => finding,
  'output-exists': ({ path }) => `${path} gibt es schon: einen anderen Namen wählen oder die Datei erst löschen`,
  'output-full': ({ path }) =>
    `kein Platz mehr für ${path}: Platz schaffen und noch einmal versuchen; die unvollständige Datei wurde gelöscht`,
  'output-no-folder': ({ folder }) => `den Ordner ${folder} gibt es nicht: anlegen oder einen anderen wählen`,
  'output-permission': ({ path, detail }) => `keine Berechtigung, ${path} zu schreiben: einen anderen Ordner wählen (${detail})`,
  'space-too-small': ({ name, likelyBytes, freeBytes, folder }) =>
    `nicht genug Platz für „${name}“: Es können ${formatBytes(likelyBytes)} nötig sein, aber in ${folder} sind nur ${formatBytes(freeBytes)} frei; Snapshots löschen oder Platz schaffen`,
  'code-cannot-be-shown': ({ path, description, architectures }) =>
    `${path} ist ${description}; anzeigen lassen sich nur reiner Code und ELF-Dateien für ${architectures.join(' oder ')}`,
  'elf-no-code': () => 'die ELF-Datei enthält keinen Code',
  'elf-damaged': ({ detail }) => `die ELF-Datei ist abgeschnitten oder beschädigt (${detail})`,
} satisfies Partial<ErrorWords>;
