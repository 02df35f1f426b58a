/** What the supervisor needs of the guest kit (main/images): templates resolved into files that can be booted. */
import type { BootSource } from '../../emulator/index.ts';
import type { FileInspection, TemplateStatus } from '../../preload/contract/images.ts';
import type { Progress } from '../tasks/task-list.ts';

/** Additions to a template's initramfs. */
export interface PrepareOptions {
  /** Shell command run at the end of boot; its exit status comes by the port `STATUS_PORT`. */
  readonly run?: string;
  readonly copy?: readonly string[];
  readonly kmod?: readonly string[];
}

export interface PreparedGuest {
  readonly boot: BootSource;
  readonly memoryMiB: number;
  readonly cores: number;
  /** Virtio console ports the guest expects; `STATUS_PORT` first where `run` was given. */
  readonly ports: readonly string[];
}

export interface GuestKit {
  templates(): Promise<readonly TemplateStatus[]>;
  /** Rejects with an error that names what is lacking and what to do. */
  prepare(template: string, options: PrepareOptions, progress: (progress: Progress) => void, signal: AbortSignal): Promise<PreparedGuest>;
  inspect(file: string): Promise<FileInspection>;
}
