/** The optional sections after a qcow2 header (section "Header extensions"): the ones a reader needs. */
import { DiskImageError } from '../disk-image.ts';
import { EXTENSION, viewOf } from './format.ts';

export interface Extensions {
  /** The format of the backing file as written, for example "raw". */
  readonly backingFormat: string | undefined;
  /** What the writer called incompatible features, by bit. */
  readonly incompatibleNames: ReadonlyMap<number, string>;
}

const PREFIX_BYTES = 8;
/** One entry of the feature name table: type, bit, name. */
const NAME_ENTRY_BYTES = 48;

/**
 * Reads the extensions.
 * @param area what lies between the header and the backing file's name, or the end of the first cluster
 * @throws DiskImageError when an extension is longer than the area
 */
export function readExtensions(area: Uint8Array): Extensions {
  const view = viewOf(area);
  let backingFormat: string | undefined;
  const incompatibleNames = new Map<number, string>();
  for (let at = 0; at + PREFIX_BYTES <= area.length;) {
    const type = view.getUint32(at);
    const length = view.getUint32(at + 4);
    if (type === EXTENSION.end) break;
    const start = at + PREFIX_BYTES;
    if (length > area.length - start) {
      throw new DiskImageError('image-damaged', { finding: `a header extension at byte ${at} of them would be ${length} bytes long` });
    }
    const data = area.subarray(start, start + length);
    if (type === EXTENSION.backingFormat) backingFormat = textOf(data) ?? 'unreadable';
    if (type === EXTENSION.featureNames) readNames(data, incompatibleNames);
    at = start + Math.ceil(length / 8) * 8;
  }
  return { backingFormat, incompatibleNames };
}

function readNames(table: Uint8Array, into: Map<number, string>): void {
  for (let at = 0; at + NAME_ENTRY_BYTES <= table.length; at += NAME_ENTRY_BYTES) {
    if (table[at] !== 0) continue;
    const name = table.subarray(at + 2, at + NAME_ENTRY_BYTES);
    const end = name.indexOf(0);
    // A name goes into a message: printable ASCII only.
    const text = textOf(end < 0 ? name : name.subarray(0, end))?.replace(/[^ -~]/g, '?');
    if (text) into.set(table[at + 1] ?? 0, text);
  }
}

/** UTF-8 as text, or nothing where it is none. This room has no TextDecoder: that belongs to hosts. */
export function textOf(bytes: Uint8Array): string | undefined {
  try {
    return decodeURIComponent([...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''));
  } catch {
    return undefined;
  }
}
