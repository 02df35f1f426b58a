/** The fields of a machine, by their paths in the declaration. */
import type { ContractWords } from '../contract-shape.ts';

const LINES = 'Je Zeile';

export const fields: ContractWords['fields'] = {
  name: { label: 'Name' },
  note: { label: 'Notiz', hint: () => 'Nur für die eigene Übersicht; der Gast sieht sie nicht.' },
  group: { label: 'Gruppe', hint: () => 'Maschinen einer Gruppe stehen in der Liste beisammen.' },
  tags: { label: 'Schlagwörter', hint: () => `${LINES} ein Wort. Die Liste der Maschinen wird danach durchsucht und gefiltert.` },
  template: { label: 'Vorlage' },
  board: { label: 'Board' },
  'boot.kind': {
    label: 'Starten von',
    fact: 'Art des Starts',
    choices: { linux: { label: 'Linux-Kernel' }, bare: { label: 'Reines Programm' }, firmware: { label: 'Firmware' } },
  },
  'boot.kernel': { label: 'Kernel' },
  'boot.initrd': { label: 'Initrd', fact: 'initrd' },
  'boot.commandLine': { label: 'Kernelparameter' },
  'boot.program': { label: 'Programm' },
  'boot.firmware': { label: 'Firmware' },
  disks: { label: 'Platten' },
  memoryMiB: {
    label: 'Arbeitsspeicher',
    hint: ({ memoryMiB: { min, max } }) => `Von ${min} bis ${max} MiB. Wird erst bei Gebrauch belegt.`,
  },
  cores: { label: 'Kerne', hint: ({ cores: { min, max } }) => `Von ${min} bis ${max}.` },
  engine: {
    label: 'Ausführung',
    choices: {
      auto: {
        label: 'Automatisch',
        about: 'Interpretiert anfangs und übersetzt, was oft läuft. Am besten für alles außer Fehlersuche.',
      },
      interpreter: { label: 'Nur Interpreter', about: 'Langsamer, aber gleichmäßig; braucht am wenigsten Speicher.' },
      compiler: { label: 'Nur Compiler', about: 'Übersetzt allen Code, bevor er läuft. Um den Compiler zu prüfen.' },
    },
  },
  virtio: {
    label: 'Virtio-Geräte',
    fact: 'Bus der Virtio-Geräte',
    hint: () => 'Der Bus von Platten, Konsolen und Zufallsquelle. Für PCI braucht Linux virtio_pci.',
    choices: { mmio: { label: 'Im Speicher (virtio-mmio)' }, pci: { label: 'Am PCI-Bus (virtio-pci)' } },
  },
  devices: {
    label: 'Weitere Geräte',
    choices: { edu: { label: 'Lehrgerät (edu)', about: 'Das PCI-Gerät von QEMU zum Erlernen von Treibern (1234:11e8).' } },
  },
  networks: {
    label: 'Netzwerkkarten',
    hint: ({ networksMax }) =>
      `${LINES} eine Karte, höchstens ${networksMax}: nat ist ein privates Netzwerk hinter der Adresse dieses Computers; jeder andere Name ist ein Netzwerk, das Maschinen teilen. Mehr nach Kommas: mac=52:54:00:12:34:56, host-port=8000 (der Gast erreicht diesen Port dieses Computers unter 10.0.2.2), deny=lan, und rate=1M, delay=40, loss=1 oder unplugged für das Kabel; außer mac= und mtu= gilt alles sofort.`,
  },
  forwards: {
    label: 'Portweiterleitungen',
    hint: () =>
      `${LINES} eine: Port dieses Computers, Doppelpunkt, Port des Gasts, etwa 2222:22 oder 0.0.0.0:5353:53/udp. Änderungen gelten sofort.`,
  },
  shares: {
    label: 'Freigaben',
    hint: ({ sharesMax }) =>
      `${LINES} eine, höchstens ${sharesMax}: ein Ordner dieses Computers, dann nach Kommas tag=NAME und readonly, etwa /home/ich/arbeit,tag=arbeit. Ein Gast hängt sie mit mount -t virtiofs arbeit /mnt ein; Debian-Vorlagen haben sie unter /mnt/arbeit, im Betrieb hinzugekommene unter /mnt/shares/arbeit.`,
  },
  ports: { label: 'Konsolenports' },
  checkpoints: { label: 'Automatische Prüfpunkte' },
  onReboot: {
    label: 'Wenn der Gast neu startet',
    fact: 'Verhalten beim Neustart des Gasts',
    choices: {
      restart: { label: 'Wieder starten', about: 'Wie ein Computer.' },
      stop: { label: 'Ausschalten', about: 'Für Installationen und für Gäste, die durch einen Fehler neu starten.' },
    },
  },
  onOpen: {
    label: 'Wenn Vivarium geöffnet wird',
    fact: 'Verhalten beim Öffnen von Vivarium',
    choices: {
      stay: { label: 'So lassen', about: 'Sie startet, wenn jemand sie startet.' },
      start: {
        label: 'Starten',
        about: 'Sie läuft dort weiter, wo sie gesichert wurde. Für Server, die immer da sein sollen, wenn Vivarium da ist.',
      },
    },
  },
  onQuit: {
    label: 'Wenn Vivarium beendet wird',
    fact: 'Verhalten beim Beenden von Vivarium',
    choices: {
      save: { label: 'Sichern', about: 'Sie geht in den Ruhezustand und läuft beim nächsten Start dort weiter.' },
      stop: { label: 'Ausschalten', about: 'Wie ein gezogener Stecker: Was nicht auf die Platte geschrieben ist, geht verloren.' },
    },
  },
};

const PLACEHOLDERS: Readonly<Record<string, string>> = {
  None: 'Keines',
  'None yet': 'Noch keine',
  'Built in': 'Eingebaut',
  'An Image, a gzipped Image or an ELF kernel': 'Ein Image, ein mit gzip gepacktes Image oder ein ELF-Kernel',
  'A bzImage, an ELF kernel or a multiboot kernel': 'Ein bzImage, ein ELF- oder ein Multiboot-Kernel',
  'An ELF or a raw binary that runs in M-mode': 'Ein ELF- oder ein rohes Programm für den M-Modus',
  'A multiboot program or an ELF file that runs in 64-bit mode': 'Ein Multiboot-Programm oder eine ELF-Datei für den 64-Bit-Modus',
};
export const placeholder = (english: string): string =>
  PLACEHOLDERS[english] ??
  english.replace(/^From the template /, 'Aus der Vorlage ').replace(/^For example (.+)’s (.+)$/, 'Zum Beispiel $2 von $1');
