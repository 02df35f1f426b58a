/**
 * The window's address follows what is in front, and leads there: after a reload, by Back and Forward, and from a link. Going
 * to another page, machine or tab is a step that Back takes back; moving about inside a tab is not.
 */
import { computed, onScopeDispose, watch } from 'vue';
import type { MachineId, MachineStatus } from '../../preload/contract/machines.ts';
import type { SnapshotId } from '../../preload/contract/snapshots.ts';
import { useMachines } from '../stores/machines.ts';
import { browsedFrom, browsedWords } from './browsed.ts';
import { addressOf, placeOf, type Place } from './place.ts';
import { useToasts } from './toasts.ts';
import { t } from '../words/words.ts';
import { COMPARED_PARTS, useWindowState, type WindowState } from './window-state.ts';

/** The word of an address that compares two moments: `timeline/compare/FROM/TO/PART`. */
const COMPARE = 'compare';
/** The word of an address that looks into a machine's files. */
const FILES = 'files';

/** How long an address that says only another place of the same tab may wait. */
const ADDRESS_MS = 150;

type MachinePlace = Extract<Place, { page: 'machine' }>;

/** What of a machine's tab is in front, as the words of its address. */
function detailOf(state: WindowState, id: MachineId, tab: MachinePlace['tab']): readonly string[] {
  if (tab === 'console') {
    const past = state.past.get(id);
    if (past) return [String(past.console), String(past.position)];
    const console = state.consoles.get(id) ?? 0;
    return console === 0 ? [] : [String(console)];
  }
  const place = state.places.get(id);
  const compared = state.compared.get(id);
  const browsed = state.browsed.get(id);
  if (tab === 'timeline' && browsed) return [FILES, ...browsedWords(browsed)];
  if (tab === 'timeline' && compared) return [COMPARE, compared.from, compared.to, ...(compared.part === 'files' ? [] : [compared.part])];
  if (tab === 'timeline') return place === undefined || place === 'now' ? [] : [place];
  const section = state.sections.get(id);
  return tab === 'hardware' && section !== undefined ? [section] : [];
}

/** What of a tab is a step of its own: comparing, and each folder. */
function stepsIn({ tab, detail }: MachinePlace): readonly string[] {
  const [first] = detail;
  if (tab !== 'timeline') return [];
  return first === COMPARE ? [COMPARE] : first === FILES ? detail : [];
}

/** Where the window is now. */
function placeNow(state: WindowState): Place {
  const id = state.selected.value;
  if (state.creating.value) return { page: 'new' };
  if (state.reading.value) return state.reading.value;
  if (id === undefined) return { page: 'overview' };
  const tab = state.tabs.get(id) ?? 'console';
  return { page: 'machine', machine: id, tab, detail: detailOf(state, id, tab) };
}

/** Goes to a place inside a machine. */
function enter(state: WindowState, { id }: MachineStatus, { tab, detail }: MachinePlace): void {
  const [first, second] = detail;
  state.creating.value = false;
  state.reading.value = undefined;
  state.selected.value = id;
  state.tabs.set(id, tab);
  if (tab === 'console') {
    const console = /^\d{1,2}$/.test(first ?? '') ? Number(first) : 0;
    state.consoles.set(id, console);
    // A position in what was printed earlier.
    if (/^\d{1,15}$/.test(second ?? '')) state.past.set(id, { console, position: Number(second) });
    else state.past.delete(id);
  }
  const browsed = tab === 'timeline' && first === FILES ? browsedFrom(detail.slice(1)) : undefined;
  if (browsed) {
    // Back from its files leads to the moment they are of.
    state.places.set(id, browsed.moment);
    return void state.browsed.set(id, browsed);
  }
  state.browsed.delete(id);
  if (tab === 'timeline' && first === COMPARE) return enterComparison(state, id, detail);
  state.compared.delete(id);
  if (tab === 'timeline') state.places.set(id, (first as SnapshotId | undefined) ?? 'now');
  else if (tab === 'hardware' && first !== undefined) state.sections.set(id, first);
}

function enterComparison(state: WindowState, id: MachineId, [, from, to = 'now', part]: readonly string[]): void {
  if (from === undefined) return void state.compared.delete(id);
  const known = COMPARED_PARTS.find((one) => one === part) ?? 'files';
  state.compared.set(id, { from: from as SnapshotId, to: to as SnapshotId | 'now', part: known });
}

/** Keeps the address and the window together; called once, by the window. */
export function useAddresses(): void {
  const state = useWindowState();
  const machines = useMachines();
  const toasts = useToasts();

  function go(place: Place | undefined) {
    if (place?.page !== 'machine') {
      state.selected.value = undefined;
      state.creating.value = place?.page === 'new';
      if (place?.page === 'import') {
        state.importPath.value = place.path;
        state.dialog.value = 'import';
      }
      state.reading.value = place?.page === 'help' || place?.page === 'stories' ? place : undefined;
      return;
    }
    const { machine } = place;
    const found = machines.get(machine as MachineId) ?? machines.list.find(({ definition }) => definition.name === machine);
    if (found) return enter(state, found, place);
    state.selected.value = undefined;
    toasts.show({ tone: 'warning', text: t('machines.addressGone') });
  }
  const now = computed(() => placeNow(state));
  /** Page, machine, tab, comparing, and the folder that is looked at: what a step of Back goes over. */
  const stepOf = (place: Place) => (place.page === 'machine' ? [place.machine, place.tab, ...stepsIn(place)].join(' ') : place.page);
  let step = '';
  /** Browsers refuse what comes as often as a hand moves, so moving about inside a tab is written when it pauses. */
  let waiting: string | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  function settle() {
    clearTimeout(timer);
    timer = undefined;
    if (waiting !== undefined && waiting !== location.hash) history.replaceState(history.state, '', waiting);
    waiting = undefined;
  }
  function later(address: string) {
    waiting = address;
    timer ??= setTimeout(settle, ADDRESS_MS);
  }
  function write(place: Place) {
    const address = addressOf(place);
    const before = step;
    step = stepOf(place);
    if (address === (waiting ?? location.hash)) return;
    if (before !== '' && before === step) return later(address);
    settle();
    if (before === '') history.replaceState(history.state, '', address);
    else history.pushState(history.state, '', address);
  }
  const follow = () => {
    clearTimeout(timer);
    timer = waiting = undefined;
    go(placeOf(location.hash));
    step = stepOf(now.value);
  };
  /** The first machine of an empty library, wherever it was made, is what its person wants to see. */
  function first(count: number, before: number) {
    if (before === 0 && count === 1 && !state.creating.value) state.selected.value ??= machines.list[0]?.id;
  }
  // Machines have to be known before an address can lead to one.
  watch(
    () => machines.loaded,
    (loaded, before) => {
      if (!loaded || before) return;
      const place = placeOf(location.hash);
      if (place) go(place);
      // One machine alone needs no overview; several have no first among them.
      else if (machines.list.length === 1 && !state.creating.value) state.selected.value ??= machines.list[0]?.id;
      write(now.value);
      watch(now, write);
      addEventListener('popstate', follow);
      addEventListener('pagehide', settle);
      watch(() => machines.list.length, first);
    },
    { immediate: true },
  );
  onScopeDispose(() => {
    clearTimeout(timer);
    removeEventListener('popstate', follow);
    removeEventListener('pagehide', settle);
  });
}
