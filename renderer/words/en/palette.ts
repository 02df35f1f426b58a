export const palette = {
  disks: 'Disks',
  machines: 'Machines',
  goTo: 'Go to “{name}”',
  title: 'Find an action',
  placeholder: 'Type what you want to do',
  noMatch: 'No command matches “{typed}”.',
} as const;
