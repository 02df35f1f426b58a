/** The states of a machine's life; errors name them too, so they stand below the contract of machines. */

/** Every state has a reason a person can read ("powered off by the guest", "kernel file not found: ..."). */
export type MachineState = 'off' | 'starting' | 'running' | 'paused' | 'stopping' | 'failed';
