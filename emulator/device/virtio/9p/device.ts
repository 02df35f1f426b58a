/** The front end of a virtio 9P transport: its configuration, the tag that a guest mounts it by. */
import { bind, type StateOf } from '../../../snapshot/schema.ts';
import type { Place } from '../../kit/device.ts';
import { VirtioDevice, type VirtioWires } from '../device.ts';
import { NINE_P_QUEUE_SIZE, ninePState, TAG_BYTES } from './state.ts';

export class Virtio9p extends VirtioDevice {
  readonly messages: StateOf<typeof ninePState>;

  constructor(name: string, place: Place, wires: VirtioWires) {
    super(name, { deviceId: 9, queues: 1, queueSizeMax: NINE_P_QUEUE_SIZE, schema: ninePState }, place, wires);
    this.messages = bind(ninePState, place.buffer, place.stateAt);
  }

  plug(tag: string): void {
    this.lock.hold(() => {
      const letters = [...tag].slice(0, TAG_BYTES).map((letter) => letter.charCodeAt(0) & 0x7f);
      this.messages.tag.fill(0);
      this.messages.tag.set(letters);
      this.messages.tagLength = letters.length;
    });
  }

  protected override onReset(): void {
    this.messages.heldCount = 0;
  }

  /** `struct virtio_9p_config`: the tag's length (u16), the tag. */
  override readConfig(offset: number): number {
    if (offset === 0) return this.messages.tagLength & 0xff;
    return offset === 1 ? 0 : (this.messages.tag[offset - 2] ?? 0);
  }
}
