import type { welcome as english } from '../en/welcome.ts';
import type { Translation } from '../shape.ts';

export const welcome: Translation<typeof english> = {
  ready: 'Alles Nötige ist schon auf diesem Computer.',
  downloads: 'Lädt einmalig {size}; ohne Administratorrechte.',
  downloadsKernel: 'Lädt einmalig den Kernel; ohne Administratorrechte.',
  title: 'Linux in einem Fenster',
  about:
    'Vivarium emuliert einen vollständigen {architecture}-Computer: Prozessor, Arbeitsspeicher und Geräte. Linux beim Start auf der seriellen Konsole zusehen und dann seine Shell benutzen.',
  boot: 'Debian Linux jetzt starten',
  cannotBoot: 'Debian Linux kann gerade nicht gestartet werden.',
  runInstead: 'Stattdessen {title} ausführen',
  ownFiles: 'Maschine aus eigenen Dateien anlegen',
};
