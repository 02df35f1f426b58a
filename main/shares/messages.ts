/** What a shared folder's link, its thread and the machine's owner tell each other. */
import type { SavedSession } from '../../emulator/share/9p/session.ts';
import type { SavedTree } from './saved-tree.ts';

/** Which folder of this computer's is shared, and how. */
export interface ShareSetup {
  /** Absent: none, and whoever asks the share for something learns that. */
  readonly folder?: string;
  readonly readonly: boolean;
  /** What the guest speaks with it; absent: FUSE. */
  readonly protocol?: '9p';
  /** Of a folder among others behind one device: its numbers are those of this slot. */
  readonly slot?: number;
}

/** A folder among others, by the name that it has there. */
export interface NamedSetup extends ShareSetup {
  readonly tag: string;
}
/** What serves several folders through one device. */
export interface CommonSetup {
  readonly folders: readonly NamedSetup[];
}
/** What the machine's owner asks it; both are answered with a `CommonStatus`. */
export type CommonMessage = { readonly kind: 'status' } | { readonly kind: 'folders'; readonly setup: CommonSetup };
export interface CommonStatus {
  /** A guest's kernel has begun to use the device. */
  readonly isMounted: boolean;
  /** The folders, each with what is wrong with it. */
  readonly folders: readonly { readonly tag: string; readonly problem?: string }[];
}

/** What a share of a running machine is doing. */
export interface FolderStatus extends ShareSetup {
  /** The host's error, by its name, for a folder that cannot be used; `silent`: it does not answer. */
  readonly problem?: string;
}

/** What the machine's owner asks a link; both are answered with a `FolderStatus`. */
export type ShareMessage = { readonly kind: 'status' } | { readonly kind: 'folder'; readonly setup: ShareSetup };

/** From the link to the thread; questions with `id` are answered with it, in order. */
export type ToFolder =
  | { readonly kind: 'folder'; readonly id: number; readonly setup: ShareSetup }
  | { readonly kind: 'serve'; readonly id: number; readonly bytes: Uint8Array; readonly room: number }
  /** Messages of the guest's whose answers nobody waits for. */
  | { readonly kind: 'unasked'; readonly messages: readonly Uint8Array[] }
  | { readonly kind: 'session'; readonly id: number }
  | { readonly kind: 'restore'; readonly session: Uint8Array | undefined }
  | { readonly kind: 'reset' }
  | { readonly kind: 'close' };

export type FromFolder =
  | { readonly kind: 'served'; readonly id: number; readonly answer: Uint8Array | undefined }
  | { readonly kind: 'session'; readonly id: number; readonly session: Uint8Array | undefined }
  | { readonly kind: 'folder'; readonly id: number; readonly problem?: string };

/** How a session of several folders lies in a snapshot: which slot has whose name, and the folder's own session in base64. */
export interface StoredCommonSession {
  readonly version: 1;
  readonly isMounted: boolean;
  readonly next: number;
  readonly slots: readonly (readonly [slot: number, tag: string, session: string | null])[];
}

/** How a session lies in a snapshot; later versions count on. */
export interface StoredSession {
  readonly version: 1;
  readonly tree: SavedTree;
  /** Of a guest that speaks 9P. */
  readonly session?: SavedSession;
}
