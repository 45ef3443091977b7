import { type Act, forEach, switchable, to } from './entity-service.ts';
import { domainOf, idsOf, type Json, numberOf, textOf } from './read.ts';
import { Refusal } from './refusal.ts';
import type { Services } from './service.ts';
import type { StateRecord } from './template.ts';

const number =
  (change: (record: StateRecord, data: Json) => number): Act =>
  (record, data) => {
    const { min, max } = record.attributes;
    const value = change(record, data);
    if (value < numberOf(min, -Infinity) || value > numberOf(max, Infinity)) {
      throw new Refusal(
        'home_assistant_error',
        `Invalid value for ${record.entity_id}: ${value} (range ${textOf(min)} - ${textOf(max)})`,
      );
    }
    return { state: domainOf(record.entity_id) === 'input_number' ? value.toFixed(1) : String(value) };
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
    throw new Refusal(
      'service_validation_error',
      `Option ${option} is not valid for entity ${record.entity_id}, valid options are: ${options.join(', ')}`,
    );
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
const dateTime: Act = (_record, { datetime, date, time }) => ({
  state: textOf(
    datetime,
    [date, time]
      .map((part) => textOf(part))
      .filter((part) => part !== '')
      .join(' '),
  ),
});
const startTimer: Act = (record, data) => ({
  state: 'active',
  attributes: { duration: data['duration'] ?? record.attributes['duration'], last_transition: 'started' },
});

const inputs: Services = {
  'input_number.set_value': forEach('input_number', 'value!', setNumber),
  'input_number.increment': forEach('input_number', '', add(1)),
  'input_number.decrement': forEach('input_number', '', add(-1)),
  'number.set_value': forEach('number', 'value!', setNumber),
  'counter.increment': forEach('counter', '', add(1)),
  'counter.decrement': forEach('counter', '', add(-1)),
  'counter.set_value': forEach('counter', 'value!', setNumber),
  'counter.reset': forEach(
    'counter',
    '',
    number((record) => numberOf(record.attributes['initial'], 0)),
  ),
  'input_text.set_value': forEach('input_text', 'value!', (_record, data) => ({ state: textOf(data['value']) })),
  'input_datetime.set_datetime': forEach('input_datetime', 'date time datetime timestamp', dateTime),
  'input_button.press': forEach('input_button', '', press),
  'button.press': forEach('button', '', press),
  'timer.start': forEach('timer', 'duration', startTimer),
  'timer.pause': forEach('timer', '', to('paused')),
  'timer.cancel': forEach('timer', '', to('idle', { last_transition: 'cancelled' })),
  'timer.finish': forEach('timer', '', to('idle', { last_transition: 'finished' })),
};

/** input_*, number, counter, timer, select, button */
export const inputServices: Services = {
  ...inputs,
  ...switchable('input_boolean'),
  ...selectable('select'),
  ...selectable('input_select'),
};
