/** The front end of a virtio block device (virtio 1.3, section 5.2): its configuration. */
import { bind, type StateOf } from '../../../snapshot/schema.ts';
import type { Place } from '../../kit/device.ts';
import { VirtioDevice, type VirtioWires } from '../device.ts';
import {
  BLOCK_QUEUE_SIZE,
  FEATURE_DISCARD,
  FEATURE_READ_ONLY,
  FEATURE_WRITE_ZEROES,
  SECTOR_BYTES,
  SEGMENTS_MAX,
  blockState,
} from './state.ts';

/** Most sectors in one discard or write-zeroes piece: 1 GiB, so that the store can be interrupted between pieces. */
export const RANGE_SECTORS_MAX = 2 * 1024 * 1024;
/** Most pieces in one discard or write-zeroes request. */
export const RANGES_MAX = 16;
const CONFIG_BYTES = 0x3c;

export class VirtioBlock extends VirtioDevice {
  readonly disk: StateOf<typeof blockState>;

  constructor(name: string, place: Place, wires: VirtioWires) {
    super(name, { deviceId: 2, queues: 1, queueSizeMax: BLOCK_QUEUE_SIZE, schema: blockState }, place, wires);
    this.disk = bind(blockState, place.buffer, place.stateAt);
  }

  /**
   * Tells the guest what disk is plugged in; before a driver looks, or with a configuration interrupt. The guest does not
   * notice a disk that is as the one it knows.
   */
  plug(disk: { readonly sizeBytes: number; readonly readonly: boolean; readonly ranges: { discard: boolean; zero: boolean } }): void {
    this.lock.hold(() => {
      const { capacity, readonly, offeredLow } = this.disk;
      this.disk.capacity = BigInt(Math.floor(disk.sizeBytes / SECTOR_BYTES));
      this.disk.readonly = disk.readonly ? 1 : 0;
      this.offer(FEATURE_READ_ONLY, disk.readonly);
      this.offer(FEATURE_DISCARD, disk.ranges.discard && !disk.readonly);
      this.offer(FEATURE_WRITE_ZEROES, disk.ranges.zero && !disk.readonly);
      const known = capacity === this.disk.capacity && readonly === this.disk.readonly && offeredLow === this.disk.offeredLow;
      if (!known) this.configChanged();
    });
  }

  protected override onReset(): void {
    this.disk.heldCount = 0;
  }

  /** `struct virtio_blk_config`, section 5.2.4. */
  override readConfig(offset: number): number {
    const config = new DataView(new ArrayBuffer(0x40));
    config.setBigUint64(0x00, this.disk.capacity, true);
    config.setUint32(0x0c, SEGMENTS_MAX, true);
    config.setUint32(0x14, SECTOR_BYTES, true);
    config.setUint32(0x24, RANGE_SECTORS_MAX, true);
    config.setUint32(0x28, RANGES_MAX, true);
    config.setUint32(0x2c, 1, true);
    config.setUint32(0x30, RANGE_SECTORS_MAX, true);
    config.setUint32(0x34, RANGES_MAX, true);
    config.setUint8(0x38, 1);
    return offset < CONFIG_BYTES ? config.getUint8(offset) : 0;
  }
}
