/** Connections, questions for names and what was out of reach. */
import type { FlowReport, QuestionReport, UnreachedReport } from '../../../preload/contract/card-activity.ts';

const FLOW_STATES: Readonly<Record<FlowReport['state'], string>> = {
  connecting: 'Im Aufbau',
  open: 'Offen',
  closed: 'Geschlossen',
  broken: 'Abgebrochen',
};
export const flowState = ({ protocol, state }: FlowReport): string =>
  protocol === 'tcp' ? FLOW_STATES[state] : state === 'open' ? 'In beide Richtungen' : 'Noch keine Antwort';

const OUTCOMES: Readonly<Record<QuestionReport['outcome'], string>> = {
  answered: 'beantwortet',
  empty: 'den Namen gibt es, ohne diese Art von Eintrag',
  missing: 'diesen Namen gibt es nicht',
  failed: 'die Nameserver dieses Computers gaben keine Antwort',
  closed: 'nicht beantwortet: das Netzwerk führt nirgends hin',
  busy: 'nicht beantwortet: zu viele Fragen zugleich',
  unsupported: 'keine Frage, die sich beantworten lässt',
};
export const outcomeWords = ({ outcome, addresses }: QuestionReport): string =>
  addresses.length > 0 ? addresses.join(', ') : OUTCOMES[outcome];

const UNREACHED: Readonly<Record<UnreachedReport['why'], string>> = {
  'host port closed': 'Die Ports dieses Computers sind für den Gast geschlossen.',
  'nobody there': 'Keine Maschine in diesem Netzwerk hat diese Adresse.',
  isolated: 'Dieses Netzwerk führt sonst nirgends hin.',
  'not allowed': 'Keine der Stellen, die diese Karte erlaubt. Sie stehen in Hardware, Netzwerk: allow=STELLE.',
  denied: 'Diese Karte verbietet es. Was sie verbietet, steht in Hardware, Netzwerk: deny=STELLE.',
  'this computer':
    'Eine Adresse dieses Computers selbst. Seine Dienste sind für Gäste geschlossen; einzelne Ports mit host-port=PORT öffnen und die Adresse des Gateways verwenden.',
  reserved: 'Loopback-, Link-local-, Multicast- und Broadcast-Adressen sind von einem Gast aus nie erreichbar.',
  refused: 'Abgelehnt: An diesem Port lauscht niemand.',
  'no host': 'Keine Antwort: Der Rechner ist aus oder existiert nicht.',
  'no network': 'Dieser Computer hat keinen Weg dorthin.',
  prohibited: 'Die Firewall dieses Computers erlaubt es nicht.',
  ping: 'Ping erreicht nur das Gateway. Stattdessen eine TCP-Verbindung versuchen.',
  'too many': 'Zu viele Verbindungen zugleich oder in einer Sekunde begonnen.',
};
export const unreachedWords = ({ why, port, protocol }: UnreachedReport): string =>
  why === 'host port closed' && (protocol === 'tcp' || protocol === 'udp')
    ? `${UNREACHED[why]} Um diesen zu öffnen, der Karte in Hardware, Netzwerk host-port=${port} hinzufügen.`
    : UNREACHED[why];

/** `vor 12 s, 3-mal`. */
export function lastTime({ ago, count }: { readonly ago: number; readonly count: number }): string {
  const seconds = Math.round(ago / 1000);
  const units = [
    { most: 120, text: `vor ${seconds} s` },
    { most: 7200, text: `vor ${Math.round(seconds / 60)} min` },
    { most: Infinity, text: `vor ${Math.round(seconds / 3600)} h` },
  ];
  const when = seconds < 2 ? 'gerade eben' : (units.find(({ most }) => seconds < most)?.text ?? '');
  return count > 1 ? `${when}, ${count}-mal` : when;
}
