/** Tasks, and the parts of templates. */
import type {
  ExportedDisk,
  ExportResult,
  PurgeResult,
  TaskKind,
  TaskKinds,
  TaskStatus,
  TaskWork,
} from '../../../preload/contract/tasks.ts';
import type { TemplateStatus } from '../../../preload/contract/images.ts';
import { wordsOf } from '../contract-words.ts';
import { formatBytes } from '../quantities.ts';
import { quoted } from './errors/phrases.ts';

const TITLES: { readonly [K in TaskKind]: (subject: TaskKinds[K]['subject']) => string } = {
  'fetch-template': ({ template, name }) => `${template} wird geladen${name === undefined ? '' : ` für ${quoted(name)}`}`,
  'boot-template': ({ template }) => `${template} wird einmal gestartet`,
  'record-base': ({ path }) => `Der Inhalt von ${path} wird erfasst`,
  'check-base': ({ path }) => `${path} wird auf Änderungen geprüft`,
  'accept-base': ({ path }) => `${path} wird gelesen`,
  'compact-disk': ({ name, slot }) => `Platte ${slot + 1} von ${quoted(name)} wird verdichtet`,
  'add-disk': ({ name, path }) => `${path} wird zu ${quoted(name)} hinzugefügt`,
  'export-disk': ({ name, slot, path }) => `Platte ${slot + 1} von ${quoted(name)} wird nach ${path} geschrieben`,
  'take-file': ({ name, file, path }) => `${file} von ${quoted(name)} wird nach ${path} gesichert`,
  'store-snapshot': ({ name, snapshot }) => `Der Snapshot ${quoted(snapshot)} von ${quoted(name)} wird gespeichert`,
  suspend: ({ name }) => `${quoted(name)} geht in den Ruhezustand`,
  'check-library': () => 'Die Bibliothek wird geprüft',
  purge: ({ names }) => `${names.length === 1 ? `${quoted(names[0] ?? '')} wird` : `${names.length} Maschinen werden`} endgültig gelöscht`,
  'export-machine': ({ name, path }) => `${quoted(name)} wird nach ${path} exportiert`,
  'import-machine': ({ path }) => `${path} wird importiert`,
};
export function taskTitle({ kind, subject }: TaskWork): string {
  const title = (TITLES as Record<string, ((subject: unknown) => string) | undefined>)[kind];
  return title ? title(subject) : kind.replaceAll('-', ' ');
}

export function taskMessage(task: TaskStatus): string {
  if (task.state === 'failed') return task.fault ? wordsOf(task.fault) : 'fehlgeschlagen';
  if (task.state !== 'done') return task.state === 'running' && task.message !== '' ? wordsOf(task.message) : '';
  if (task.kind === 'take-file' && task.result?.unrest)
    return `was der Gast zuletzt geschrieben hat, fehlt vielleicht: ${wordsOf(task.result.unrest)}`;
  if (task.kind === 'purge' && task.result) return purged(task.result);
  if (task.kind === 'export-disk' && task.result) return unrest(task.result);
  return task.kind === 'export-machine' && task.result ? leftOut(task.result) : '';
}
const unrest = (disk: ExportedDisk): string =>
  disk.unrest === undefined ? '' : `das Abbild ist wie nach einem Stromausfall: ${wordsOf(disk.unrest)}`;
function purged({ freedBytes, space }: PurgeResult): string {
  if (space === 'nothing') return 'keine gespeicherten Daten';
  if (space === 'freed') return `${formatBytes(freedBytes)} frei geworden`;
  return 'der Platz wird frei, wenn die beschädigten Daten der Bibliothek gelöscht sind: die Bibliothek prüfen, um sie zu finden';
}
function leftOut({ snapshots, disks }: ExportResult): string {
  const each = snapshots.map(
    ({ name, damaged, reason }) => `${quoted(name)} (${damaged ? 'beschädigt: ' : ''}${reason ? wordsOf(reason) : 'nicht gespeichert'})`,
  );
  const count = snapshots.length === 1 ? 'ein Snapshot wurde' : `${snapshots.length} Snapshots wurden`;
  return [
    ...(snapshots.length > 0 ? [`${count} weggelassen: ${each.join('; ')}`] : []),
    ...disks.map(
      (slot) =>
        `Platte ${slot + 1} wurde weggelassen: Sie kam im laufenden Betrieb hinzu; die Maschine neu starten und noch einmal exportieren`,
    ),
  ].join('; ');
}

const PARTS = {
  program: 'nichts zu laden',
  apt: 'ihre Teile werden einmal über apt geladen',
  machine: 'von einer Maschine gespeichert',
  mirror: 'ihre Teile werden einmal von einem Debian-Spiegelserver geladen',
} as const;
export function partsReason({ parts, source, trouble, diskBytes }: TemplateStatus): string {
  if (trouble) return wordsOf(trouble);
  if (source === 'machine') return PARTS.machine;
  if (diskBytes !== undefined)
    return parts === 'ready'
      ? `schon installiert; ihre Platte belegt ${formatBytes(diskBytes)} auf diesem Computer`
      : `ihre Pakete werden einmal geladen und installiert, was einige Minuten dauert und etwa ${formatBytes(diskBytes)} belegt`;
  return parts === 'ready' && source !== 'program' ? 'schon geladen' : PARTS[source];
}
