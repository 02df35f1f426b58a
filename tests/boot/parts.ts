/** What the boots need beside the program: the guest's files in the cache and firmware that Debian's packages bring. */
import { existsSync } from 'node:fs';
import { GuestKit } from '../../main/images/index.ts';
import type { ToolName } from '../kit/tools.ts';

export const TEMPLATE = 'debian-riscv64';
/** A guest's parts are fetched through apt unless they are here already. */
export const toolsFor = (template: string): readonly ToolName[] => (new GuestKit().status(template).parts === 'ready' ? [] : ['apt']);
export const GUEST_TOOLS = toolsFor(TEMPLATE);

/** Debian's opensbi and u-boot-qemu packages; they come with the tool `qemu-system-riscv64`. */
export const FIRMWARE = {
  dynamic: '/usr/lib/riscv64-linux-gnu/opensbi/generic/fw_dynamic.bin',
  jump: '/usr/lib/riscv64-linux-gnu/opensbi/generic/fw_jump.elf',
  uBoot: '/usr/lib/u-boot/qemu-riscv64_smode/u-boot.bin',
} as const;
export const FIRMWARE_TOOLS: readonly ToolName[] = Object.values(FIRMWARE).every((file) => existsSync(file)) ? [] : ['qemu-system-riscv64'];

/** The guest's kernel and initial file system. */
export async function guestFiles(): Promise<{ kernel: string; initrd: string; commandLine: string }> {
  const { boot } = await new GuestKit().prepare(TEMPLATE);
  if (boot.kind !== 'linux' || boot.initrd === undefined) throw new Error(`the template ${TEMPLATE} has no kernel and initrd`);
  return { kernel: boot.kernel, initrd: boot.initrd, commandLine: boot.commandLine };
}
