import type { components as english } from '../en/components.ts';
import type { Translation } from '../shape.ts';

export const components: Translation<typeof english> = {
  showList: 'Liste der Maschinen anzeigen',
  changedTip: 'Geändert, noch nicht übernommen',
  changed: 'geändert, noch nicht übernommen',
  fromTo: 'Von {least} bis {most}.',
  nothingPrinted: 'nichts ausgegeben',
  nothingPrintedYet: 'Nichts ausgegeben.',
  dismiss: 'Ausblenden',
  machineName: 'Name der Maschine',
  message: 'Meldung',
  toastAlt: 'F8, dann {action}',
  messages: 'Meldungen ({hotkey})',
};
