/** The Hardware tab's categories: which declared fields each shows, so that dots and faults show at the right one. */
import type { Section } from '../../../preload/contract/definition/field.ts';
import { ALL_FIELDS, fieldAt, type PlacedField } from '../../../preload/contract/definition/walk.ts';
import type { MachineDefinition } from '../../../preload/contract/machines.ts';
import { TEXT_FIELD } from './definition-text.ts';
import type { IconName } from '../../components/icons.ts';
import { t } from '../../words/words.ts';

export type SectionKey = Section | 'json' | 'history';

const LOOKS: Readonly<Record<SectionKey, { readonly label: () => string; readonly icon: IconName }>> = {
  general: { label: () => t('hardware.general'), icon: 'tag' },
  system: { label: () => t('hardware.system'), icon: 'chip' },
  boot: { label: () => t('hardware.boot'), icon: 'power' },
  disks: { label: () => t('hardware.disks'), icon: 'disk' },
  network: { label: () => t('hardware.network'), icon: 'globe' },
  shares: { label: () => t('hardware.shares'), icon: 'folder' },
  ports: { label: () => t('hardware.ports'), icon: 'plug' },
  devices: { label: () => t('hardware.devices'), icon: 'board' },
  json: { label: () => 'JSON', icon: 'braces' },
  history: { label: () => t('hardware.history'), icon: 'clock' },
};
export const SECTIONS = (Object.keys(LOOKS) as SectionKey[]).map((key) => ({ key, ...LOOKS[key] }));

/** The section that shows a field; one that is not declared shows at the first. */
export const sectionOf = (path: string): SectionKey => (path === TEXT_FIELD ? 'json' : (fieldAt(path)?.field.section ?? 'general'));

/** A section's fields that mean something for this definition: a kernel's, where it starts from a kernel. */
export const shownFields = (section: Section, { boot }: MachineDefinition): readonly PlacedField[] =>
  ALL_FIELDS.filter(({ field }) => field.section === section && field.boots?.includes(boot.kind) !== false);
