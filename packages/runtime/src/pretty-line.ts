const HIDDEN = new Set(['level', 'time', 'name', 'msg', 'pid', 'hostname', 'err', 'stack', 'trace_id', 'span_id']);

/** Control characters could move the cursor or recolour the terminal of whoever reads the log. */
function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are exactly what must go
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '?');
}

function parseLine(line: string): Record<string, unknown> | undefined {
  try {
    const fields: unknown = JSON.parse(line);
    return typeof fields === 'object' && fields !== null ? { ...fields } : undefined;
  } catch {
    return undefined;
  }
}

function show(value: unknown): string {
  return typeof value === 'string' && /^[\w./:@-]+$/.test(value) ? value : JSON.stringify(value);
}

/** `12:03:04 WARN  home lost home=01234567 attempt=2`, followed by the stack of an error if there is one. */
export function prettyLine(line: string): string {
  const fields = parseLine(line);
  if (fields === undefined) return line;
  const { time, level, msg, err } = fields;
  const rest = Object.entries(fields).filter(([key]) => !HIDDEN.has(key));
  const head = [String(time).slice(11, 19), String(level).toUpperCase().padEnd(5), String(msg ?? '')];
  const text = [...head, ...rest.map(([key, value]) => `${key}=${show(value)}`)].join(' ').trimEnd();
  const stack = typeof err === 'object' && err !== null && 'stack' in err ? `\n${String(err.stack)}` : '';
  return `${printable(text + stack)}\n`;
}
