import type { shell as english } from '../en/shell.ts';
import type { Translation } from '../shape.ts';

export const shell: Translation<typeof english> = {
  title: '{name} ({state}) – Vivarium',
  readingLibrary: 'Bibliothek wird gelesen …',
  connecting: 'Verbindung zu Vivarium wird hergestellt …',
  restarted: 'Vivarium wurde neu gestartet',
  restartedAbout:
    'und erkennt diese Seite nicht mehr. Die Adresse öffnen, die in seinem Terminal steht. Nicht gespeicherte Formulare bleiben erhalten.',
  ended: 'Vivarium wurde beendet.',
  endedAbout:
    'Laufende Maschinen wurden nach ihren Einstellungen gesichert oder ausgeschaltet. Vivarium neu starten und die ausgegebene Adresse öffnen; nicht gespeicherte Formulare bleiben erhalten.',
  lost: 'Verbindung verloren.',
  lostAbout: 'Vivarium antwortet nicht. Nicht gespeicherte Formulare bleiben erhalten; das Fenster verbindet sich selbsttätig neu.',
  reconnect: 'Jetzt verbinden',
};
