/** The Hardware tab's categories: which declared fields each shows, so that dots and faults show at the right one. */
import type { Section } from '../../../preload/contract/definition/field.ts';
import { ALL_FIELDS, fieldAt, type PlacedField } from '../../../preload/contract/definition/walk.ts';
import type { MachineDefinition } from '../../../preload/contract/machines.ts';
import { TEXT_FIELD } from './definition-text.ts';
import type { IconName } from '../../components/icons.ts';

export type SectionKey = Section | 'json';

const LOOKS: Readonly<Record<SectionKey, { readonly label: string; readonly icon: IconName }>> = {
  general: { label: 'General', icon: 'tag' },
  system: { label: 'System', icon: 'chip' },
  boot: { label: 'Boot', icon: 'power' },
  disks: { label: 'Disks', icon: 'disk' },
  network: { label: 'Network', icon: 'globe' },
  shares: { label: 'Shared folders', icon: 'folder' },
  ports: { label: 'Console ports', icon: 'plug' },
  devices: { label: 'Devices', icon: 'board' },
  json: { label: 'JSON', icon: 'braces' },
};
export const SECTIONS = (Object.keys(LOOKS) as SectionKey[]).map((key) => ({ key, ...LOOKS[key] }));

/** The section that shows a field; one that is not declared shows at the first. */
export const sectionOf = (path: string): SectionKey => (path === TEXT_FIELD ? 'json' : (fieldAt(path)?.field.section ?? 'general'));

/** A section's fields that mean something for this definition: a kernel's, where it starts from a kernel. */
export const shownFields = (section: Section, { boot }: MachineDefinition): readonly PlacedField[] =>
  ALL_FIELDS.filter(({ field }) => field.section === section && field.boots?.includes(boot.kind) !== false);
