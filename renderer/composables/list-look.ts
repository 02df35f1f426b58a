/** How this browser's window shows the list of machines; kept over a reload, as it is nobody else's business. */
import { reactive, watch } from 'vue';

const KEY = 'vivarium.list';

export interface ListLook {
  order: 'created' | 'name' | 'state';
  compact: boolean;
  folded: string[];
}
function stored(): ListLook {
  const usual: ListLook = { order: 'created', compact: false, folded: [] };
  try {
    const { order, compact, folded } = JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<ListLook>;
    return {
      order: order === 'name' || order === 'state' ? order : usual.order,
      compact: compact === true,
      folded: Array.isArray(folded) ? folded.filter((group) => typeof group === 'string') : [],
    };
  } catch {
    return usual;
  }
}

export function useListLook(): ListLook {
  const look = reactive(stored());
  watch(look, () => localStorage.setItem(KEY, JSON.stringify(look)));
  return look;
}
