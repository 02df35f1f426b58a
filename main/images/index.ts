/** The room's public face: guest templates, their files, and the service that offers them. */
export { GuestKit, type GuestAdditions, type GuestKitOptions, type PreparedGuest } from './guest-kit.ts';
export { imagesService, type ImagesSurroundings } from './service.ts';
export { defaultCacheDirectory, openEngineCache } from './cache.ts';
export type { Progress, Report } from './progress.ts';
export { disassembleFile, type DisassemblyFileOptions } from './files/disassembly.ts';
