import type { overview as english } from '../en/overview.ts';
import type { Translation } from '../shape.ts';

export const overview: Translation<typeof english> = {
  others: '{count} weitere Maschine|{count} weitere Maschinen',
  ofCores: 'von {count} Kern|von {count} Kernen',
  memory: 'Arbeitsspeicher',
  free: '{size} frei',
  of: 'von {size}',
  disk: 'Platte',
  inUse: '{name} belegt',
  consoleOf: 'Konsole von {name}',
  figures: '{mips} MIPS, {percent} %',
  idle: 'Leerlauf',
  memoryMiB: '{memoryMiB} MiB Arbeitsspeicher',
  onDisk: ', {size} belegt',
  title: 'Übersicht',
  thisComputer: 'Dieser Computer',
  measuring: 'Gemessen wird, was die Bibliothek belegt …',
  emptyBin: 'Papierkorb leeren …',
  takes: 'Vivarium belegt {memory} Arbeitsspeicher und {disk} der Platte',
  takesDisk: 'Vivarium belegt {disk} der Platte',
};
