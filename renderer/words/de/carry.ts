import type { carry as english } from '../en/carry.ts';
import type { Translation } from '../shape.ts';

export const carry: Translation<typeof english> = {
  written: '„{name}“ wurde nach {file} geschrieben',
  exportTitle: '„{name}“ exportieren',
  exportAbout:
    'Exportiert die Konfiguration, die Platten und alle Snapshots samt Arbeitsspeicher in eine Datei, die sich auf anderen Computern und mit späteren Versionen importieren lässt.',
  notOverwritten: 'Eine vorhandene Datei wird nicht überschrieben.',
  export: 'Exportieren',
  theMachine: 'Die Maschine',
  imported: '„{name}“ wurde importiert.',
  importTitle: 'Maschine importieren',
  importAbout:
    'Eine von Vivarium exportierte Datei auswählen. Die Maschine wird mit ihren Platten und allen Snapshots importiert; ist ihr Name vergeben, bekommt sie einen neuen.',
  filePlaceholder: 'maschine.vivarium',
  import: 'Importieren',
};
