/** The room's public face: guest templates, their files, and the service that offers them. */
export { GuestKit, type GuestAdditions, type GuestKitOptions, type PreparedGuest } from './guest-kit.ts';
export { imagesService, type ImagesSurroundings } from './service.ts';
export { ReceivedFiles } from './files/received.ts';
export { defaultCacheDirectory, openEngineCache } from './cache.ts';
export type { Progress, Report } from './progress.ts';
export { disassembleFile, type DisassemblyFileOptions } from './files/disassembly.ts';
export { archiveError } from './unpack-package.ts';
export { requireSpace } from './cache.ts';
export { withLock } from './lock.ts';
export { byteProgress } from './progress.ts';
export { mirrorInEnvironment } from './open-source.ts';
export { debianPort } from './initramfs/debian-ports.ts';
export type { LinuxTemplate, Template } from './templates.ts';
