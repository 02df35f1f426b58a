import type { commandGroups as english } from '../en/command-groups.ts';
import type { Translation } from '../shape.ts';

export const commandGroups: Translation<typeof english> = {
  Machine: 'Maschine',
  Snapshot: 'Snapshot',
  Disk: 'Platte',
  Network: 'Netzwerk',
  View: 'Ansicht',
  Library: 'Bibliothek',
  Window: 'Fenster',
  Help: 'Hilfe',
};
