/** The colours of text in a theme, each on a ground that it is used on. */
export const themeColours = [
  { name: 'text-main', on: 'ground' },
  { name: 'text-main', on: 'selected' },
  { name: 'text-muted', on: 'side' },
  { name: 'accent', on: 'raised' },
  { name: 'on-accent', on: 'accent' },
  { name: 'good', on: 'ground' },
  { name: 'warn', on: 'warn-ground' },
  { name: 'bad', on: 'bad-ground' },
  { name: 'on-bad', on: 'bad' },
  { name: 'busy', on: 'ground' },
  { name: 'console-text', on: 'console-ground' },
  { name: 'console-muted', on: 'console-ground' },
] as const;
