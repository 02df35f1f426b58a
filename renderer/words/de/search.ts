import type { search as english } from '../en/search.ts';
import type { Translation } from '../shape.ts';

export const search: Translation<typeof english> = {
  type: 'Einen Teil einer Zeile eingeben.',
  searching: 'Suche läuft …',
  nothing: 'Keine Zeile enthält das.',
  found: '{count} Zeile, neueste zuerst|{count} Zeilen, neueste zuerst',
  title: 'Alle Konsolen durchsuchen',
  placeholder: 'Text, den eine Konsole ausgegeben hat',
  machine: 'Maschine',
  allMachines: 'Alle Maschinen',
  console: ', Konsole {console}',
  timeUnknown: 'Zeit unbekannt',
  nearest: 'Nächster Snapshot: {name}',
  nearestTaken: 'Nächster Snapshot, erstellt {time}',
  more: 'Mehr anzeigen',
  usage:
    '{printed} Ausgabe sind aufbewahrt, mit Index {stored} auf der Platte. Über {most} hinaus fällt das Älteste weg; die ersten Zeilen jeder Konsole bleiben.',
  unindexed: '{size} werden noch indiziert.',
  foundMore: '{count}+ Zeile, neueste zuerst|{count}+ Zeilen, neueste zuerst',
};
