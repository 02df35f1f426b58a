import { problem } from '../problems.ts';
import type { ErrorWords } from './phrases.ts';

export const generalErrors = {
  outside: ({ detail }) => detail,
  'internal-fault': ({ detail }) => `in Vivarium ist etwas schiefgegangen: ${detail}`,
  text: ({ text }) => text,
  cancelled: () => 'abgebrochen',
  'program-ending': () => 'das Programm wird beendet',
  'thread-ending': () => 'der Speicher-Thread wird beendet',
  'thread-ended': () => 'der Speicher-Thread endete unerwartet: noch einmal versuchen',
  'call-unknown': ({ call }) => `den Aufruf ${call} gibt es nicht`,
  'calls-too-many': ({ most }) => `mehr als ${most} Aufrufe zugleich`,
  'consoles-too-many': ({ most }) => `mehr als ${most} Konsolen zugleich`,
  'arguments-count': ({ wanted, given }) => `der Aufruf braucht ${wanted} Argumente, nicht ${given}`,
  'argument-invalid': ({ where, field, message }) =>
    /^[A-Z]/.test(message)
      ? (problem(message) ?? message)
      : `${[where, field].filter((part) => part !== '').join('.')}: ${problem(message) ?? message}`,
  'field-invalid': ({ field, why }, say) => `${field}: ${say(why)}`,
  'wire-message-too-long': () => 'die Nachricht ist zu lang',
  'wire-frame-unexpected': () => 'ein Client sendet nur Eingaben und Bestätigungen',
  'wire-frame-unknown': () => 'kein Rahmen dieses Programms',
  'wire-acknowledgement-wrong': () => 'eine Bestätigung hat vier Bytes',
  'wire-message-not-json': () => 'eine Nachricht muss JSON von mäßiger Größe sein',
  'wire-message-unknown': () => 'diese Art von Nachricht gibt es nicht',
  'wire-lost': () => 'die Verbindung zu Vivarium ging verloren; sie wird wiederhergestellt',
  'wire-other-version': ({ version }) => `Vivarium ${version} läuft schon, und dies ist eine andere Version; jenes erst beenden`,
  'wire-not-connected': () => 'noch nicht mit Vivarium verbunden',
  'wire-program-ended': () => 'das Programm, das die Maschinen ausführt, ist beendet',
  'port-unusable': ({ port, why, detail, other }) => {
    const reasons = {
      'in use': 'wird von einem anderen Programm benutzt',
      permission: 'verlangt besondere Rechte',
      other: `kann nicht verwendet werden (${detail})`,
    };
    return `Port ${port} ${reasons[why]}: einen anderen wählen, zum Beispiel ${other}`;
  },
  'socket-unusable': ({ path, detail }) => `der Socket ${path} lässt sich nicht öffnen: ${detail}`,
  'task-failed': () => 'der Vorgang ist fehlgeschlagen',
  'task-gone': () => 'diesen Vorgang gibt es nicht mehr',
  'task-not-retried': () => 'dieser Vorgang lässt sich nicht wiederholen: dort neu beginnen, wo er begonnen wurde',
  'leaving-told-to-quit': () => 'sofortiges Beenden wurde verlangt',
  'leaving-took-too-long': ({ minutes }) => `es dauerte länger als ${minutes} Minuten`,
  'job-unknown': ({ job }) => `eine Aufgabe „${job}“ gibt es nicht`,
} satisfies Partial<ErrorWords>;
