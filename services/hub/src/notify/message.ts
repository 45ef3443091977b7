import { counted } from '@hub/core/counted.ts';
import { z } from 'zod';

const event = z.object({
  event: z.enum(['problem', 'recovered']),
  homeId: z.string(),
  home: z.string(),
  kind: z.string(),
  text: z.string(),
  since: z.string(),
});

export const noticeContent = z.discriminatedUnion('event', [
  z.object({ event: z.literal('test') }),
  z.object({ event: z.literal('problems'), events: z.array(event) }),
]);

type NoticeContent = z.output<typeof noticeContent>;

const MAX_LINES = 50;

/** For people: a title, and a line for each event. */
export function messageOf(content: NoticeContent): { readonly title: string; readonly text: string } {
  if (content.event === 'test') return { title: 'Test from ha-mcp-hub', text: 'This channel works.' };
  const { events } = content;
  const lines = events.map((one) => `${one.event === 'recovered' ? 'Recovered: ' : ''}${one.home}: ${one.text}`);
  const shown = lines.slice(0, MAX_LINES);
  if (lines.length > MAX_LINES) shown.push(`and ${lines.length - MAX_LINES} more`);
  const problems = events.filter((one) => one.event === 'problem').length;
  const parts = [
    ...(problems > 0 ? [counted(problems, 'problem')] : []),
    ...(events.length > problems ? [`${events.length - problems} recovered`] : []),
  ];
  return { title: `Homes: ${parts.join(', ')}`, text: shown.map((text) => text.replaceAll(/\s+/g, ' ')).join('\n') };
}
