/** The `config` that the programs in this folder act on. Their answers come from CPython 3.11. */
export const KITCHEN = {
  alias: 'Kitchen 💡 light',
  mode: 'single',
  n: null,
  f: 5.5,
  i: 7,
  neg: -3,
  t: true,
  triggers: [
    { trigger: 'state', entity_id: 'light.a', for: { minutes: 5 } },
    { trigger: 'time', at: '07:00:00' },
  ],
  actions: [
    { action: 'light.turn_on', target: { entity_id: ['light.a', 'light.b'] }, data: { brightness_pct: 50 } },
    { delay: '00:00:05' },
  ],
  nums: [3, 1, 2, 10, -5],
  words: ['beta', 'Alpha', 'gamma', 'alpha'],
  views: [
    {
      title: 'Home',
      cards: [
        { type: 'entities', entities: ['a', 'b'] },
        { type: 'tile', entity: 'c' },
      ],
    },
  ],
};
