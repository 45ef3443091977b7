import { styleText } from 'node:util';
import { withoutUnseen } from '@hub/core/unseen.ts';

/** The terminal or pipe the command runs in. */
export interface Io extends Pick<NodeJS.Process, 'stdin' | 'stdout' | 'stderr' | 'env'> {
  once(event: 'SIGINT', listener: () => void): unknown;
  off(event: 'SIGINT', listener: () => void): unknown;
}

type Style = 'red' | 'green' | 'yellow' | 'cyan' | 'dim' | 'bold';

export type Paint = (style: Style, text: string) => string;

/** Colours only where a person looks, and not against their wish. Source: https://no-color.org */
export function painter({ env }: Io, stream: NodeJS.WriteStream): Paint {
  const isColoured = stream.isTTY && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
  return (style, text) => (isColoured ? styleText(style, text, { validateStream: false }) : text);
}

/** Text of people and homes may hold what steers a terminal; a tab or line break would only break the table. */
export function plain(text: string): string {
  return withoutUnseen(text);
}
