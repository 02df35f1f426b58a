import type { keys as english } from '../en/keys.ts';
import type { Translation } from '../shape.ts';

export const keys: Translation<typeof english> = {
  everywhere: 'Überall außer in Konsolen und Dialogen',
  inList: 'In der Liste der Maschinen',
  chooseMachine: 'Maschine auswählen',
  openMachine: 'Starten, fortsetzen oder zu ihrer Konsole gehen',
  openMenu: 'Ihr Menü öffnen',
  inConsole: 'In einer Konsole',
  copySelection: 'Auswahl kopieren',
  paste: 'Einfügen',
  findTwice: 'Suchen; zweimal gedrückt geht es an den Gast',
  searchAll: 'Alle Konsolen durchsuchen',
  findAction: 'Aktion suchen',
  textSize: 'Größere, kleinere und normale Schrift',
  leaveConsole: 'Konsole verlassen',
  onTimeline: 'Auf einer Zeitleiste',
  throughTime: 'Durch die Zeit gehen',
  nextBranch: 'Zum nächsten Zweig gehen',
  firstAndNow: 'Der erste Snapshot und jetzt',
  title: 'Tastenkürzel',
};
