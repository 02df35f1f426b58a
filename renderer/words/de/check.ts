import type { check as english } from '../en/check.ts';
import type { Translation } from '../shape.ts';

export const check: Translation<typeof english> = {
  title: 'Bibliothek prüfen',
  fine: 'Keine Fehler gefunden: Alle gespeicherten Daten aller Maschinen und Snapshots wurden gelesen und geprüft.',
  problems: 'Ein Fehler wurde gefunden:|{count} Fehler wurden gefunden:',
  restIntact:
    'Alles andere ist unversehrt und kann verwendet werden. Die Zeitleiste zeigt, was einem beschädigten Snapshot fehlt; seine Maschine und die übrigen Snapshots sind nicht betroffen.',
  cancelled: 'Die Prüfung wurde abgebrochen.',
  about:
    'Alle gespeicherten Daten aller Maschinen und Snapshots werden gelesen und mit ihren Prüfsummen verglichen. Die Maschinen laufen weiter.',
  running: 'Bibliothek wird geprüft',
  again: 'Erneut prüfen',
};
