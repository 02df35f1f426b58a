/** Mirrors the templates: which can be booted now, which have parts to fetch. */
import { defineStore } from 'pinia';
import { ref } from 'vue';
import type { TemplateStatus } from '../../preload/contract/images.ts';
import { useServices } from '../composables/border.ts';

export const useImages = defineStore('images', () => {
  const client = useServices().images;
  const templates = ref<readonly TemplateStatus[]>([]);
  const loaded = ref(false);

  client.changed.on((status) => {
    const known = templates.value.some((template) => template.name === status.name);
    templates.value = known
      ? templates.value.map((template) => (template.name === status.name ? status : template))
      : [...templates.value, status];
  });
  /** Reads the templates again; parts may have come or gone outside this program. */
  async function load() {
    templates.value = await client.templates();
    loaded.value = true;
  }
  const get = (name: string) => templates.value.find((template) => template.name === name);
  return {
    templates,
    loaded,
    load,
    get,
    fetch: client.fetch,
    resolvePath: client.resolvePath,
    inspect: client.inspect,
    browse: client.browse,
    removeTemplate: client.removeTemplate,
    receive: client.receive,
    dropReceived: client.dropReceived,
  };
});
