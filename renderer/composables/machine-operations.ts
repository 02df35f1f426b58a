/**
 * Doing things with machines, the same from the header, the menu, the list, the palette and the keyboard: asks where
 * something is lost for good, offers Undo where not, and says what went wrong.
 */
import { SSH_CONSOLE } from '../../preload/contract/consoles.ts';
import type { MachineId, MachineStatus } from '../../preload/contract/machines.ts';
import { useConsoles } from '../stores/consoles.ts';
import { useMachines } from '../stores/machines.ts';
import { copyText } from './clipboard.ts';
import { hardwareDraft, useDrafts } from './drafts.ts';
import { messageOf } from './sentence.ts';
import { actionsFor, primaryAction, type Action } from './machine-actions.ts';
import { faultOf, undoing, useToasts } from './toasts.ts';
import { useWindowState } from './window-state.ts';
import { t } from '../words/words.ts';

/** The message that offers a deletion's way back; it is taken away with the machine. */
export const deletedText = (name: string): string => t('machines.deleted', { name });

export function useMachineOperations() {
  const consoles = useConsoles();
  const machines = useMachines();
  const toasts = useToasts();
  const state = useWindowState();
  const drafts = useDrafts();

  /** @param about the machine whose name the message has to say, where it does not */
  async function attempt<T>(act: () => Promise<T>, about?: MachineId): Promise<T | undefined> {
    try {
      return await act();
    } catch (error) {
      const name = machines.get(about)?.definition.name;
      const text = messageOf(error);
      if (name === undefined) toasts.fail(error);
      else
        toasts.show({
          tone: 'error',
          text: text.includes(name) ? text : `“${name}”: ${text}`,
          ...faultOf(error),
          ...(about === undefined ? {} : { about }),
        });
      return undefined;
    }
  }
  /** Puts a machine and its console in front. */
  function show(id: MachineId) {
    state.creating.value = false;
    state.selected.value = id;
    state.tabs.set(id, 'console');
    state.drawerOpen.value = false;
    state.consoleFocus.value = true;
  }
  async function start(id: MachineId) {
    show(id);
    await attempt(async () => {
      try {
        await machines.start(id);
      } catch (error) {
        // A machine that failed says why in its own place; the same words again would be noise.
        if (!(machines.get(id)?.state === 'failed' && state.selected.value === id)) throw error;
      }
    }, id);
  }
  async function remove(machine: MachineStatus) {
    const { id, definition } = machine;
    const order = machines.list.map((one) => one.id);
    const next = order[order.indexOf(id) + 1] ?? order[order.indexOf(id) - 1];
    const draft = drafts.get(hardwareDraft(id));
    const done = await attempt(async () => {
      await machines.remove(id);
      return true;
    });
    if (!done) return;
    if (state.selected.value === id) state.selected.value = next;
    const undo = async () => {
      if (!(await attempt(() => machines.undelete(id)))) return;
      state.selected.value = id;
      if (draft) drafts.set(hardwareDraft(id), draft);
    };
    toasts.show({ tone: 'info', text: deletedText(definition.name), action: undoing(() => void undo()) });
  }
  async function shutDown({ id, definition: { name } }: MachineStatus) {
    const done = await attempt(() => machines.shutdown(id), id);
    if (!done) return;
    const text = done.asked === 'agent' ? t('machines.askedToShutDown', { name }) : t('machines.powerButton', { name });
    toasts.show({ tone: 'info', text });
  }
  function perform(action: Action, machine: MachineStatus) {
    const { id, definition } = machine;
    const run = () => {
      if (action.name === 'rename') state.renaming.value = { id, place: 'header' };
      else if (action.name === 'delete') void remove(machine);
      else if (action.name === 'start') void start(id);
      else if (action.name === 'shutdown') void shutDown(machine);
      else {
        const name = action.name;
        void attempt(() => machines[name](id), id);
        if (name === 'resume') show(id);
      }
    };
    if (action.asks === undefined) return run();
    const { name } = definition;
    state.question.value = { title: action.asks(name), text: t('machines.loses', { name }), verb: action.label(), goOn: run };
  }
  /** The Delete key: into the bin; a running machine has to be stopped first, which is for the person to do. */
  function askToRemove(machine: MachineStatus) {
    const action = actionsFor(machine).find(({ name }) => name === 'delete');
    if (action) return perform(action, machine);
    const { name } = machine.definition;
    const suspend = actionsFor(machine).find((one) => one.name === 'suspend');
    toasts.show({
      tone: 'warning',
      text: t('machines.stillRunning', { name }),
      ...(suspend ? { action: { label: t('machines.suspend'), run: () => perform(suspend, machine) } } : {}),
    });
  }
  /** Enter or a double-click: start what is off, resume what is paused, else go to its console. */
  function open(machine: MachineStatus) {
    const action = primaryAction(machine);
    if (action && action.name !== 'pause') perform(action, machine);
    else show(machine.id);
  }
  /** Makes a copy and selects it; of a machine that runs, its memory is stored first. */
  async function duplicate({ id, definition: { name } }: MachineStatus) {
    const made = await attempt(() => machines.duplicate(id), id);
    if (!made) return;
    state.selected.value = made.id;
    toasts.show({ tone: 'info', text: t('machines.duplicated', { name, copy: made.definition.name }) });
  }
  async function setCable({ id, definition: { name } }: MachineStatus, card: number, isUp: boolean) {
    const done = await attempt(() => machines.setLink(id, card, { isUp }).then(() => true), id);
    if (done)
      toasts.show({
        tone: 'info',
        text: isUp ? t('machines.cablePlugged', { card: card + 1, name }) : t('machines.cablePulled', { card: card + 1, name }),
      });
  }
  /** Logs in to the guest with this computer's ssh, on a console tab of its own. */
  async function openSsh({ id }: MachineStatus, again = false) {
    const done = await attempt(async () => {
      await consoles.openSsh(id, again);
      return true;
    }, id);
    if (!done) return;
    state.consoles.set(id, SSH_CONSOLE);
    show(id);
  }
  async function rename(machine: MachineStatus, name: string) {
    const trimmed = name.trim();
    if (trimmed === '' || trimmed === machine.definition.name) return true;
    return (await attempt(() => machines.update(machine.id, { name: trimmed }, { name: machine.definition.name }))) !== undefined;
  }
  /** Puts a line, as a command or an address, into the clipboard, or shows it where that is not allowed. */
  function copyLine(text: string) {
    void copyText(text).then((done) => toasts.show({ tone: 'info', text: done ? t('machines.copied', { text }) : text }));
  }
  return { attempt, show, start, perform, askToRemove, open, openSsh, rename, duplicate, setCable, copyLine };
}
