export const commandGroups = {
  Machine: 'Machine',
  Snapshot: 'Snapshot',
  Disk: 'Disk',
  Network: 'Network',
  View: 'View',
  Library: 'Library',
  Window: 'Window',
  Help: 'Help',
} as const;
