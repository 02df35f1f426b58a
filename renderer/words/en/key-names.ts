export const keyNames = {
  ctrl: 'Ctrl',
  shift: 'Shift',
  alt: 'Alt',
  delete: 'Del',
  enter: 'Enter',
  click: 'click',
  home: 'Home',
  end: 'End',
  space: 'Space',
} as const;
