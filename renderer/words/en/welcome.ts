export const welcome = {
  ready: 'Everything it needs is already on this computer.',
  downloads: 'Downloads {size} once; no administrator rights needed.',
  downloadsKernel: 'Downloads its kernel once; no administrator rights needed.',
  title: 'Run Linux in a window',
  about:
    'Vivarium emulates a complete {architecture} computer: processor, memory and devices. Watch Linux boot on its serial console, then use its shell.',
  boot: 'Boot Debian Linux now',
  cannotBoot: 'Debian Linux cannot be booted right now.',
  runInstead: 'Run {title} instead',
  ownFiles: 'Create a machine from your own files',
} as const;
