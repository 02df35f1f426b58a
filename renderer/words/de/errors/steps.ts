/** What a task is doing, in German. */
import type { steps } from '../../../../preload/contract/errors/steps.ts';
import { formatBytes } from '../../quantities.ts';
import { quoted, type ErrorWords } from './phrases.ts';

export const germanSteps: Pick<ErrorWords, keyof typeof steps> = {
  'step-line': ({ line }) => line,
  'step-waits-fetching': () => 'ein anderes Vivarium lädt gerade dieselben Teile; es wird darauf gewartet',
  'step-waits-installing': () => 'ein anderes Vivarium installiert gerade dasselbe System; es wird darauf gewartet',
  'step-package-index': ({ suite }) => `das Paketverzeichnis von Debian (${suite}) wird gelesen`,
  'step-fetching-package': ({ name, version }) => `${name} ${version} wird geladen`,
  'step-fetching-packages': ({ count }) => `${count} Pakete werden geladen`,
  'step-checking-package': ({ name, bytes }) => `${name} (${formatBytes(bytes)}) wird geprüft`,
  'step-unpacking': ({ name }) => `${name} wird entpackt`,
  'step-building-initramfs': () => 'das anfängliche Dateisystem wird gebaut',
  'step-joining-packages': ({ count }) => `${count} Pakete werden zusammengestellt`,
  'step-installing': ({ line }) => `Installation: ${line}`,
  'step-installed': ({ title, bytes }) => `${title} ist installiert; die Platte belegt ${formatBytes(bytes)} auf diesem Computer`,
  'step-salvaging': () => 'aus dem Speicher wird gerettet, was lesbar ist',
  'step-checking-bytes': () => 'jedes gespeicherte Byte wird geprüft',
  'step-reading': ({ path }) => `${path} wird gelesen`,
  'step-reading-archive': () => 'wird gelesen',
  'step-writing': ({ path }) => `${path} wird geschrieben`,
  'step-writing-snapshot': ({ name, number, count }) => `${quoted(name)} wird geschrieben (${number} von ${count})`,
  'step-writing-base': ({ path }) => `das Grundabbild ${path} wird geschrieben`,
  'step-storing-disk': () => 'die Platte wird gespeichert',
  'step-storing-memory': () => 'der Arbeitsspeicher wird gespeichert',
  'step-comparing-base': () => 'wird mit der Grundlage verglichen',
  'step-comparing-memory': () => 'der Arbeitsspeicher wird verglichen',
  'step-comparing-disk': ({ slot }) => `Platte ${slot + 1} wird verglichen`,
  'step-comparing-files': ({ entries }) => `Dateien werden verglichen: ${entries} angesehen`,
  'step-waits-stored': ({ name }) => `${quoted(name)} wird noch gespeichert; es wird darauf gewartet`,
  'step-keeping-present': () => 'die Gegenwart wird festgehalten',
  'step-freeing': () => 'Platz wird frei gemacht',
};
