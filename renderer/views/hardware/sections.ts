/** The Hardware tab's categories: which fields each holds, so that dots and faults show at the right one. */
import type { IconName } from '../../components/icon-paths.ts';

export const SECTIONS = [
  { key: 'general', label: 'General', icon: 'tag', fields: ['name', 'note', 'checkpoints', 'onQuit'] },
  { key: 'system', label: 'System', icon: 'chip', fields: ['cores', 'engine', 'memoryMiB'] },
  { key: 'boot', label: 'Boot', icon: 'power', fields: ['boot'] },
  { key: 'disks', label: 'Disks', icon: 'disk', fields: ['disks'] },
  { key: 'ports', label: 'Console ports', icon: 'plug', fields: ['ports'] },
  { key: 'devices', label: 'Devices', icon: 'board', fields: ['virtio', 'devices'] },
  { key: 'json', label: 'JSON', icon: 'braces', fields: [] },
] as const satisfies readonly { key: string; label: string; icon: IconName; fields: readonly string[] }[];

export type SectionKey = (typeof SECTIONS)[number]['key'];

/** The section a field belongs to; a field nobody knows shows at the first. */
export function sectionOf(field: string): SectionKey {
  const top = field.split('.')[0] ?? '';
  return SECTIONS.find(({ fields }) => (fields as readonly string[]).includes(top))?.key ?? 'general';
}
