/** What is wrong with an archive; whoever knows where it came from puts it into words. */
export type ArchiveProblem = 'damaged' | 'unsafe' | 'too-much';

export class ArchiveFault extends Error {
  override readonly name = 'ArchiveFault';
  readonly problem: ArchiveProblem;

  /** @param detail of `damaged` and `unsafe` what was found, of `too-much` nothing that a person needs */
  constructor(problem: ArchiveProblem, detail: string) {
    super(detail);
    this.problem = problem;
  }
}

export const damaged = (detail: string): ArchiveFault => new ArchiveFault('damaged', detail);
export const unsafe = (detail: string): ArchiveFault => new ArchiveFault('unsafe', detail);
