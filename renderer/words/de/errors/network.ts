import { does, listed, quoted, type ErrorWords } from './phrases.ts';

export const networkErrors = {
  'network-address-wrong': ({ address }) =>
    `${quoted(address)} ist keine Adresse einer Netzwerkkarte: sechs Bytes angeben, etwa 52:54:00:12:34:56, das erste gerade`,
  'network-absent': ({ card }) => `die Maschine hat keine Netzwerkkarte ${card}`,
  'network-takes-no-messages': ({ card }) => `die Verbindung der Netzwerkkarte ${card} nimmt keine Nachrichten an`,
  'machine-no-card': ({ name, card, cards }) =>
    cards === 0
      ? `${quoted(name)} hat keine Netzwerkkarte: unter Netzwerk eine hinzufügen`
      : `${quoted(name)} hat keine Netzwerkkarte ${card}: Die letzte ist ${cards}`,
  'machine-no-nat': ({ name }) =>
    `${quoted(name)} läuft ohne ein Netzwerk, das von diesem Computer in ihren Gast führt: eine Karte mit nat hinzufügen und neu starten`,
  'network-unknown': ({ name, known }) =>
    known.length === 0
      ? `ein Netzwerk ${quoted(name)} gibt es nicht: unter Netzwerke anlegen`
      : `ein Netzwerk ${quoted(name)} gibt es nicht: Vorhanden sind nat, ${known.join(', ')}`,
  'network-taken': ({ name }) => `ein Netzwerk ${quoted(name)} gibt es schon`,
  'networks-too-many': ({ most }) => `es gibt ${most} Netzwerke, mehr haben keine Adressen: eines löschen`,
  'network-full': ({ name }) => `das Netzwerk ${quoted(name)} hat keine Adresse für eine weitere Karte`,
  'network-in-use': ({ name, machines }) =>
    `das Netzwerk ${quoted(name)} wird von ${listed(machines)} benutzt: deren Karten erst ein anderes geben`,
  'network-in-use-by-run': ({ name, machines }) =>
    `das Netzwerk ${quoted(name)} wird von ${listed(machines)} benutzt, gestartet mit viv run: das erst beenden`,
  'network-ended': () => 'das Netzwerk ist beendet',
  'stream-machine-ended': () => 'die Maschine ist beendet',
  'stream-broken': () => 'der Gast hat die Verbindung abgebrochen',
  'stream-guest-changed': () => 'die Verbindung ist weg: Die Maschine ging zu einem Snapshot zurück, wurde zurückgesetzt oder wird beendet',
  'guest-port-closed': ({ port }) => `im Gast lauscht nichts an Port ${port}`,
  'guest-port-silent': ({ port }) =>
    `der Gast antwortet an Port ${port} nicht: Vielleicht ist er beschäftigt, oder seine Firewall verwirft, was kommt`,
  'guest-network-apart': () => 'das Netzwerk ihrer Karte führt nicht zu diesem Computer: eine Karte mit nat geben',
  'guest-no-network': () => 'der Gast hat noch kein Netzwerk: Er hat seit 30 Sekunden nicht nach einer Adresse gefragt',
  'guest-connections-too-many': () => 'der Gast hat zu viele Verbindungen: einige schließen und noch einmal versuchen',
  'command-too-long': ({ most }) => `der Befehl ist länger als ${most} Byte, das meiste, was Linux nimmt`,
  'command-zero-byte': () => 'ein Befehl darf kein Nullbyte enthalten',
  'commands-too-many': ({ most }) => `im Gast laufen schon ${most} Befehle`,
  'guest-lost': ({ why }, say) => say(why),
  'guest-is-lost': ({ name, why }, say) => `${quoted(name)}: ${say(why)}`,
  'guest-off': ({ name, state, why }, say) => `${quoted(name)} ${does(state)} (${say(why)}): erst starten`,
  'guest-paused': ({ name }) => `${quoted(name)} ist pausiert: erst fortsetzen`,
  'guest-starting': ({ name }) => `${quoted(name)} startet noch: gleich noch einmal versuchen`,
  'guest-no-agent-port': ({ name, port }) =>
    `${quoted(name)} läuft ohne den Port ${port}, den Befehle brauchen: Sie wurde von einer früheren Version gestartet oder nicht aus einer Linux-Vorlage angelegt. Eine Maschine einer solchen Vorlage bekommt ihn nach Ausschalten und Starten`,
  'guest-not-frozen': ({ detail }) => `die Dateisysteme des Gasts ließen sich nicht zur Ruhe bringen: ${detail}`,
  'guest-silent': ({ name, seconds }) =>
    `der Gast von ${quoted(name)} hat innerhalb von ${seconds} Sekunden nicht geantwortet: Er ist nicht gestartet oder führt den Agenten nicht aus`,
  'card-address-taken': ({ network, machine, other, card }) =>
    `${listed([machine])} und ${quoted(other)} haben im Netzwerk ${quoted(network)} dieselbe Kartenadresse (${card}): Das Kabel von ${quoted(machine)} ist gezogen. Eine andere Adresse oder ein anderes Netzwerk geben`,
} satisfies Partial<ErrorWords>;
