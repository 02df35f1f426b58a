import type { tour as english } from '../en/tour.ts';
import type { Translation } from '../shape.ts';

export const tour: Translation<typeof english> = {
  title: 'Rundgang',
  take: 'Rundgang beginnen',
  boot: 'Ein Linux starten',
  type: 'Einen Befehl tippen',
  snapshot: 'Einen Snapshot aufnehmen',
  stepDone: '(erledigt)',
  sayBoot: 'Vivarium emuliert einen ganzen Computer. Der erste Schritt startet einen mit {title}.',
  sayType: 'Das ist die Konsole des Gasts. uname -a und Enter eingeben: Es sagt, welches Linux auf welchem Prozessor läuft.',
  saySnapshot: 'Ein Snapshot bewahrt Arbeitsspeicher, Geräte und Platten, wie sie jetzt sind, während die Maschine weiterläuft.',
  sayDone: 'Fertig: Was der Maschine auch geschieht, Wiederherstellen auf ihrer Zeitleiste bringt diesen Moment zurück.',
  bootNow: '{title} starten',
  starting: 'Startet',
  toConsole: 'Zur Konsole gehen',
  takeIt: 'Den Snapshot aufnehmen',
  firstName: 'erster Snapshot',
  toTimeline: 'Die Zeitleiste zeigen',
  end: 'Rundgang beenden',
  close: 'Schließen',
  machine: 'einer Maschine',
};
