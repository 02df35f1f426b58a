import type { help as english } from '../en/help.ts';
import type { Translation } from '../shape.ts';

export const help: Translation<typeof english> = {
  title: 'Hilfe',
  stories: 'Bausteine des Fensters (für Entwickler)',
  firstSteps: 'Erste Schritte',
  commandLine: 'Kommandozeile',
  guests: 'Gäste',
  reading: 'Die Hilfe wird gelesen …',
  about:
    'Vivarium emuliert ganze Computer: Prozessor, Arbeitsspeicher und Geräte. Jede Maschine hat Konsolen zum Tippen, eine Zeitleiste mit Snapshots, zu denen man zurückkehren kann, und veränderbare Hardware.',
  find: 'Alles finden',
  findText: '{key} zeigt jede Aktion mit Taste und Befehl. In einer Konsole ist es {consoleKey}.',
  goBack: 'Zurückkehren',
  goBackText:
    '{key} nimmt einen Snapshot auf, während die Maschine läuft. Die Zeitleiste zeigt alle; beim Wiederherstellen wird die Gegenwart zuerst bewahrt, sodass nichts verloren geht.',
  read: 'Früheres lesen',
  readText: 'Konsolen bleiben vollständig erhalten: „Frühere Ausgabe“ führt zur ersten Zeile, {key} durchsucht die aller Maschinen.',
  bring: 'Eigenes mitbringen',
  bringText: 'Einen Kernel, eine Initrd, ein Plattenabbild oder eine exportierte Maschine irgendwo ins Fenster ziehen.',
  fromShell:
    'Alles, was das Fenster kann, geht auch in einer Shell: „Befehle zeigen“ im Menü einer Maschine nennt die Zeilen dafür, und die Liste der Aktionen zeigt unter jeder eine.',
  findCommand: 'Befehl suchen',
  findCommandHint: 'Befehl oder Option suchen',
  found: '{count} von {all} Befehlen',
  unreadable: 'Die Hilfe ist nicht lesbar: das Fenster neu laden',
};
