/**
 * What happens to files that are dropped on the window: an exported machine is imported, of anything else the page for a new
 * machine is filled in. Where the browser does not tell where a file is, it is copied into the library first.
 */
import { onScopeDispose, ref } from 'vue';
import type { FileInspection } from '../../../preload/contract/images.ts';
import { useTransport } from '../../composables/border.ts';
import { NEW_MACHINE_DRAFT, useDrafts } from '../../composables/drafts.ts';
import { useMachineOperations } from '../../composables/machine-operations.ts';
import { useToasts } from '../../composables/toasts.ts';
import { goToNew, useWindowState } from '../../composables/window-state.ts';
import { useImages } from '../../stores/images.ts';
import { isExport, machineOf } from './dropped-files.ts';
import { OWN_FILES, type NewMachineForm } from './new-definition.ts';
import { t } from '../../words/words.ts';

/** Bytes of a file in one message; in base64 they are a third more. */
const PIECE_BYTES = 1024 * 1024;

/** A file on its way into the library. */
export interface Copying {
  readonly name: string;
  /** From 0 to 1. */
  readonly fraction: number;
}

function base64Of(bytes: Uint8Array): string {
  let text = '';
  // The arguments of one call are limited.
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}

export function useTakeFiles() {
  const transport = useTransport();
  const images = useImages();
  const state = useWindowState();
  const drafts = useDrafts();
  const toasts = useToasts();
  const { attempt } = useMachineOperations();
  const copying = ref<Copying>();
  let cancelled = false;
  onScopeDispose(() => (cancelled = true));

  /** @returns where the copy is; nothing when it was cancelled */
  async function copyIn(file: File): Promise<string | undefined> {
    const { name, size: sizeBytes } = file;
    let known: string | undefined;
    for (let at = 0; ; at += PIECE_BYTES) {
      copying.value = { name, fraction: sizeBytes === 0 ? 1 : at / sizeBytes };
      const bytes = new Uint8Array(await file.slice(at, at + PIECE_BYTES).arrayBuffer());
      const piece = { name, sizeBytes, at, base64: base64Of(bytes), ...(known === undefined ? {} : { file: known }) };
      const answer = await images.receive(piece);
      if (answer.path !== undefined) return answer.path;
      known = answer.file;
      if (cancelled) return void (await images.dropReceived(known));
    }
  }
  async function pathsOf(files: readonly File[]): Promise<readonly string[] | undefined> {
    const paths: string[] = [];
    for (const file of files) {
      const path = transport.pathOf(file) ?? (await copyIn(file));
      if (path === undefined) return undefined;
      paths.push(path);
    }
    return paths;
  }
  function fillIn(files: readonly FileInspection[]) {
    const { machine, left } = machineOf(files);
    for (const text of left) toasts.show({ tone: 'warning', text });
    if (!machine) return;
    const form: NewMachineForm = { template: OWN_FILES, name: '', machine, booted: undefined };
    drafts.set(NEW_MACHINE_DRAFT, form);
    goToNew(state);
  }
  /** Takes dropped files; what goes wrong is said. */
  async function take(files: readonly File[]): Promise<void> {
    if (copying.value) return toasts.show({ tone: 'warning', text: t('create.stillCopying') });
    cancelled = false;
    await attempt(async () => {
      try {
        const paths = await pathsOf(files);
        if (!paths) return;
        const exported = paths.find(isExport);
        if (exported !== undefined) {
          state.importPath.value = exported;
          state.dialog.value = 'import';
        } else fillIn(await Promise.all(paths.map((path) => images.inspect(path))));
      } finally {
        copying.value = undefined;
      }
    });
  }
  return { take, copying, cancel: () => (cancelled = true) };
}
