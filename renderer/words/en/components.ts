export const components = {
  showList: 'Show the list of machines',
  changedTip: 'Changed, not yet applied',
  changed: 'changed, not yet applied',
  fromTo: 'From {least} to {most}.',
  nothingPrinted: 'nothing was printed',
  nothingPrintedYet: 'Nothing was printed.',
  dismiss: 'Dismiss',
  machineName: 'Machine name',
  message: 'Message',
  toastAlt: 'F8, then {action}',
  messages: 'Messages ({hotkey})',
} as const;
