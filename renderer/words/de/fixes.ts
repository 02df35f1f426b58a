import type { fixes as english } from '../en/fixes.ts';
import type { Translation } from '../shape.ts';

export const fixes: Translation<typeof english> = {
  chooseImage: 'Abbild auswählen …',
  chooseFolder: 'Ordner auswählen …',
  changeMemory: 'Arbeitsspeicher ändern …',
  editHardware: 'Hardware bearbeiten',
  editCards: 'Netzwerkkarten bearbeiten …',
  changePort: 'Port ändern …',
  showHardware: 'Hardware anzeigen',
  showTimeline: 'Zeitleiste anzeigen',
  showUsage: 'Belegung anzeigen',
  changeMirror: 'Spiegelserver ändern …',
};
