import { METRICS, type Panel } from './panels.ts';

/** A row of panels under a heading; what does not fit beside the others goes below. */
export interface Section {
  readonly title: string;
  readonly panels: readonly Panel[];
}

export interface Board {
  /** Names the file and the address in Grafana. */
  readonly id: string;
  readonly title: string;
  readonly about: string;
  /** Further variables, asked of Prometheus: name to query. */
  readonly choices?: Readonly<Record<string, string>>;
  readonly sections: readonly Section[];
}

const COLUMNS = 24;

/** The dashboard as Grafana imports it. */
export function boardJson(board: Board): string {
  const json = {
    uid: `ha-mcp-hub-${board.id}`,
    title: `ha-mcp-hub: ${board.title}`,
    description: board.about,
    tags: ['ha-mcp-hub'],
    editable: true,
    graphTooltip: 1,
    refresh: '1m',
    schemaVersion: 39,
    time: { from: 'now-6h', to: 'now' },
    timezone: 'browser',
    templating: { list: variables(board) },
    links: [{ type: 'dashboards', title: 'ha-mcp-hub', tags: ['ha-mcp-hub'], asDropdown: true, keepTime: true }],
    panels: placed(board.sections),
  };
  return `${JSON.stringify(json, null, 2)}\n`;
}

function placed(sections: readonly Section[]): object[] {
  const panels: object[] = [];
  let y = 0;
  const add = (body: object, gridPos: object) => panels.push({ id: panels.length + 1, ...body, gridPos });
  for (const section of sections) {
    add({ type: 'row', title: section.title, collapsed: false, panels: [] }, { x: 0, y: y++, w: COLUMNS, h: 1 });
    let [x, tallest] = [0, 0];
    for (const { body, width, height } of section.panels) {
      if (x + width > COLUMNS) [x, y, tallest] = [0, y + tallest, 0];
      add(body, { x, y, w: width, h: height });
      x += width;
      tallest = Math.max(tallest, height);
    }
    y += tallest;
  }
  return panels;
}

function variables({ choices = {} }: Board): object[] {
  return [
    source('metrics', 'Prometheus', 'prometheus'),
    source('traces', 'Tempo', 'tempo'),
    source('homes', 'PostgreSQL', 'grafana-postgresql-datasource'),
    choice('job', 'Installation', 'label_values(hub_build_info, job)'),
    choice('instance', 'Process', 'label_values(hub_build_info{job=~"$job"}, instance)'),
    ...Object.entries(choices).map(([name, query]) => choice(name, name, query)),
    { name: 'runbooks', label: 'Runbooks at', type: 'textbox', query: 'https://docs.example/runbooks', hide: 0 },
  ];
}

function source(name: string, label: string, query: string): object {
  return { name, label, type: 'datasource', query, refresh: 1, hide: 0 };
}

function choice(name: string, label: string, query: string): object {
  const all = { includeAll: true, multi: true, allValue: '.*', current: { text: 'All', value: '$__all' } };
  return { name, label, type: 'query', datasource: METRICS, query, refresh: 2, sort: 1, ...all };
}
