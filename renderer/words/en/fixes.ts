export const fixes = {
  chooseImage: 'Choose image…',
  chooseFolder: 'Choose folder…',
  changeMemory: 'Change memory…',
  editHardware: 'Edit hardware',
  editCards: 'Edit network cards…',
  changePort: 'Change port…',
  showHardware: 'Show hardware',
  showTimeline: 'Show timeline',
  showUsage: 'Show usage',
  changeMirror: 'Change mirror…',
} as const;
