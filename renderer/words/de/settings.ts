import type { settings as english } from '../en/settings.ts';
import type { Translation } from '../shape.ts';

export const settings: Translation<typeof english> = {
  system: 'System',
  light: 'Hell',
  dark: 'Dunkel',
  normal: 'Normal',
  high: 'Hoch',
  likeWindow: 'Wie das Fenster',
  title: 'Einstellungen',
  theme: 'Farbschema',
  contrast: 'Kontrast',
  consoles: 'Konsolen',
  fontSize: 'Schriftgröße der Konsole',
  fontSizeHint: '8 bis 32 Pixel. Strg und + oder − in einer Konsole ändern sie ebenfalls.',
  scrollback: 'Zeilenpuffer',
  scrollbackHint: 'Zeilen der Konsolenausgabe, die das Fenster behält, {least} bis {most}. Die Bibliothek führt ihren eigenen Verlauf.',
  resumeInterrupted: 'Beim Start von Vivarium die Maschinen fortsetzen, die bei seinem Ende liefen',
  version: 'Version',
  address: 'Adresse',
  addressHint: 'gilt in diesem Browser, solange Vivarium läuft.',
  library: 'Bibliothek',
  check: 'Prüfen …',
  language: 'Sprache',
  languageUnavailable: 'Die Texte dieser Sprache konnten nicht geladen werden: Seite neu laden und die Sprache erneut wählen',
  mirrorProblem: 'Eine Adresse wie http://HOST/debian: was dort vor „/dists“ steht.',
  mirrorHint:
    'Woher die Teile der Debian-Vorlagen geladen werden, etwa http://HOST/debian. Leer: über apt dieses Computers. Bei jedem Spiegel wird nur verwendet, was die Schlüssel von Debian signiert haben.',
  mirrorNamed: 'VIVARIUM_MIRROR in der Umgebung geht dieser Einstellung vor: Die Teile kommen von {address}.',
  mirror: 'Debian-Spiegelserver',
};
