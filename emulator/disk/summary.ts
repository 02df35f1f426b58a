/** What an image is, for people: one record and the lines that say it. */
import { formatBytes } from '../quantities/bytes.ts';
import { shownName } from './disk-image.ts';
import type { ChainLink } from './open.ts';

export interface ImageSummary {
  readonly name: string;
  /** For example "qcow2 version 3" or "raw". */
  readonly format: string;
  /** Bytes that the guest sees. */
  readonly sizeBytes: number;
  /** Bytes of the file itself, backing files not counted. */
  readonly fileBytes: number;
  /** Bytes that the file takes on the host, where that is known. */
  readonly hostBytes?: number;
  /** Names of the backing files, the nearest first. */
  readonly backing: readonly string[];
  /** Properties worth knowing: cluster size, compression, snapshots inside. */
  readonly features: readonly string[];
  /** What is wrong though the image can be read. */
  readonly warnings: readonly string[];
}

/** @param chain of an opened image, the topmost file first */
export function summarize(chain: readonly [ChainLink, ...ChainLink[]]): ImageSummary {
  const [top, ...below] = chain;
  const { qcow2, hostBytes } = top;
  return {
    name: top.name,
    format: qcow2 ? `qcow2 version ${qcow2.version}` : 'raw',
    sizeBytes: top.sizeBytes,
    fileBytes: top.fileBytes,
    ...(hostBytes !== undefined && { hostBytes }),
    backing: below.map(({ name }) => name),
    features: featuresOf(top),
    warnings: chain.flatMap(warningsOf),
  };
}

function featuresOf({ qcow2 }: ChainLink): string[] {
  if (!qcow2) return [];
  const features = [
    `clusters of ${formatBytes(qcow2.clusterBytes)}`,
    `compression ${qcow2.compression}`,
    `${qcow2.refcountBits}-bit reference counts`,
  ];
  if (qcow2.lazyRefcounts) features.push('lazy reference counts');
  if (qcow2.snapshots > 0)
    features.push(`${qcow2.snapshots} internal snapshot${qcow2.snapshots === 1 ? '' : 's'} (not shown: only the present state is read)`);
  return features;
}

function warningsOf({ name, qcow2 }: ChainLink): string[] {
  const warnings: string[] = [];
  const shown = shownName(name);
  if (qcow2?.dirty) warnings.push(`${shown} was not closed properly; it can be read, and qemu-img check -r all tidies it`);
  if (qcow2?.corrupt)
    warnings.push(`${shown} is marked as corrupt; what can be read may be wrong: copy what you need, or try qemu-img check -r all`);
  return warnings;
}

/** The summary as lines of text. */
export function summaryLines(summary: ImageSummary): string[] {
  const taken = summary.hostBytes === undefined ? '' : ` that takes ${formatBytes(summary.hostBytes)}`;
  return [
    `${shownName(summary.name)}: ${summary.format}, a disk of ${formatBytes(summary.sizeBytes)} in a file of ${formatBytes(summary.fileBytes)}${taken}`,
    ...summary.features,
    ...summary.backing.map((name) => `on top of ${shownName(name)}`),
    ...summary.warnings.map((warning) => `warning: ${warning}`),
  ];
}
