/** The compressions of qcow2, handed in by whoever opens or writes an image, because they are the host's to provide. */

export type CompressionKind = 'deflate' | 'zstd';

/**
 * Undoes a compression. `sizeBytes` is what the result must be: a decoder stops, or throws, as soon as there is more,
 * so that a small cluster cannot fill the memory.
 */
export type Decompress = (bytes: Uint8Array, sizeBytes: number) => Uint8Array | Promise<Uint8Array>;

export interface Decompressors {
  /** Raw deflate (RFC 1951), window of 12 bits; bytes after the end of the stream are to be ignored. */
  readonly deflate: Decompress;
  /** One zstd frame (RFC 8878), exactly; the decoder must limit the window to some MiB. */
  readonly zstd: Decompress;
}

/** Compresses one cluster. Deflate: raw, with a window of 12 bits at most. Zstd: one frame. */
export interface Compressor {
  readonly kind: CompressionKind;
  compress(bytes: Uint8Array): Uint8Array | Promise<Uint8Array>;
}
