// JSON as people type it: what is wrong, and where. Engines word and place their errors
// differently, so the place is found here.
import type { Json, JsonObject } from '../data';

export interface JsonFault {
  message: string;
  line: number;
  column: number;
}
export type Parsed = { value: Json; fault?: undefined } | { value?: undefined; fault: JsonFault };

class Stop extends Error {
  constructor(
    readonly at: number,
    message: string,
  ) {
    super(message);
  }
}

const DEPTH_MAX = 64;

class Reader {
  private at = 0;
  constructor(private readonly text: string) {}

  document(): Json {
    const value = this.value(0);
    this.blanks();
    if (this.at < this.text.length) throw new Stop(this.at, 'There is text after the end.');
    return value;
  }

  private blanks() {
    while (/[ \t\r\n]/.test(this.text[this.at] ?? 'x')) this.at++;
  }

  private value(depth: number): Json {
    if (depth > DEPTH_MAX) throw new Stop(this.at, 'This is nested too deeply.');
    this.blanks();
    const c = this.text[this.at];
    if (c === undefined) throw new Stop(this.at, 'A value is missing.');
    if (c === '{') return this.object(depth);
    if (c === '[') return this.array(depth);
    if (c === '"') return this.string();
    for (const [word, value] of [
      ['true', true],
      ['false', false],
      ['null', null],
    ] as const) {
      if (this.text.startsWith(word, this.at)) {
        this.at += word.length;
        return value;
      }
    }
    const number = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/.exec(this.text.slice(this.at));
    if (!number) throw new Stop(this.at, `'${c}' does not begin a value.`);
    this.at += number[0].length;
    return Number(number[0]);
  }

  private string(): string {
    const start = this.at++;
    for (; this.at < this.text.length; this.at++) {
      const c = this.text[this.at]!;
      if (c === '"') {
        this.at++;
        return JSON.parse(this.text.slice(start, this.at)) as string;
      }
      if (c === '\\') {
        const escape = /^\\(["\\/bfnrt]|u[0-9a-fA-F]{4})/.exec(this.text.slice(this.at));
        if (!escape) throw new Stop(this.at, 'This escape is not valid.');
        this.at += escape[0].length - 1;
      } else if (c < ' ') {
        throw new Stop(this.at, 'A text ends in its line with ". Write a line break as \\n.');
      }
    }
    throw new Stop(start, 'This text has no closing ".');
  }

  private array(depth: number): Json[] {
    const out: Json[] = [];
    this.at++;
    this.blanks();
    if (this.text[this.at] === ']') {
      this.at++;
      return out;
    }
    for (;;) {
      out.push(this.value(depth + 1));
      if (this.next(']') === ']') return out;
    }
  }

  private object(depth: number): JsonObject {
    const out: JsonObject = {};
    this.at++;
    this.blanks();
    if (this.text[this.at] === '}') {
      this.at++;
      return out;
    }
    for (;;) {
      this.blanks();
      const place = this.at;
      if (this.text[this.at] !== '"') throw new Stop(this.at, 'A name in "quotes" is missing.');
      const name = this.string();
      if (Object.hasOwn(out, name)) throw new Stop(place, `The name "${name}" is here twice.`);
      this.blanks();
      if (this.text[this.at] !== ':') throw new Stop(this.at, "A ':' is missing.");
      this.at++;
      const value = this.value(depth + 1);
      Object.defineProperty(out, name, {
        value,
        enumerable: true,
        configurable: true,
        writable: true,
      });
      if (this.next('}') === '}') return out;
    }
  }

  /** The comma or the end after an element; leaves a trailing comma as the fault that it is. */
  private next(end: ']' | '}'): string {
    this.blanks();
    const c = this.text[this.at];
    if (c === undefined) throw new Stop(this.at, `A '${end}' is missing.`);
    if (c !== ',' && c !== end) throw new Stop(this.at, `A ',' or '${end}' is missing.`);
    const place = this.at++;
    if (c === ',') {
      this.blanks();
      if (this.text[this.at] === end) throw new Stop(place, `No ',' before '${end}'.`);
    }
    return c;
  }
}

export function parseJson(text: string): Parsed {
  try {
    return { value: new Reader(text).document() };
  } catch (stop) {
    if (!(stop instanceof Stop)) throw stop;
    const before = text.slice(0, stop.at).split('\n');
    return {
      fault: {
        message: stop.message,
        line: before.length,
        column: before[before.length - 1]!.length + 1,
      },
    };
  }
}

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const pretty = (value: unknown) => JSON.stringify(value, null, 2);

/** A message's body for reading: indented when it is JSON, as it is when not. */
export function prettyBody(body: string): string {
  const parsed = /^\s*[[{]/.test(body) ? parseJson(body) : null;
  return parsed && parsed.fault === undefined ? pretty(parsed.value) : body;
}
