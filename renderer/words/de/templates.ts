/** The templates that come with the program, by what they say in English; what a person wrote stays. */

const TITLES: Readonly<Record<string, string>> = {
  'Debian Linux': 'Debian Linux',
  'Debian Linux with SSH': 'Debian Linux mit SSH',
  'Debian on a disk': 'Debian auf einer Platte',
  Hello: 'Hallo',
};
const DESCRIPTIONS: Readonly<Record<string, string>> = {
  'A small demo without an operating system: it greets, echoes, and shows memory and time. Nothing to download.':
    'Eine kleine Vorführung ohne Betriebssystem: Sie grüßt, gibt Eingaben zurück und zeigt Speicher und Zeit. Nichts zu laden.',
  "Debian's own kernel for cloud machines with a BusyBox shell and an SSH server for viv ssh and viv cp, running from memory. The parts are downloaded once through apt.":
    'Der Debian-Kernel für Cloud-Maschinen mit einer BusyBox-Shell und einem SSH-Server für viv ssh und viv cp, läuft im Arbeitsspeicher. Die Teile werden einmal über apt geladen.',
  "Debian's own kernel with a BusyBox shell and an SSH server for viv ssh and viv cp, running from memory. The parts are downloaded once through apt.":
    'Der Debian-Kernel mit einer BusyBox-Shell und einem SSH-Server für viv ssh und viv cp, läuft im Arbeitsspeicher. Die Teile werden einmal über apt geladen.',
  "Debian's own kernel for cloud machines with a BusyBox shell, running from memory. The parts are downloaded once.":
    'Der Debian-Kernel für Cloud-Maschinen mit einer BusyBox-Shell, läuft im Arbeitsspeicher. Die Teile werden einmal geladen.',
  "Debian's own kernel with a BusyBox shell, running from memory. The parts are downloaded once.":
    'Der Debian-Kernel mit einer BusyBox-Shell, läuft im Arbeitsspeicher. Die Teile werden einmal geladen.',
  'A full Debian with systemd and apt on a disk of its own, so what you do there is kept. It is installed once, which takes some minutes; every machine starts from that.':
    'Ein vollständiges Debian mit systemd und apt auf einer eigenen Platte; was dort geschieht, bleibt. Es wird einmal installiert, was einige Minuten dauert; jede Maschine beginnt damit.',
};
export function templateText(english: string): string {
  const [, title = '', architecture = ''] = /^(.+?)( \(\w+\))?$/.exec(english) ?? [];
  return DESCRIPTIONS[english] ?? (TITLES[title] === undefined ? english : `${TITLES[title]}${architecture}`);
}
