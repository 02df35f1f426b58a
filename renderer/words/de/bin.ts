import type { bin as english } from '../en/bin.ts';
import type { Translation } from '../shape.ts';

export const bin: Translation<typeof english> = {
  snapshots: '{count} Snapshot|{count} Snapshots',
  noSnapshots: 'keine Snapshots',
  held: '„{first}“ ist geschützt. Zum endgültigen Löschen die Maschine wiederherstellen und den Schutz ihrer Snapshots aufheben.',
  heldMore:
    '„{first}“ und {count} weitere sind geschützt. Zum endgültigen Löschen die Maschine wiederherstellen und den Schutz ihrer Snapshots aufheben.',
  purged: '„{name}“ wurde endgültig gelöscht. {message}.|{count} Maschinen wurden endgültig gelöscht. {message}.',
  purgeTitle: '„{name}“ endgültig löschen?|{count} Maschinen endgültig löschen?',
  purge: 'Endgültig löschen',
  lostBare: '„{name}“ wird gelöscht.',
  lostDisks: '„{name}“ wird samt Platten gelöscht.',
  lostSnapshots: '„{name}“ wird samt {snapshots} gelöscht.',
  lostAll: '„{name}“ wird samt Platten und {snapshots} gelöscht.',
  lostMany: '{names} werden mit ihren Platten und Snapshots gelöscht.',
  cannotUndo:
    'Das lässt sich nicht rückgängig machen. Von ihr abgezweigte Maschinen sind nicht betroffen.|Das lässt sich nicht rückgängig machen. Von ihnen abgezweigte Maschinen sind nicht betroffen.',
  freed: '{size} Platz werden frei.',
  freedAtLeast: 'Mindestens {size} Platz werden frei.',
  title: 'Gelöschte Maschinen',
  empty: 'Keine gelöschten Maschinen. Gelöschte Maschinen lassen sich hier mit ihrem Verlauf wiederherstellen.',
  deletedAgo: 'Gelöscht {ago}',
  restoreName: '{name} wiederherstellen',
  purgeName: '{name} endgültig löschen',
  emptyBin: 'Papierkorb leeren',
};
