/** The front end of a virtio file system device (virtio 1.3, section 5.11): its configuration. */
import { bind, type StateOf } from '../../../snapshot/schema.ts';
import type { Place } from '../../kit/device.ts';
import { VirtioDevice, type VirtioWires } from '../device.ts';
import { FS_QUEUE_SIZE, FS_QUEUES, fsState, TAG_BYTES } from './state.ts';

const REQUEST_QUEUES = FS_QUEUES - 1;

export class VirtioFs extends VirtioDevice {
  readonly messages: StateOf<typeof fsState>;

  constructor(name: string, place: Place, wires: VirtioWires) {
    super(name, { deviceId: 26, queues: FS_QUEUES, queueSizeMax: FS_QUEUE_SIZE, schema: fsState }, place, wires);
    this.messages = bind(fsState, place.buffer, place.stateAt);
  }

  plug(tag: string): void {
    this.lock.hold(() => {
      this.messages.tag.fill(0);
      this.messages.tag.set([...tag].slice(0, TAG_BYTES).map((letter) => letter.charCodeAt(0) & 0x7f));
    });
  }

  protected override onReset(): void {
    this.messages.heldCount = 0;
  }

  /** `struct virtio_fs_config`, section 5.11.4. */
  override readConfig(offset: number): number {
    if (offset < TAG_BYTES) return this.messages.tag[offset] as number;
    return offset === TAG_BYTES ? REQUEST_QUEUES : 0;
  }
}
