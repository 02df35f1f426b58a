/** In German, what the contracts say in English. */
import type { Catalogue } from '../../../emulator/error/coded-error.ts';
import type { ContractWords } from '../contract-shape.ts';
import { germanErrors } from './errors/index.ts';
import { fields, placeholder } from './fields.ts';
import { problem } from './problems.ts';
import { partsReason, taskMessage, taskTitle } from './tasks-told.ts';
import { shellWords } from './shell-words.ts';
import { templateText } from './templates.ts';
import { flowState, lastTime, outcomeWords, unreachedWords } from './traffic.ts';

const errors: Catalogue = Object.fromEntries(Object.entries(germanErrors).map(([code, words]) => [code, { kind: 'told', words }]));

export const germanContract: ContractWords = {
  errors,
  taskTitle,
  taskMessage,
  partsReason,
  uses: {
    shared: 'Von Maschinen geteilt oder frei im Speicher',
    systems: 'Für Vorlagen installierte Systeme',
    imported: 'Importierte Plattenabbilder',
    cache: 'Geladene Teile der Vorlagen und Zwischenspeicher',
    consoles: 'Konsolenverlauf',
    records: 'Konfigurationen und Einstellungen',
  },
  flowState,
  outcomeWords,
  unreachedWords,
  lastTime,
  fields,
  placeholder,
  templateText,
  shellWords,
  problem,
};
