/** What a language may say in the place of what the contracts say in English. */
import type { Catalogue } from '../../emulator/error/coded-error.ts';
import type { BoardDescription } from '../../emulator/index.ts';
import type { FlowReport, QuestionReport, UnreachedReport } from '../../preload/contract/card-activity.ts';
import type { SharedUse } from '../../preload/contract/host.ts';
import type { TemplateStatus } from '../../preload/contract/images.ts';
import type { ShellWords } from '../../preload/contract/shell-words.ts';
import type { TaskStatus, TaskWork } from '../../preload/contract/tasks.ts';

export interface FieldWords {
  readonly label: string;
  /** Inside a sentence; absent: the label. */
  readonly fact?: string;
  readonly hint?: (board: BoardDescription) => string;
  readonly choices?: Readonly<Record<string, { readonly label: string; readonly about?: string }>>;
}
/** What a language says in the place of the contracts. */
export interface ContractWords {
  readonly errors: Catalogue;
  readonly taskTitle: (task: TaskWork) => string;
  readonly taskMessage: (task: TaskStatus) => string;
  readonly partsReason: (template: TemplateStatus) => string;
  readonly uses: Readonly<Record<SharedUse, string>>;
  readonly flowState: (flow: FlowReport) => string;
  readonly outcomeWords: (question: QuestionReport) => string;
  readonly unreachedWords: (report: UnreachedReport) => string;
  readonly lastTime: (times: { readonly ago: number; readonly count: number }) => string;
  readonly fields: Readonly<Record<string, FieldWords>>;
  /** What stands in an empty field, by what stands there in English. */
  readonly placeholder: (english: string) => string;
  /** What is wrong with a value, without a full stop, by what its schema says in English; nothing where that is all there is. */
  readonly problem: (english: string) => string | undefined;
  /** What the desktop's menus and tray say. */
  readonly shellWords: ShellWords;
  /** A title or a description of a template that comes with the program, by its English; any other text as it is. */
  readonly templateText: (english: string) => string;
}
