export const check = {
  title: 'Check the library',
  fine: 'No problems found: all stored data of all machines and snapshots was read and verified.',
  problems: 'One problem was found:|{count} problems were found:',
  restIntact:
    'Everything else is intact and can be used. The timeline shows what a damaged snapshot has lost; its machine and the other snapshots are not affected.',
  cancelled: 'The check was cancelled.',
  about: 'All stored data of all machines and snapshots is read and compared with its checksums. Machines keep running.',
  running: 'Checking the library',
  again: 'Check again',
} as const;
