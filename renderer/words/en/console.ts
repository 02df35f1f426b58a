export const console = {
  inputLost: '{size} of input did not reach the guest',
  outputSkipped: '{size} of output skipped',
  notKept: '{size} of output not kept',
  paceGuest: 'As fast as the guest takes it',
  paceFast: '20 lines a second',
  paceSlow: '4 lines a second',
  paceSlowest: 'One line a second',
} as const;
