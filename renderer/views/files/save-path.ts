/** Where a new file is proposed: in the folder that was used last, else in the person's home. */
import { onMounted, ref, type Ref } from 'vue';
import { useImages } from '../../stores/images.ts';
import { joinPath } from './host-path.ts';
import { lastFolder } from './last-folder.ts';

/** A path for a new file, to be changed by the person; empty until the home folder is known. */
export function useSavePath(name: string): Ref<string> {
  const images = useImages();
  const last = lastFolder();
  const path = ref(last === undefined ? '' : joinPath(last, name));
  onMounted(async () => {
    if (path.value !== '') return;
    const folder = await images.browse('~').then(
      (listing) => listing.folder,
      () => undefined,
    );
    // What was typed meanwhile is the person's.
    if (folder !== undefined && path.value === '') path.value = joinPath(folder, name);
  });
  return path;
}
