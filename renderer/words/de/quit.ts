import type { quit as english } from '../en/quit.ts';
import type { Translation } from '../shape.ts';

export const quit: Translation<typeof english> = {
  title: '„{name}“ läuft noch|{count} Maschinen laufen noch',
  saves:
    'Beim Beenden wird {names} samt Arbeitsspeicher gesichert und läuft beim nächsten Start genau hier weiter.|Beim Beenden werden {names} samt Arbeitsspeicher gesichert und laufen beim nächsten Start genau hier weiter.',
  stops:
    'Beim Beenden wird {names} ausgeschaltet. Was noch nicht auf die Platte geschrieben ist, geht verloren; der Konsolenverlauf bleibt.|Beim Beenden werden {names} ausgeschaltet. Was noch nicht auf die Platte geschrieben ist, geht verloren; der Konsolenverlauf bleibt.',
  keepRunning: 'Weiterlaufen lassen',
  save: 'Sichern und beenden',
  stop: 'Ausschalten und beenden',
  quit: 'Beenden',
  savesIt: 'Beim Beenden wird sie samt Arbeitsspeicher gesichert und läuft beim nächsten Start genau hier weiter.',
  stopsIt: 'Beim Beenden wird sie ausgeschaltet. Was noch nicht auf die Platte geschrieben ist, geht verloren; der Konsolenverlauf bleibt.',
};
