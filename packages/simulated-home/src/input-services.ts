import { type Act, forEach, switchable, to } from './entity-service.ts';
import { domainOf, idsOf, type Json, numberOf, textOf } from './read.ts';
import { refuseInvalid, refuseValue } from './refusal.ts';
import type { Services } from './service.ts';
import type { StateRecord } from './template.ts';

const number =
  (change: (record: StateRecord, data: Json) => number): Act =>
  (record, data) => {
    const { min, max } = record.attributes;
    const value = change(record, data);
    const isInput = domainOf(record.entity_id) === 'input_number';
    const isInside = value >= numberOf(min, -Infinity) && value <= numberOf(max, Infinity);
    const message = `Invalid value for ${record.entity_id}: ${value} (range ${textOf(min)} - ${textOf(max)})`;
    if (!isInside && isInput) refuseInvalid(message);
    if (!isInside) refuseValue('number', 'out_of_range', message);
    return { state: isInput ? value.toFixed(1) : String(value) };
  };

const stepOf = (record: StateRecord) => numberOf(record.attributes['step'], 1);
const currentOf = (record: StateRecord) => numberOf(record.state, 0);
const add = (sign: 1 | -1) => number((record) => currentOf(record) + sign * stepOf(record));
const setNumber = number((_record, data) => numberOf(data['value'], Number.NaN));

const choose =
  (index: (at: number, count: number) => number): Act =>
  (record) => {
    const options = idsOf(record.attributes['options']);
    const at = index(options.indexOf(record.state), options.length);
    return { state: options[(at + options.length) % options.length] ?? record.state };
  };

const selectOption: Act = (record, data) => {
  const option = textOf(data['option']);
  const options = idsOf(record.attributes['options']);
  if (!options.includes(option)) {
    const entity_id = record.entity_id;
    const message = `Option ${option} is not valid for entity ${entity_id}, valid options are: ${options.join(', ')}`;
    const key = domainOf(entity_id) === 'select' ? 'not_valid_option' : 'invalid_option';
    refuseValue(domainOf(entity_id), key, message, { entity_id, option, options: options.join(', ') });
  }
  return { state: option };
};

function selectable(domain: string): Services {
  return {
    [`${domain}.select_option`]: forEach(domain, 'option!', selectOption),
    [`${domain}.select_first`]: forEach(
      domain,
      '',
      choose(() => 0),
    ),
    [`${domain}.select_last`]: forEach(
      domain,
      '',
      choose((_at, count) => count - 1),
    ),
    [`${domain}.select_next`]: forEach(
      domain,
      'cycle',
      choose((at) => at + 1),
    ),
    [`${domain}.select_previous`]: forEach(
      domain,
      'cycle',
      choose((at) => at - 1),
    ),
  };
}

const press: Act = () => ({ state: new Date().toISOString().replace('Z', '+00:00') });
const dateTime: Act = (_record, { datetime, date, time }) => {
  const given = [date, time].map((part) => textOf(part)).filter((part) => part !== '');
  const state = textOf(datetime, given.join(' '));
  const [year, month, day] = /^(\d+)-(\d+)-(\d+)/.exec(state)?.slice(1).map(Number) ?? [];
  const [hour, minute, second] = /(\d+):(\d+):?(\d*)$/.exec(state)?.slice(1).map(Number) ?? [];
  return { state, attributes: { year, month, day, hour, minute, second } };
};

const startTimer: Act = (record, data) => {
  const duration = textOf(data['duration'], textOf(record.attributes['duration']));
  const seconds = duration.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
  const finishes_at = new Date(Date.now() + seconds * 1000).toISOString().replace(/\.\d+Z/, '+00:00');
  const attributes = { duration, remaining: duration, finishes_at, last_transition: 'started' };
  const end = { last_transition: 'finished', remaining: undefined, finishes_at: undefined };
  return { state: 'active', attributes, settles: { afterMs: seconds * 1000, state: 'idle', attributes: end } };
};

const stopTimer = (last_transition: string) =>
  to('idle', { last_transition, remaining: undefined, finishes_at: undefined });

/** A counter stops at its ends, without a word. */
const count =
  (sign: 1 | -1): Act =>
  (record) => {
    const { minimum, maximum } = record.attributes;
    const value = currentOf(record) + sign * stepOf(record);
    return { state: String(Math.max(numberOf(minimum, -Infinity), Math.min(numberOf(maximum, Infinity), value))) };
  };

/** A text too long is ignored, as Home Assistant does. */
const setText: Act = ({ state, attributes: { max } }, data) => {
  const value = textOf(data['value']);
  return { state: value.length > numberOf(max, 255) ? state : value };
};

const inputs: Services = {
  'input_number.set_value': forEach('input_number', 'value!', setNumber),
  'input_number.increment': forEach('input_number', '', add(1)),
  'input_number.decrement': forEach('input_number', '', add(-1)),
  'number.set_value': forEach('number', 'value!', setNumber),
  'counter.increment': forEach('counter', '', count(1)),
  'counter.decrement': forEach('counter', '', count(-1)),
  'counter.set_value': forEach('counter', 'value!', setNumber),
  'counter.reset': forEach(
    'counter',
    '',
    number((record) => numberOf(record.attributes['initial'], 0)),
  ),
  'input_text.set_value': forEach('input_text', 'value!', setText),
  'input_datetime.set_datetime': forEach('input_datetime', 'date time datetime timestamp', dateTime),
  'input_button.press': forEach('input_button', '', press),
  'button.press': forEach('button', '', press),
  'timer.start': forEach('timer', 'duration', startTimer),
  'timer.pause': forEach('timer', '', to('paused')),
  'timer.cancel': forEach('timer', '', stopTimer('cancelled')),
  'timer.finish': forEach('timer', '', stopTimer('finished')),
};

/** input_*, number, counter, timer, select, button */
export const inputServices: Services = {
  ...inputs,
  ...switchable('input_boolean'),
  ...selectable('select'),
  ...selectable('input_select'),
};
