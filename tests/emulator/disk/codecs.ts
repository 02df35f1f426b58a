/** Node's compressions in the shape that images want. */
import { constants, deflateRawSync, inflateRawSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { Compressor, Decompressors } from '../../../emulator/disk/codecs.ts';

/** 8 MiB: more than any encoder uses for clusters of 2 MiB. */
const ZSTD_WINDOW_LOG_MAX = 23;

export const decompressors: Decompressors = {
  deflate: (bytes, sizeBytes) => inflateRawSync(bytes, { maxOutputLength: sizeBytes }),
  zstd: (bytes, sizeBytes) =>
    zstdDecompressSync(bytes, { maxOutputLength: sizeBytes, params: { [constants.ZSTD_d_windowLogMax]: ZSTD_WINDOW_LOG_MAX } }),
};

export const deflate: Compressor = { kind: 'deflate', compress: (bytes) => deflateRawSync(bytes, { windowBits: 12, level: 1 }) };
export const zstd: Compressor = { kind: 'zstd', compress: (bytes) => zstdCompressSync(bytes) };
