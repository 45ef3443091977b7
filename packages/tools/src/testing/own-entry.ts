import { requestJson } from '@hub/ha/http.ts';
import type { View } from '@hub/ha/view.ts';
import { waitForEntity } from '@hub/ha/wait-for.ts';
import { z } from 'zod';

const FLOWS = '/api/config/config_entries/flow';
const opened = z.looseObject({ flow_id: z.string() });
const made = z.looseObject({ result: z.looseObject({ entry_id: z.string() }) });

/** Sets an integration up by its one-step flow, gives `use` the entity it brings, and takes it away again. */
export async function withEntry(
  home: View,
  handler: string,
  answers: Readonly<Record<string, unknown>>,
  use: (entityId: string) => Promise<void>,
): Promise<void> {
  const flow = opened.parse(await requestJson(home, { method: 'POST', path: FLOWS, body: { handler } }));
  const done = await requestJson(home, { method: 'POST', path: `${FLOWS}/${flow.flow_id}`, body: answers });
  const entryId = made.parse(done).result.entry_id;
  try {
    await use(await entityOf(home, entryId));
  } finally {
    await requestJson(home, { method: 'DELETE', path: `/api/config/config_entries/entry/${entryId}` });
  }
}

async function entityOf(home: View, entryId: string): Promise<string> {
  const entries = await home.entities();
  const isOurs = (id: string) => entries.get(id)?.config_entry_id === entryId;
  const state = await waitForEntity(home, ({ entity_id: id }) => isOurs(id), { deadlineMs: 10_000 });
  if (!state) throw new Error(`the entry ${entryId} brought no entity`);
  return state.entity_id;
}

/** An empty calendar that Home Assistant keeps itself. */
export function withCalendar(home: View, name: string, use: (entityId: string) => Promise<void>): Promise<void> {
  return withEntry(home, 'local_calendar', { calendar_name: name, import: 'create_empty' }, use);
}

/** An empty to-do list that Home Assistant keeps itself. */
export function withTodoList(home: View, name: string, use: (entityId: string) => Promise<void>): Promise<void> {
  return withEntry(home, 'local_todo', { todo_list_name: name }, use);
}
