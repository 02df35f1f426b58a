import type { palette as english } from '../en/palette.ts';
import type { Translation } from '../shape.ts';

export const palette: Translation<typeof english> = {
  disks: 'Platten',
  machines: 'Maschinen',
  goTo: 'Zu „{name}“ wechseln',
  title: 'Aktion suchen',
  placeholder: 'Was soll geschehen?',
  noMatch: 'Kein Befehl passt zu „{typed}“.',
};
