import { createHelper, deleteHelper } from '@hub/ha/helpers.ts';
import type { View } from '@hub/ha/view.ts';
import { waitForState } from '@hub/ha/wait-for.ts';

/** A toggle of the test's own, with its entity; removed when `use` ends. Its unique id is its helper id. */
export async function withHelper(
  view: View,
  name: string,
  use: (entityId: string, helperId: string) => Promise<void>,
): Promise<void> {
  const { id } = await createHelper(view, 'input_boolean', { name });
  const entityId = `input_boolean.${id}`;
  try {
    await waitForState(view, entityId, () => true, { deadlineMs: 10_000 });
    await use(entityId, id);
  } finally {
    await deleteHelper(view, 'input_boolean', id);
  }
}
