export const quit = {
  title: '“{name}” is still running|{count} machines are still running',
  saves:
    'Quitting saves {names} with its memory: it resumes at exactly this point when started again.|Quitting saves {names} with their memory: they resume at exactly this point when started again.',
  stops:
    'Quitting stops {names}. Anything it has not written to disk is lost; console history is kept.|Quitting stops {names}. Anything they have not written to disk is lost; console history is kept.',
  keepRunning: 'Keep running',
  save: 'Save and quit',
  stop: 'Stop and quit',
  quit: 'Quit',
  savesIt: 'Quitting saves it with its memory: it resumes at exactly this point when started again.',
  stopsIt: 'Quitting stops it. Anything it has not written to disk is lost; console history is kept.',
} as const;
