/** What is wrong with a value, by what the schemas say of it in English: sentences that stand beside a field. */

const PROBLEMS: readonly (readonly [RegExp, string])[] = [
  [/^must be text of (\d+) to (\d+) characters$/, 'Text von $1 bis $2 Zeichen'],
  [/^has control characters or direction marks in it: "(.*)"$/s, 'Enthält Steuerzeichen oder Richtungsmarken: „$1“'],
  [/^must be a whole number of (\S+) from (\d+) to (\d+)$/, 'Eine ganze Zahl von $2 bis $3 ($1)'],
  [/^must be a whole number from (\d+) to (\d+)$/, 'Eine ganze Zahl von $1 bis $2'],
  [/^must be a number from (\d+) to (\d+)$/, 'Eine Zahl von $1 bis $2'],
  [/^can have no value here$/, 'Darf hier keinen Wert haben'],
  [/^can only be (.*) here$/, 'Kann hier nur $1 sein'],
  [/^must be one of (.*)$/, 'Eines von $1'],
  [/^must be true or false$/, 'true oder false'],
  [/^must be a list of at most (\d+)$/, 'Eine Liste mit höchstens $1 Einträgen'],
  [/^must be an object( with the fields of one)?$/, 'Ein Objekt'],
  [/^is not a known field$/, 'Kein bekanntes Feld'],
  [/^is missing$/, 'Fehlt'],
  [
    /^must be a word of (\d+) to (\d+) characters without spaces or commas, and not "(\w+)"$/,
    'Ein Wort von $1 bis $2 Zeichen ohne Leerzeichen und Kommas, nicht „$3“',
  ],
  [
    /^must be a name of up to (\d+) letters, digits, "\." and "-", other than (\w+) and (\w+)$/,
    'Ein Name aus bis zu $1 Buchstaben, Ziffern, „.“ und „-“, nicht $2 oder $3',
  ],
  [/^must be nat or the name of a network$/, 'nat oder der Name eines Netzwerks'],
  [/^must be six bytes as in (\S+), the first of them even$/, 'Sechs Bytes wie $1, das erste gerade'],
  [/^must be an address of this computer, as (.*) or (.*)$/, 'Eine Adresse dieses Computers, etwa $1 oder $2'],
  [
    /^must be an address, a network as (\S+), lan or \*, each perhaps with a port as (\S+) or (\S+)$/,
    'Eine Adresse, ein Netzwerk wie $1, lan oder *, jeweils auch mit einem Port wie $2 oder $3',
  ],
  [/^must be the whole path of a folder, as (.*)$/, 'Der vollständige Pfad eines Ordners, etwa $1'],
  [
    /^must be 1 to (\d+) letters, digits, dots, dashes and underscores, and must not begin with a dot or dash$/,
    '1 bis $1 Buchstaben, Ziffern, Punkte, Binde- und Unterstriche, nicht mit Punkt oder Bindestrich am Anfang',
  ],
  [
    /^must be a name of letters, digits, "\.", "\+", "_" and "-", at most (\d+), as in "(.*)"$/,
    'Ein Name aus höchstens $1 Buchstaben, Ziffern, „.“, „+“, „_“ und „-“, etwa „$2“',
  ],
  [/^Choose the (.*) to (boot|run)\.$/, 'Eine Datei zum Starten wählen'],
  [/^A disk’s size must be a multiple of (\d+) bytes\.$/, 'Die Größe einer Platte muss ein Vielfaches von $1 Byte sein'],
  [
    /^A qcow2 image is never written: .*$/,
    'Ein qcow2-Abbild wird nie beschrieben: Schreibzugriffe in einem Overlay behalten, beim Ausschalten verwerfen oder die Platte schreibschützen',
  ],
  [/^There is already a port with this name\.$/, 'Einen Port mit diesem Namen gibt es schon'],
  [
    /^The .* of a machine cannot be changed: create another machine\.$/,
    'Das lässt sich an einer Maschine nicht ändern: eine andere Maschine anlegen',
  ],
];

/** The fault in German, without its full stop; nothing where only a schema knows it. */
export function problem(message: string): string | undefined {
  const [pattern, words] = PROBLEMS.find(([each]) => each.test(message)) ?? [];
  return pattern && words !== undefined ? message.replace(pattern, words) : undefined;
}
