import { isSpanContextValid, trace } from '@opentelemetry/api';
import { destination, type Logger, pino, stdTimeFunctions } from 'pino';
import { prettyLine } from './pretty-line.ts';
import { redactLine, redactValue } from './redact.ts';

export type Log = Logger;

export interface LogSettings {
  readonly name: string;
  readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';
  /** Where lines go: anything with `write`, or the process's own output. */
  readonly to: 'stdout' | 'stderr' | { write(line: string): void };
  /** One short readable line instead of JSON; the caller decides, usually by asking whether the output is a terminal. */
  readonly pretty?: boolean;
}

/** The ids under which the trace of the running call is found; nothing outside a span. */
function traceIds(): Record<string, string> {
  const span = trace.getActiveSpan()?.spanContext();
  return span !== undefined && isSpanContextValid(span) ? { trace_id: span.traceId, span_id: span.spanId } : {};
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

/** A logger that never writes a secret: keys are judged in the objects passed in, texts in the finished line. */
export function createLogger(settings: LogSettings): Log {
  const { to } = settings;
  const stream = typeof to === 'object' ? to : destination({ fd: to === 'stdout' ? 1 : 2, sync: true });
  const finish = (line: string) => (settings.pretty ? prettyLine(redactLine(line)) : redactLine(line));
  return pino(
    {
      name: settings.name,
      level: settings.level,
      timestamp: stdTimeFunctions.isoTime,
      mixin: traceIds,
      // Errors are flattened by redactValue, which also looks into their fields and causes.
      serializers: { err: (value: unknown) => value },
      formatters: {
        level: (label) => ({ level: label }),
        bindings: (bindings) => asRecord(redactValue(bindings)),
        log: (fields) => asRecord(redactValue(fields)),
      },
      hooks: { streamWrite: finish },
    },
    stream,
  );
}
