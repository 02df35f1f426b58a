/** What goes through the network cards of a running machine: for who looks at them, and only then. */
import type { NatReport, TrafficReport } from '../../emulator/index.ts';
import type { LinkStatus } from './links.ts';

export type { FlowReport, NatReport, QuestionReport, Repeated, TrafficReport, UnreachedReport } from '../../emulator/index.ts';

/** One card, as it is now. */
export interface CardActivity {
  readonly link: LinkStatus;
  readonly traffic: TrafficReport;
  /** Absent where nothing but other machines is on the network. */
  readonly nat?: NatReport;
}
