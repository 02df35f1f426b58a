/** Templates and the files they need: what can be booted, what is cached, what has to be fetched. */
import { args, nothing, path, receivedFile, receivedPiece, templateName } from './checks.ts';
import { call, contract, event } from './contract.ts';
import type { MachineDefinition } from './definition/schema.ts';
import type { Fault } from '../../emulator/error/coded-error.ts';

export interface TemplateStatus {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** Of its board's cores. */
  readonly architecture: string;
  readonly board: MachineDefinition['board'];
  readonly memoryMiB: number;
  readonly cores: number;
  /** Whether all parts are here; if not, whether they can be fetched. */
  readonly parts: 'ready' | 'fetchable' | 'unavailable';
  /** Where its parts come from: with the program, once by a download through apt or from a Debian mirror, or from a machine that was saved. */
  readonly source: 'program' | 'apt' | 'mirror' | 'machine';
  /** Of one that was saved from a machine: whether its machines go on from memory. */
  readonly hasMemory?: boolean;
  /** Why its parts cannot be had, where they are unavailable. */
  readonly trouble?: Fault;
  /** Bytes still to fetch, where known. */
  readonly fetchBytes?: number;
  /** What its installed disk takes on this computer, in bytes; about, while it is not installed. Absent: it has none. */
  readonly diskBytes?: number;
  /** Whether its booted state is stored; false: it is made once, at the first use. Absent: it cannot be had booted. */
  readonly booted?: boolean;
}

/** What a file is, judged by its content. */
export interface FileInspection {
  readonly path: string;
  readonly sizeBytes: number;
  readonly kind:
    /** A Linux kernel as it is loaded. */
    | 'kernel-image'
    /** An ELF file; a kernel may be one. */
    | 'program'
    /** A kernel that is unpacked when it is loaded. */
    | 'packed-kernel'
    | 'initrd'
    | 'disk'
    /** A disk image that has to be converted first. */
    | 'foreign-disk'
    /** A disk image that has to be unpacked first. */
    | 'compressed-disk'
    /** A program for an architecture that no board has. */
    | 'other-architecture'
    | 'unrecognised';
  /** Of a kernel or program: for whom it is, as boards name their architecture; absent where the file does not say. */
  readonly architecture?: string;
  /** What it is, with its size: "a qcow2 disk image, 3.1 MB". */
  readonly description: string;
  /** Of a disk. */
  readonly format?: 'raw' | 'qcow2';
}

/** A piece of a file that a window hands over. */
export interface ReceivedPiece {
  /** As the file is called where it comes from. */
  readonly name: string;
  /** Of the whole file. */
  readonly sizeBytes: number;
  /** Where in the file the piece begins: pieces come in order. */
  readonly at: number;
  readonly base64: string;
  /** Which file it is a piece of, as the first piece was answered; absent: a new one. */
  readonly file?: string;
}
export interface Received {
  readonly file: string;
  /** Where the file is, once it is whole. */
  readonly path?: string;
}

export const images = contract('images', {
  templates: call<() => readonly TemplateStatus[]>(nothing),
  /** Fetches a template's parts as a task; answers with the task's id at once. */
  fetch: call<(template: string) => { readonly task: string }>(args(templateName)),
  /**
   * The full path that a person means: a full path, `~/…`, or a `file:` address, with or without quotes. Every call that
   * takes a path of the host understands the same; a relative one is refused as `invalid`.
   */
  resolvePath: call<(text: string) => string>(args(path)),
  /** Deletes a template that was saved from a machine; machines made from it keep everything. */
  removeTemplate: call<(name: string) => void>(args(templateName)),
  /** Looks at a host file a person chose. */
  inspect: call<(file: string) => FileInspection>(args(path)),
  /** Lists a folder, for the browser shell, which has no file dialog of its own. Directories first. */
  browse: call<
    (folder: string) => {
      readonly folder: string;
      readonly parent?: string;
      readonly entries: readonly { readonly name: string; readonly directory: boolean; readonly sizeBytes: number }[];
    }
  >(args(path)),
  /**
   * Takes a file in pieces, for windows that do not know where a dropped file is; it is kept in the library. Refused where there
   * is no room for it.
   */
  receive: call<(piece: ReceivedPiece) => Received>(args(receivedPiece)),
  /** Deletes what has come of a file whose rest does not come. */
  dropReceived: call<(file: string) => void>(args(receivedFile)),
  changed: event<TemplateStatus>(),
});
