/** The form of Debian's control data (deb822(5)): stanzas of `Field: value`, with an empty line between them. */

/** Field names are lower-cased; a value may continue on indented lines, which are kept as they are. */
export function parseStanzas(text: string): Map<string, string>[] {
  const stanzas: Map<string, string>[] = [];
  let fields = new Map<string, string>();
  let last = '';
  for (const line of [...text.split('\n'), '']) {
    if (line.startsWith('#')) continue;
    if (line.trim() === '') {
      if (fields.size > 0) stanzas.push(fields);
      fields = new Map();
    } else if (/^\s/.test(line)) fields.set(last, `${fields.get(last) ?? ''}\n${line}`);
    else {
      const colon = line.indexOf(':');
      last = line.slice(0, colon).trim().toLowerCase();
      fields.set(last, line.slice(colon + 1).trim());
    }
  }
  return stanzas;
}
