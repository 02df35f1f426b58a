import { formatBytes } from '../../quantities.ts';
import { file, type ErrorWords } from './phrases.ts';

const AGAIN = 'die Datei noch einmal besorgen';
const MORE_MEMORY = 'der Maschine mehr Arbeitsspeicher geben';

export const bootErrors = {
  'boot-file-unusable': ({ what, why }, say) => `${file(what)} kann nicht verwendet werden: ${say(why)}`,
  'boot-file-other': ({ what, description, wanted }) => `${file(what)} ist ${description}; ${wanted}`,
  'boot-for-other-board': ({ what = 'the kernel', description, board, architecture }) =>
    `${file(what)} ist ${description}: dafür das Board ${board} wählen oder einen Kernel für ${architecture}`,
  'boot-elf-other': ({ what, machine, advice }) => `${file(what)} ist eine ELF-Datei für ${machine}; ${advice}`,
  'boot-elf-not-a-program': ({ what }) => `${file(what)} ist eine ELF-Datei, aber kein Programm (Objekt- oder Speicherabbild): erst linken`,
  'boot-elf-damaged': ({ what, finding }) => `${file(what)} ist eine abgeschnittene oder beschädigte ELF-Datei (${finding}): ${AGAIN}`,
  'boot-gzip-damaged': ({ what, detail }) => `${file(what)} ist eine abgeschnittene oder beschädigte gzip-Datei (${detail}): ${AGAIN}`,
  'boot-unpacks-too-large': ({ what, limit }) =>
    `${file(what)} ist entpackt größer als die ${formatBytes(limit)} Arbeitsspeicher dieser Maschine: ${MORE_MEMORY}`,
  'boot-truncated': ({ what, kind, bytes, wanted }) =>
    `${file(what)} ist abgeschnitten (${kind}${bytes === undefined || wanted === undefined ? '' : `, ${formatBytes(bytes)} von ${formatBytes(wanted)}`}): ${AGAIN}`,
  'boot-cut-off': ({ what }) => `${file(what)} ist abgeschnitten: ${AGAIN}`,
  'boot-not-unpacked': ({ what = 'the kernel', description, detail }) =>
    `${file(what)} (${description}) lässt sich nicht entpacken (${detail}): ${AGAIN}`,
  'boot-payload-damaged': ({ what = 'the kernel', detail }) =>
    `${file(what)} ist ein bzImage mit einem beschädigten Kernel darin (${detail}): ${AGAIN}`,
  'boot-protocol-old': ({ what = 'the kernel', version }) =>
    `${file(what)} hat die Version ${version} des Startprotokolls, die für einen Start im 64-Bit-Modus zu alt ist: einen Kernel ab Linux 3.8 angeben`,
  'boot-memory-too-small': ({ what = 'the kernel', neededBytes, memoryBytes }) =>
    `${file(what)} braucht zum Starten ${formatBytes(neededBytes)} Arbeitsspeicher, diese Maschine hat ${formatBytes(memoryBytes)}: ${MORE_MEMORY}`,
  'boot-command-line-too-long': ({ bytes, most }) => `die Kernelparameter haben ${bytes} Byte, dieser Kernel nimmt ${most}: kürzen`,
  'boot-multiboot-flags': ({ what, flags }) =>
    `${file(what)} verlangt vom Lader etwas, das es nicht gibt (Multiboot-Flags ${flags}): ohne das bauen`,
  'boot-initrd-too-large': ({ what = 'the initrd', bytes, memoryBytes }) =>
    `${file(what)} (${formatBytes(bytes)}) passt neben dem Kernel nicht in die ${formatBytes(memoryBytes)} Arbeitsspeicher: ${MORE_MEMORY} oder ein kleineres initrd`,
  'boot-beyond-memory': ({ what, from, to, memoryBytes, end }) =>
    `${file(what)} braucht ${from} bis ${to}, aber die ${formatBytes(memoryBytes)} Arbeitsspeicher dieser Maschine enden bei ${end}: ${MORE_MEMORY}`,
  'boot-overlap': ({ what, other }) => `${file(what)} läge über ${file(other)}: ${MORE_MEMORY} oder eine kleinere Datei`,
  'boot-entry-outside': ({ what, entry, base }) =>
    `${file(what)} beginnt bei ${entry}, das in keinem Segment im Speicher dieses Boards liegt: für ${base} oder höher linken, mit dem Einstieg im Code`,
  'boot-linked-outside': ({ what, address, segment, base }) =>
    `${file(what)} ist für ${address} (${segment}) gelinkt, wo dieses Board keinen Speicher hat: für ${base} oder höher linken`,
  'boot-file-not-set': ({ what }) => `kein ${what} gesetzt: unter Hardware eine Datei wählen`,
  'boot-file-missing': ({ what, path }) => `Datei nicht gefunden (${what}): ${path}: zurücklegen oder eine andere wählen`,
  'boot-no-marker': ({ template = 'diese Konfiguration' }) =>
    `${template} hat keine Startmarke: die Maschine ohne gespeicherten Start anlegen und starten`,
  'boot-stopped': ({ why }, say) => `die Maschine endete während des Starts: ${say(why)}`,
  'boot-no-prompt': ({ minutes, lastLine }) =>
    `nach ${minutes} Minuten war keine Eingabeaufforderung da; die letzte Zeile war: ${lastLine}`,
} satisfies Partial<ErrorWords>;
