export const search = {
  type: 'Type any part of a line.',
  searching: 'Searching…',
  nothing: 'No line contains this.',
  found: '{count} line, newest first|{count} lines, newest first',
  title: 'Search all consoles',
  placeholder: 'Text that a console printed',
  machine: 'Machine',
  allMachines: 'All machines',
  console: ', console {console}',
  timeUnknown: 'time unknown',
  nearest: 'Nearest snapshot: {name}',
  nearestTaken: 'Nearest snapshot, taken {time}',
  more: 'Show more',
  usage:
    '{printed} of output is kept, {stored} on the disk with its index. Beyond {most} the oldest goes; the first lines of each console stay.',
  unindexed: '{size} is still being indexed.',
  foundMore: '{count}+ line, newest first|{count}+ lines, newest first',
} as const;
