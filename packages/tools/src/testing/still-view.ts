import type { View } from '@hub/ha/view.ts';

/** The home as it stands now, for a test that counts while others make and remove entities; all else goes to the home. */
export async function stillView(view: View): Promise<View> {
  const [states, entities, devices, areas] = await Promise.all([
    view.states(),
    view.entities(),
    view.devices(),
    view.areas(),
  ]);
  const copies = [new Map(states), new Map(entities), new Map(devices), new Map(areas)] as const;
  return Object.assign(Object.create(view) as View, {
    states: async () => copies[0],
    entities: async () => copies[1],
    devices: async () => copies[2],
    areas: async () => copies[3],
  });
}
